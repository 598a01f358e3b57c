/// The console's style. Colours are pairs that reach a contrast of 4.5 for text and 3 for shapes, in both schemes.
enum Stylesheet {
    static let colours = """
        :root {
          color-scheme: light dark;
          --bg: #f6f8f8; --surface: #ffffff; --sunken: #eef2f2; --line: #dde4e3; --line-strong: #b9c5c3; --control: #7d8b89;
          --text: #14201f; --muted: #556361; --accent: #0b6e6e; --accent-soft: #dff1ef; --on-accent: #ffffff;
          --block: #a8171c; --block-soft: #fdeaea; --redact: #5635bd; --redact-soft: #efebfd;
          --coach: #835300; --coach-soft: #fcf1d8; --allow: #4a5856; --allow-soft: #ebefee;
          --justify: #964600; --justify-soft: #fdeddd; --reroute: #0b6e6e; --reroute-soft: #dff1ef;
          --health: #33567f; --health-soft: #e6eef8; --good: #1d6b3a; --good-soft: #e2f4e8;
          --mark: #ffe3a3; --mark-text: #4a2f00; --focus: #0b6e6e;
          --shadow: 0 1px 2px rgb(20 32 31 / .05), 0 4px 16px rgb(20 32 31 / .04);
          --mono: ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
          --sans: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --bg: #0d1413; --surface: #141d1c; --sunken: #0a100f; --line: #24302e; --line-strong: #43524f; --control: #667773;
            --text: #e5edeb; --muted: #98a7a4; --accent: #56c8c0; --accent-soft: #12312f; --on-accent: #06211f;
            --block: #ff9d97; --block-soft: #391a1b; --redact: #bdacff; --redact-soft: #272047;
            --coach: #f1c566; --coach-soft: #33290f; --allow: #aebbb8; --allow-soft: #212c2a;
            --justify: #ffb27a; --justify-soft: #38230f; --reroute: #56c8c0; --reroute-soft: #12312f;
            --health: #9cc3f0; --health-soft: #17283c; --good: #84d6a0; --good-soft: #14301e;
            --mark: #5a4310; --mark-text: #ffe7b0; --focus: #56c8c0;
            --shadow: 0 1px 2px rgb(0 0 0 / .3);
          }
        }
        .a-block { --tone: var(--block); --tone-soft: var(--block-soft); }
        .a-redact { --tone: var(--redact); --tone-soft: var(--redact-soft); }
        .a-coach { --tone: var(--coach); --tone-soft: var(--coach-soft); }
        .a-allow { --tone: var(--allow); --tone-soft: var(--allow-soft); }
        .a-justify { --tone: var(--justify); --tone-soft: var(--justify-soft); }
        .a-reroute { --tone: var(--reroute); --tone-soft: var(--reroute-soft); }
        .a-health { --tone: var(--health); --tone-soft: var(--health-soft); }
        .a-gap { --tone: var(--block); --tone-soft: var(--block-soft); }
        .t-approved { --tier: var(--good); } .t-tolerated { --tier: var(--coach); }
        .t-unapproved { --tier: var(--justify); } .t-forbidden { --tier: var(--block); } .t-none { --tier: var(--muted); }

        """

