extension Stylesheet {
    static let list = """
        .columns { display: grid; grid-template-columns: 224px minmax(0, 1fr); gap: 0 28px; }
        .side { position: sticky; top: 56px; align-self: start; max-height: calc(100vh - 56px); overflow-y: auto; padding: 22px 4px 24px 0; scrollbar-width: thin; }
        .side summary { display: flex; align-items: center; gap: 8px; list-style: none; cursor: default; margin-bottom: 10px; }
        .side summary::-webkit-details-marker { display: none; }
        .side h2 { font-size: 13px; font-weight: 650; }
        .chosen-count { min-width: 20px; height: 20px; padding: 0 6px; border-radius: 10px; background: var(--accent); color: var(--on-accent); font-size: 12px; font-weight: 650; line-height: 20px; text-align: center; }
        .facet { margin-bottom: 18px; }
        .facet h3 { padding: 0 8px; margin-bottom: 3px; font-size: 12px; font-weight: 550; color: var(--muted); }
        .facet a { display: flex; align-items: center; gap: 8px; min-height: 28px; padding: 2px 8px; border-radius: 7px; }
        .facet a:hover { background: var(--accent-soft); }
        .facet .icon { color: var(--tone, currentColor); }
        .facet .label { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .facet .count { color: var(--muted); font-size: 12.5px; font-variant-numeric: tabular-nums; }
        .facet .box { display: none; }
        .facet a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
        .facet a[aria-current] .box { display: block; width: 4px; height: 16px; margin-left: -8px; border-radius: 0 3px 3px 0; background: var(--accent); }
        .more { padding: 2px 8px; color: var(--muted); font-size: 12.5px; }
        .list-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px 20px; padding: 20px 0 12px; }
        .list-head h1 { font-size: 21px; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
        .spans { display: flex; background: var(--sunken); border: 1px solid var(--line); border-radius: 9px; padding: 2px; }
        .spans a { padding: 3px 11px; border-radius: 7px; color: var(--muted); font-size: 13px; white-space: nowrap; }
        .spans a:hover { color: var(--text); }
        .spans a[aria-current] { background: var(--surface); color: var(--text); font-weight: 550; box-shadow: 0 0 0 1px var(--line); }
        .activity { margin-bottom: 14px; }
        .activity svg { display: block; width: 100%; height: 44px; border-bottom: 1px solid var(--line); }
        .activity .hit { fill: transparent; } .activity .bar:hover .hit { fill: var(--accent-soft); }
        .activity .bar:focus-visible { outline: none; } .activity .bar:focus-visible .hit { fill: var(--accent-soft); stroke: var(--focus); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .b-block { fill: var(--block); } .b-redact { fill: var(--redact); } .b-other { fill: var(--control); }
        .activity figcaption { display: flex; justify-content: space-between; gap: 12px; padding-top: 5px; color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
        .legend { display: flex; align-items: center; gap: 6px; } .legend i { width: 8px; height: 8px; border-radius: 2px; margin-left: 8px; }
        .k-block { background: var(--block); } .k-redact { background: var(--redact); } .k-other { background: var(--control); }
        .chips { display: flex; flex-wrap: wrap; gap: 6px; padding-bottom: 12px; }
        .chips a { display: inline-flex; align-items: center; gap: 5px; max-width: 340px; height: 28px; padding: 0 7px 0 10px; background: var(--accent-soft); color: var(--accent); border-radius: 7px; font-weight: 550; font-size: 13px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
        .chips span { font-weight: 400; opacity: .85; } .chips .icon { width: 14px; height: 14px; }
        .chips a:hover { box-shadow: inset 0 0 0 1px var(--accent); } .chips .clear { background: none; color: var(--muted); padding: 0 8px; }
        .events { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); overflow: hidden; }
        .event { position: relative; display: grid; grid-template-columns: 106px minmax(0, 1fr) 172px 178px 112px; gap: 0 18px; padding: 11px 18px 12px 15px; border-left: 3px solid transparent; border-top: 1px solid var(--line); }
        .event:first-child { border-top: 0; }
        .event:hover { background: color-mix(in srgb, var(--accent-soft) 38%, transparent); }
        .event.current, .event:focus-within { border-left-color: var(--accent); background: color-mix(in srgb, var(--accent-soft) 55%, transparent); }
        .event .title { font-weight: 600; letter-spacing: -.005em; overflow-wrap: anywhere; }
        .event .title::after { content: ""; position: absolute; inset: 0; }
        .event .title:focus-visible { outline: none; } .event:has(.title:focus-visible) { outline: 2px solid var(--focus); outline-offset: -2px; }
        .repeats { padding: 0 6px; color: var(--muted); background: var(--sunken); border-radius: 8px; font-size: 12px; font-weight: 600; }
        .event .what { min-width: 0; }
        .event .excerpt { display: block; margin: 2px 0 0; color: var(--muted); font-size: 12.5px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
        .subject { display: flex; flex-wrap: wrap; align-items: center; gap: 3px 9px; }
        .classes { display: flex; flex-wrap: wrap; gap: 5px; }
        .event .where, .event .who { min-width: 0; display: flex; flex-direction: column; gap: 1px; }
        .event .name, .event .user { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .event .rest { color: var(--muted); font-size: 12.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .event .when { text-align: right; display: flex; flex-direction: column; gap: 1px; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .event .day { color: var(--muted); font-size: 12.5px; } .event .short { color: var(--muted); font: 500 12.5px/1.5 var(--mono); }
        @media (prefers-reduced-motion: no-preference) {
          .event.new { animation: arrive 2.2s ease-out; }
          @keyframes arrive { 0% { background: var(--accent-soft); } 100% { background: transparent; } }
        }
        .pages { display: flex; gap: 10px; padding: 18px 0; justify-content: flex-end; }
        @media (max-width: 1240px) {
          .event { grid-template-columns: 106px minmax(0, 1fr) 178px 112px; grid-template-rows: auto 1fr; }
          .event .badge, .event .what, .event .when { grid-row: 1 / 3; } .event .where { grid-column: 3; grid-row: 1; } .event .who { grid-column: 3; grid-row: 2; margin-top: 3px; }
          .event .when { grid-column: 4; } .event .where { flex-direction: row; gap: 8px; flex-wrap: wrap; }
        }
        @media (max-width: 860px) {
          main { padding: 0 14px 32px; } .top { padding: 0 14px; gap: 0 12px; height: auto; min-height: 52px; flex-wrap: wrap; }
          .top nav { height: 50px; } .top nav a { padding: 0 9px; } .live { margin-left: auto; }
          .search { order: 5; flex: 1 0 100%; max-width: none; margin: 0 0 10px; }
          .bottom { padding: 14px; } .bottom .keys { display: none; }
          .columns { display: block; }
          .side { position: static; max-height: none; padding: 12px 0 0; }
          .side-fold { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 0 12px; }
          .side summary { margin: 0; min-height: 42px; cursor: pointer; } .side summary::after { content: ""; margin-left: auto; width: 8px; height: 8px; border: solid var(--muted); border-width: 0 2px 2px 0; transform: rotate(45deg) translate(-2px, -2px); }
          .side-fold[open] summary::after { transform: rotate(225deg) translate(-2px, -2px); }
          .facet a { min-height: 38px; } #facets { padding-bottom: 6px; }
          .list-head { padding-top: 16px; } .spans { width: 100%; } .spans a { flex: 1; text-align: center; padding: 6px 0; }
          .legend { display: none; }
          .event { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 12px 14px 13px 11px; }
          .event .badge { order: 1; } .event .when { order: 2; margin-left: auto; flex-direction: row; gap: 9px; align-items: baseline; }
          .event .what { order: 3; flex: 1 0 100%; } .event .where { order: 4; flex-direction: row; gap: 10px; } .event .who { order: 5; flex-direction: row; gap: 8px; align-items: baseline; margin: 0; }
        }

        """
}
