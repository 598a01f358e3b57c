/// What JavaScript adds to pages that work without it: the list follows new events, times are shown in the reader's zone, and keys move.
enum ConsoleScript {
    static let source = #"""
        "use strict";
        (() => {
          const $ = (selector, root = document) => root.querySelector(selector);
          const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

          // Times in the reader's zone.
          const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
          const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
          const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
          function localise(root) {
            const today = day.format(new Date());
            for (const time of all("time[datetime]", root)) {
              const date = new Date(time.dateTime);
              if (Number.isNaN(date.getTime())) continue;
              if (time.hasAttribute("data-list")) {
                const date_ = day.format(date);
                $(".day", time).textContent = date_ === today ? "" : date_;
                $(".clock", time).textContent = clock.format(date);
                time.title = full.format(date);
              } else if (time.hasAttribute("data-title")) {
                time.title = full.format(date);
              } else if (time.hasAttribute("data-full")) {
                time.textContent = full.format(date);
              } else {
                time.textContent = day.format(date) + " " + clock.format(date);
              }
            }
          }
          localise(document);
          const zone = $("[data-zone]");
          if (zone) zone.textContent = "Times are in your zone (" + Intl.DateTimeFormat().resolvedOptions().timeZone + ").";
          const keys = $("[data-keys]");
          if (keys) keys.hidden = false;

          // On narrow screens the filters start folded.
          const fold = $("[data-fold]");
          if (fold && matchMedia("(max-width: 860px)").matches) fold.open = false;

          // Back to the list as it was.
          const back = $("[data-back]");
          if (back && document.referrer === "" && sessionStorage.list) back.href = sessionStorage.list;
          const list = $("#events");
          if (list) sessionStorage.list = location.pathname + location.search;

          // Keys.
          const rows = () => all(".event");
          let current = null;
          function select(row) {
            if (!row) return;
            for (const other of all(".event.current")) other.classList.remove("current");
            row.classList.add("current");
            current = row.dataset.event;
            const link = $("a.title", row);
            link.focus({ preventScroll: true });
            row.scrollIntoView({ block: "nearest" });
          }
          function move(step) {
            const list = rows();
            const index = list.findIndex((row) => row.dataset.event === current);
            select(list[Math.min(Math.max(index + step, 0), list.length - 1)]);
          }
          document.addEventListener("keydown", (event) => {
            const typing = event.target.closest("input, textarea, select, [contenteditable]");
            if (event.key === "Escape" && typing) return typing.blur();
            if (typing || event.metaKey || event.ctrlKey || event.altKey) return;
            switch (event.key) {
              case "j": move(1); break;
              case "k": move(-1); break;
              case "/": {
                const search = $("[data-search]");
                if (!search) return;
                search.focus();
                search.select();
                break;
              }
              case "u": {
                const target = back || $('nav a[href="/console"]');
                if (target) location.href = target.href;
                break;
              }
              default: return;
            }
            event.preventDefault();
          });

          // Live: a signal says that something changed; the page then asks for itself and takes over what is new.
          const live = $("[data-live]");
          if (!list || !live) return;
          const text = $("[data-live-text]", live);
          if (list.dataset.first !== "true") return;
          live.hidden = false;
          let waiting = false, running = false;
          async function refresh() {
            if (document.hidden) { waiting = true; return; }
            if (running) { waiting = true; return; }
            running = true;
            waiting = false;
            try {
              const reply = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
              if (!reply.ok) throw new Error(String(reply.status));
              const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
              localise(fresh);
              const known = new Map(rows().map((row) => [row.dataset.event, row]));
              // A row that has not changed stays the same element: focus, selection and highlight live on.
              for (const row of all(".event", fresh)) {
                const old = known.get(row.dataset.event);
                if (!old) { if (known.size) row.classList.add("new"); }
                else if (old.textContent === row.textContent) row.replaceWith(old);
                else if (old.classList.contains("current")) row.classList.add("current");
              }
              const focused = document.activeElement && document.activeElement.closest(".event");
              for (const id of ["summary", "facets", "events"]) {
                const from = fresh.getElementById(id), to = document.getElementById(id);
                // What the reader is choosing from stays put under the hand.
                if (!from || !to || (id === "facets" && to.matches(":hover"))) continue;
                to.replaceChildren(...from.childNodes);
              }
              if (focused && !focused.isConnected) {
                const same = rows().find((row) => row.dataset.event === focused.dataset.event);
                if (same) $("a.title", same).focus({ preventScroll: true });
              } else if (focused) $("a.title", focused).focus({ preventScroll: true });
            } catch { /* The next signal tries again. */ }
            running = false;
            if (waiting) setTimeout(refresh, 250);
          }
          document.addEventListener("visibilitychange", () => { if (!document.hidden && waiting) refresh(); });
          let source = null, timer = 0;
          function poll() { timer = timer || setInterval(refresh, 5000); }
          function listen() {
            source = new EventSource("/console/live");
            source.addEventListener("changed", refresh);
            source.onopen = () => {
              clearInterval(timer);
              timer = 0;
              if (live.classList.contains("off")) refresh();
              live.classList.remove("off");
              text.textContent = "Live";
            };
            source.onerror = () => {
              live.classList.add("off");
              text.textContent = "Reconnecting";
              // A refused stream is closed for good: ask by the clock, and try again later.
              if (source.readyState === EventSource.CLOSED) { poll(); setTimeout(listen, 30000); }
            };
          }
          listen();
        })();

        """#
}
