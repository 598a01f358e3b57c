extension Stylesheet {
    static let pages = """
        .page { max-width: 1180px; margin: 0 auto; }
        .crumb { padding: 18px 0 14px; }
        .crumb a { display: inline-flex; align-items: center; gap: 3px; margin-left: -4px; color: var(--muted); font-weight: 500; }
        .crumb a:hover { color: var(--accent); }
        .page-head { padding-bottom: 22px; }
        .page-head h1 { margin: 12px 0 2px; font-size: 26px; line-height: 1.25; font-weight: 680; letter-spacing: -.022em; overflow-wrap: anywhere; }
        .badge.big { height: 30px; padding: 0 13px 0 9px; font-size: 14px; border-radius: 15px; }
        .lead { font-size: 16px; color: var(--text); }
        .meta { display: flex; flex-wrap: wrap; gap: 2px 20px; margin-top: 10px; color: var(--muted); }
        .meta b { color: var(--text); font-weight: 600; } .meta .short { font-family: var(--mono); letter-spacing: .04em; }
        .halves { display: grid; grid-template-columns: minmax(0, 1.65fr) minmax(0, 1fr); gap: 20px; align-items: start; }
        .halves > div { display: grid; gap: 20px; }
        .halves h2 { font-size: 15px; font-weight: 650; letter-spacing: -.01em; margin-bottom: 10px; }
        .card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); padding: 18px 20px; }
        .card h3 { font-size: 13px; font-weight: 600; }
        .finding + .finding { margin-top: 12px; }
        .finding-head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 12px; }
        .finding-head h3 { font-size: 15px; margin-right: 4px; overflow-wrap: anywhere; }
        .severity { display: inline-flex; align-items: center; gap: 6px; font-size: 12.5px; font-weight: 550; color: var(--tone); }
        .severity::before { content: ""; width: 8px; height: 8px; border-radius: 2px; background: currentColor; transform: rotate(45deg); }
        .v-critical { --tone: var(--block); } .v-high { --tone: var(--justify); } .v-medium { --tone: var(--coach); } .v-low { --tone: var(--allow); }
        pre.excerpt { margin: 0 0 10px; padding: 12px 14px; background: var(--sunken); border: 1px solid var(--line); border-radius: 8px; font-size: 13px; line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--muted); }
        .place { font-weight: 550; } .advice { margin: 2px 0 12px; color: var(--muted); max-width: 62ch; }
        .finding .button { margin-bottom: 14px; }
        dl { display: grid; gap: 0; }
        dl > div { display: grid; grid-template-columns: 128px minmax(0, 1fr); gap: 12px; padding: 6px 0; border-top: 1px solid var(--line); }
        dl > div:first-child { border-top: 0; }
        dt { color: var(--muted); } dd { overflow-wrap: anywhere; } dd .note { display: block; } dd code { font-size: 12.5px; }
        dd.warn { color: var(--justify); font-weight: 550; } .said { color: var(--tone); font-weight: 600; }
        meter { width: 92px; height: 10px; margin-right: 6px; vertical-align: 0; }
        .reasons { display: flex; flex-wrap: wrap; gap: 4px 6px; } .reasons span { padding: 0 7px; background: var(--sunken); border: 1px solid var(--line); border-radius: 5px; font-size: 12px; line-height: 20px; }
        .trace { position: relative; margin: 4px 0 14px; }
        .trace li { position: relative; display: grid; grid-template-columns: 118px minmax(0, 1fr); gap: 12px; padding: 0 0 14px 24px; }
        .trace li::before { content: ""; position: absolute; left: 3px; top: 6px; width: 9px; height: 9px; border-radius: 50%; background: var(--surface); border: 2px solid var(--line-strong); z-index: 1; }
        .trace li::after { content: ""; position: absolute; left: 7px; top: 8px; bottom: -8px; width: 1px; background: var(--line-strong); }
        .trace li:last-child { padding-bottom: 0; } .trace li:last-child::after { display: none; }
        .trace li:last-child::before, .trace .s-result::before { background: var(--tone, var(--accent)); border-color: var(--tone, var(--accent)); }
        .trace .step { color: var(--muted); } .trace .text { overflow-wrap: anywhere; } .trace li:last-child .text { font-weight: 600; }
        .dest { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin-bottom: 8px; font-size: 15px; }
        .terms { margin: 6px 0 10px; } .terms li { display: flex; justify-content: space-between; gap: 12px; padding: 4px 0; }
        .card > h3 { margin-top: 12px; color: var(--muted); font-weight: 500; }
        .standing { padding: 0 8px; border-radius: 10px; font-size: 12px; line-height: 20px; font-weight: 550; background: var(--sunken); color: var(--muted); }
        .k-enforced { background: var(--good-soft); color: var(--good); } .k-attested { background: var(--health-soft); color: var(--health); } .k-assumed { background: var(--coach-soft); color: var(--coach); }
        .note .icon { width: 13px; height: 13px; margin-left: 3px; vertical-align: -2px; }
        .raw { margin-top: 20px; } .raw summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; cursor: pointer; }
        .raw summary h2 { font-size: 15px; font-weight: 650; } .raw p { margin: 14px 0; }
        .raw pre { margin: 0; padding: 14px; max-height: 560px; overflow: auto; background: var(--sunken); border: 1px solid var(--line); border-radius: 8px; font-size: 12.5px; line-height: 1.55; }
        .plain { max-width: 1180px; margin: 0 auto; }
        .table-wrap { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); margin-bottom: 12px; }
        .devices { width: 100%; border-collapse: collapse; }
        .devices th, .devices td { padding: 11px 18px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; }
        .devices thead th { border-top: 0; color: var(--muted); font-size: 12.5px; font-weight: 500; white-space: nowrap; }
        .devices tbody tr:hover { background: color-mix(in srgb, var(--accent-soft) 38%, transparent); }
        .devices th a { font-weight: 600; } .devices th a:hover { color: var(--accent); text-decoration: underline; text-underline-offset: 2px; }
        .devices .n { text-align: right; font-variant-numeric: tabular-nums; } .devices td { white-space: nowrap; }
        .sub { display: block; color: var(--muted); font-size: 12.5px; }
        .ok, .flag { display: flex; align-items: center; gap: 5px; font-weight: 550; } .ok { color: var(--good); } .f-wait { color: var(--coach); } .f-bad { color: var(--block); }
        @media (max-width: 860px) {
          .halves { grid-template-columns: minmax(0, 1fr); } .page-head h1 { font-size: 22px; } .lead { font-size: 15px; }
          .card { padding: 15px 15px; } dl > div { grid-template-columns: 108px minmax(0, 1fr); }
          .trace li { grid-template-columns: minmax(0, 1fr); gap: 0; } .trace .step { font-size: 12.5px; }
          .devices th, .devices td { padding: 10px 14px; }
        }
        @media print { .top, .side, .bottom, .pages, .crumb { display: none; } .halves { display: block; } .card { box-shadow: none; margin-bottom: 12px; } }

        """
}