    static let frame = """
        *, *::before, *::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-padding-top: 72px; }
        body { margin: 0; background: var(--bg); color: var(--text); font: 400 14px/1.5 var(--sans); font-feature-settings: "cv05", "ss03"; display: flex; flex-direction: column; min-height: 100vh; }
        a { color: inherit; text-decoration: none; }
        h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        code, pre, kbd { font-family: var(--mono); font-size: .92em; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
        main:focus { outline: none; }
        [hidden] { display: none !important; }
        .sprite { position: absolute; }
        .icon { width: 16px; height: 16px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
        .icon .solid, symbol .solid { fill: currentColor; stroke: none; }
        .skip { position: absolute; left: 12px; top: -60px; z-index: 20; padding: 8px 14px; background: var(--accent); color: var(--on-accent); border-radius: 8px; }
        .skip:focus { top: 8px; }
        .top { position: sticky; top: 0; z-index: 10; display: flex; align-items: center; gap: 8px 20px; padding: 0 24px; height: 56px; background: var(--surface); border-bottom: 1px solid var(--line); }
        .brand { display: flex; align-items: center; gap: 9px; font-weight: 650; font-size: 16px; letter-spacing: -.01em; }
        .mark { width: 22px; height: 22px; fill: none; stroke: var(--accent); stroke-width: 2; stroke-linecap: round; }
        .mark-gate { fill: var(--accent); stroke: none; } .mark-flow { opacity: .75; }
        .top nav { display: flex; gap: 2px; height: 100%; }
        .top nav a { display: flex; align-items: center; padding: 0 12px; color: var(--muted); font-weight: 500; border-bottom: 2px solid transparent; border-top: 2px solid transparent; }
        .top nav a:hover { color: var(--text); }
        .top nav a[aria-current] { color: var(--text); border-bottom-color: var(--accent); }
        .search { position: relative; flex: 1; max-width: 420px; margin-left: auto; }
        .search .icon { position: absolute; left: 10px; top: 9px; color: var(--muted); pointer-events: none; }
        .search input[type=search] { width: 100%; height: 34px; padding: 0 12px 0 33px; font: inherit; color: inherit; background: var(--sunken); border: 1px solid var(--control); border-radius: 8px; }
        .search input::placeholder { color: var(--muted); opacity: 1; }
        .search input:focus { background: var(--surface); border-color: var(--accent); outline: 2px solid var(--accent-soft); outline-offset: 0; }
        .live { display: flex; align-items: center; gap: 8px; color: var(--muted); font-size: 13px; white-space: nowrap; }
        .pulse { width: 8px; height: 8px; border-radius: 50%; background: var(--good); }
        .live.off .pulse { background: var(--coach); }
        @media (prefers-reduced-motion: no-preference) {
          .live:not(.off) .pulse { animation: pulse 2.4s ease-out infinite; }
          @keyframes pulse { 0% { box-shadow: 0 0 0 0 color-mix(in srgb, var(--good) 45%, transparent); } 70%, 100% { box-shadow: 0 0 0 7px transparent; } }
        }
        main { flex: 1; width: 100%; max-width: 1480px; margin: 0 auto; padding: 0 24px 48px; }
        .bottom { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: center; padding: 14px 24px; color: var(--muted); font-size: 12.5px; border-top: 1px solid var(--line); }
        .bottom a { text-decoration: underline; text-underline-offset: 2px; }
        .bottom .keys { margin-left: auto; }
        kbd { padding: 1px 5px; margin: 0 2px 0 8px; background: var(--surface); border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 4px; }
        .button { display: inline-flex; align-items: center; gap: 6px; height: 34px; padding: 0 14px; font-weight: 550; background: var(--surface); border: 1px solid var(--control); border-radius: 8px; }
        .button:hover { border-color: var(--accent); color: var(--accent); }
        .badge { display: inline-flex; align-items: center; gap: 6px; align-self: start; width: max-content; height: 26px; padding: 0 10px 0 7px; color: var(--tone); background: var(--tone-soft); border-radius: 13px; font-weight: 600; font-size: 12.5px; white-space: nowrap; }
        .tier { display: inline-flex; align-items: center; gap: 6px; color: var(--tier); font-size: 12.5px; font-weight: 550; white-space: nowrap; }
        .tier::before, .dot { content: ""; width: 8px; height: 8px; flex: none; border-radius: 50%; background: var(--tier); }
        .class { display: inline-block; padding: 0 7px; color: var(--muted); background: var(--sunken); border: 1px solid var(--line); border-radius: 5px; font-size: 12px; line-height: 20px; white-space: nowrap; }
        .note { color: var(--muted); font-size: 13px; }
        .note a, .place a { text-decoration: underline; text-underline-offset: 2px; }
        mark { color: var(--mark-text); background: var(--mark); border-radius: 3px; padding: 1px 2px; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
        .empty { max-width: 560px; margin: 9vh auto; padding: 0 12px; text-align: center; }
        .empty h1, .empty h2 { font-size: 21px; font-weight: 650; letter-spacing: -.015em; margin-bottom: 8px; }
        .empty p { color: var(--muted); margin-bottom: 18px; }
        .empty-code { font: 600 13px/1 var(--mono); letter-spacing: .08em; }
        .empty-mark { width: 44px; height: 44px; margin-bottom: 14px; fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linecap: round; }
        .steps { text-align: left; counter-reset: step; display: grid; gap: 14px; margin-top: 26px; }
        .steps li { counter-increment: step; position: relative; padding-left: 40px; }
        .steps li::before { content: counter(step); position: absolute; left: 0; top: -2px; width: 26px; height: 26px; border-radius: 50%; background: var(--accent-soft); color: var(--accent); font-weight: 650; font-size: 13px; text-align: center; line-height: 26px; }
        .steps code { display: block; margin-top: 6px; padding: 9px 12px; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; white-space: nowrap; font-size: 12.5px; }
        .steps span { color: var(--text); }

        """
}
