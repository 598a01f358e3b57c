"""Chromium as the one who pastes: its active window's title says on which site."""

import json
import os
import re
import shutil
import subprocess

import pytest

from display import wait_until_owned
from test_clipboard_x11 import start  # noqa: F401
from world import wait_until

pytestmark = pytest.mark.skipif(
    not all(shutil.which(p) for p in ("Xvfb", "chromium", "xprop", "xwininfo")), reason="needs Xvfb, Chromium, x11-utils")


class Chromium:
    """Driven over its debugging pipe."""

    def __init__(self, desk, title):
        to_child, self.to = os.pipe()
        self.source, from_child = os.pipe()
        page = f"data:text/html,<title>{title}</title><textarea id=t autofocus></textarea>"

        def place():
            # The browser takes its commands from descriptor 3 and answers on 4; both pipes' ends may stand in their way.
            first, second = os.dup(to_child), os.dup(from_child)
            high_first, high_second = os.dup2(first, 100), os.dup2(second, 101)
            os.dup2(high_first, 3)
            os.dup2(high_second, 4)

        self.process = desk.start(
            ["chromium", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu",
             f"--user-data-dir={desk.folder}/chromium", page],
            preexec_fn=place, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.held, self.number = b"", 0
        target = wait_until(self.page, 30, "the page")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def page(self):
        for info in self.call("Target.getTargets")["targetInfos"]:
            if info["type"] == "page" and info["url"].startswith("data:"):
                return info["targetId"]

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.held:
                piece = os.read(self.source, 65536)
                assert piece, "Chromium has gone"
                self.held += piece
            line, self.held = self.held.split(b"\0", 1)
            answer = json.loads(line)
            if answer.get("id") == self.number:
                return answer["result"]

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", self.session, expression=expression)["result"].get("value")

    def paste(self):
        self.evaluate("t.value = ''; t.focus()")
        self.call("Input.dispatchKeyEvent", self.session, type="keyDown", commands=["Paste"])
        return wait_until(lambda: self.evaluate("t.value"), 10, "pasted")


@pytest.mark.parametrize("title, is_ai", [("ChatGPT", True), ("Issue tracker", False)])
def test_a_browser_gets_what_its_window_may_have(start, title, is_ai):  # noqa: F811
    x11 = start()
    browser = Chromium(x11.desk, title)

    def window():
        tree = subprocess.run(["xwininfo", "-root", "-tree"], env=x11.desk.env, capture_output=True, text=True).stdout
        found = re.search(rf'(0x[0-9a-f]+) "{title} - Chromium"', tree)
        return found and found.group(1)

    # What a window manager says of the active window; none runs here.
    active = wait_until(window, 20, "the window")
    subprocess.run(["xprop", "-root", "-f", "_NET_ACTIVE_WINDOW", "32x", "-set", "_NET_ACTIVE_WINDOW", active],
                   env=x11.desk.env, check=True)
    token = x11.world.github_token(51)
    x11.desk.copy(f"key {token} end".encode())
    wait_until_owned(x11.world)
    got = browser.paste()
    assert got.startswith("key ") and got.endswith(" end")
    assert (token in got) is not is_ai
    if is_ai:
        assert any("who pastes is likely" in json.dumps(e) for e in x11.world.journal_events())
