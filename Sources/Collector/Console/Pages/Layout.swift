/// The frame of every page, and the icons that they draw on.
enum LayoutTemplate {
    static let source = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{$title}}Events{{/title}} · Sluice</title>
        <link rel="icon" href="/console/assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="{{style}}">
        <script src="{{script}}" defer></script>
        </head>
        <body>
        {{>icons}}
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
        <a class="brand" href="/console"><svg class="mark" aria-hidden="true"><use href="#i-mark"/></svg><span>Sluice</span></a>
        <nav aria-label="Main">
        <a href="/console"{{$onEvents}}{{/onEvents}}>Events</a>
        <a href="/console/devices"{{$onDevices}}{{/onDevices}}>Devices</a>
        </nav>
        {{$tools}}{{/tools}}
        </header>
        <main id="main" tabindex="-1">
        {{$main}}{{/main}}
        </main>
        <footer class="bottom">
        <p><span data-zone>Times are in UTC.</span> Excerpts are masked on the device: letters show as x, digits as 9.</p>
        <p class="keys" hidden data-keys><kbd>j</kbd><kbd>k</kbd> move <kbd>enter</kbd> open <kbd>u</kbd> back <kbd>/</kbd> search</p>
        <p><a href="/api/v1/openapi.json">API</a></p>
        </footer>
        </body>
        </html>

        """

    /// Drawn for this product, 20 × 20, one stroke width.
    static let icons = """
        <svg width="0" height="0" class="sprite" aria-hidden="true"><defs>
        <symbol id="i-mark" viewBox="0 0 24 24"><path class="mark-gate" d="M4 3h16v6H4z"/><path class="mark-flow" d="M4 13.5c2.7-2 5.3 2 8 0s5.3-2 8 0M4 18.5c2.7-2 5.3 2 8 0s5.3-2 8 0"/></symbol>
        <symbol id="i-block" viewBox="0 0 20 20"><circle cx="10" cy="10" r="7"/><path d="M5.2 5.2l9.6 9.6"/></symbol>
        <symbol id="i-redact" viewBox="0 0 20 20"><path d="M3 5.5h14M3 14.5h8"/><path class="solid" d="M3 8.6h14v2.8H3z"/></symbol>
        <symbol id="i-allow" viewBox="0 0 20 20"><path d="M4 10.5l4 4 8-9"/></symbol>
        <symbol id="i-coach" viewBox="0 0 20 20"><path d="M3.5 4h13v9.5h-7L6 16.5v-3H3.5z"/><path d="M10 6.5v2.7M10 11v.4"/></symbol>
        <symbol id="i-justify" viewBox="0 0 20 20"><circle cx="10" cy="10" r="7"/><path d="M8 7v6M12 7v6"/></symbol>
        <symbol id="i-reroute" viewBox="0 0 20 20"><path d="M3 14h4c4 0 2-8 6-8h4M14 3l3 3-3 3"/></symbol>
        <symbol id="i-health" viewBox="0 0 20 20"><path d="M2.5 10.5H6l2-5 3.5 9 2-4h4"/></symbol>
        <symbol id="i-gap" viewBox="0 0 20 20"><path d="M2.5 10h4M13.5 10h4"/><path d="M10 4v2M10 9v2M10 14v2"/></symbol>
        <symbol id="i-search" viewBox="0 0 20 20"><circle cx="9" cy="9" r="5"/><path d="M13 13l4 4"/></symbol>
        <symbol id="i-out" viewBox="0 0 20 20"><path d="M8 5H5v10h10v-3M11 4.5h4.5V9M15 5l-6 6"/></symbol>
        <symbol id="i-close" viewBox="0 0 20 20"><path d="M6 6l8 8M14 6l-8 8"/></symbol>
        <symbol id="i-back" viewBox="0 0 20 20"><path d="M12 5l-5 5 5 5"/></symbol>
        <symbol id="i-device" viewBox="0 0 20 20"><path d="M4 4.5h12v8.5H4zM2.5 15.5h15"/></symbol>
        </defs></svg>

        """
}

/// A page with one message: not found, refused, failed.
enum MessagePage {
    static let template = """
        {{<layout}}{{$title}}{{title}}{{/title}}{{$main}}
        <section class="empty" aria-labelledby="message-title">
        <p class="empty-code">{{code}}</p>
        <h1 id="message-title">{{title}}</h1>
        <p>{{message}}</p>
        <p><a class="button" href="/console">To the events</a></p>
        </section>
        {{/main}}{{/layout}}
        """
}
