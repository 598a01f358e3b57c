"""The clipboard on a real compositor (sway without a screen), by both data-control protocols, with wl-copy and wl-paste."""

import json
import os
import pty
import pwd
import random
import select
import shutil
import subprocess
import time

import pytest

from display import Desk, quiet, standing, starting, wait_for_copies, wait_until_owned
from wayland_names import RenamingProxy
from world import BIN, World, temporary_folder, wait_until

pytestmark = pytest.mark.skipif(not shutil.which("sway"), reason="needs sway: run `make setup-test`")


class WaylandWorld:
    def __init__(self, policy=None, ext=False, agent_flags=()):
        self.folder, self.programs = temporary_folder(), temporary_folder()
        config = self.programs / "sway.conf"
        config.write_text("xwayland disable\n")
        env = {"PATH": os.environ["PATH"], "HOME": str(self.programs), "XDG_RUNTIME_DIR": str(self.programs),
               "WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
        self.log = (self.programs / "sway.log").open("w")
        # sway does not run as root.
        other = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            os.chown(self.programs, user.pw_uid, user.pw_gid)
            other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.sway = subprocess.Popen(["sway", "--unsupported-gpu", "-c", config], env=env, stdout=self.log,
                                     stderr=self.log, **other)
        socket_path = wait_until(
            lambda: next((p for p in self.programs.glob("wayland-*") if not p.name.endswith(".lock")), None), 20, "sway")
        self.proxy = RenamingProxy(str(socket_path), str(self.programs / "ext")) if ext else None
        name = str(self.programs / "ext") if ext else str(socket_path)
        self.desk = Desk({"WAYLAND_DISPLAY": str(socket_path), "XDG_RUNTIME_DIR": str(self.programs)}, self.programs)
        self.world = World(self.folder, policy=policy, collector=False, env={"WAYLAND_DISPLAY": name})

    def copy(self, text: bytes, *flags: str) -> None:
        process = self.desk.start(["wl-copy", "--foreground", *flags], stdin=subprocess.PIPE)
        process.stdin.write(text)
        process.stdin.close()

    def paste(self, *flags: str) -> bytes:
        return subprocess.run(["wl-paste", "--no-newline", *flags], env=self.desk.env, capture_output=True,
                              timeout=30).stdout

    def close(self):
        try:
            self.world.assert_nothing_leaked()
        finally:
            self.world.close()
            self.desk.close()
            if self.proxy:
                self.proxy.close()
            self.sway.terminate()
            self.sway.wait(10)
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.programs, ignore_errors=True)


start = starting(WaylandWorld)


@pytest.mark.parametrize("ext", [False, True])
def test_a_text_with_a_finding_is_replaced_and_a_clean_one_is_not(start, ext):
    wayland = start(ext=ext)
    wayland.copy(b"nothing of note")
    state = wait_for_copies(wayland.world, 1)
    assert state["display"] == ("wayland-ext" if ext else "wayland-wlr") and not state["owns"]
    assert wayland.paste() == b"nothing of note"
    token = wayland.world.github_token(21)
    wayland.copy(f"key {token} end".encode())
    wait_until_owned(wayland.world)
    got = wayland.paste().decode()
    assert token not in got and got.startswith("key ") and got.endswith(" end")
    # Another copy takes the clipboard back, and is its owner's again.
    wayland.copy(b"something else")
    wait_until_owned(wayland.world, False)
    assert wayland.paste() == b"something else"


def test_a_large_text_is_intact_but_for_what_was_found(start):
    wayland = start()
    noise = random.Random(3).randbytes(5_000_000).hex()
    lines = "\n".join(noise[i:i + 4000] for i in range(0, len(noise), 4000))
    wayland.copy(lines.encode())
    wait_until(lambda: standing(wayland.world)["copies"] >= 1, 60, "judged")
    assert wayland.paste() == lines.encode()
    token = wayland.world.github_token(22)
    wayland.copy(f"{lines}\nkey {token}\n".encode())
    wait_until(lambda: standing(wayland.world)["owns"], 60, "taken over")
    got = wayland.paste().decode()
    assert token not in got and got.startswith(lines)


def test_concealed_copies_are_not_read(start):
    wayland = start()
    token = wayland.world.github_token(23)
    wayland.copy(token.encode(), "--type", "x-kde-passwordManagerHint")
    quiet(0.5)
    assert standing(wayland.world)["copies"] == 0


def terminal(shell, words, env):
    """Runs a command the way a terminal program does: under that program's name, with a terminal of its own, and as nobody's child, since
    whoever runs these tests may be an assistant himself."""
    master, slave = pty.openpty()
    line = " ".join(f"'{word}'" for word in words) + "; echo status=$?"
    child = os.fork()
    if child == 0:
        parent = os.getpid()
        if os.fork() == 0:
            os.setsid()
            own = os.open(os.ttyname(slave), os.O_RDWR)
            for number in range(3):
                os.dup2(own, number)
            os.closerange(3, 64)
            while os.getppid() == parent:
                time.sleep(0.001)
            os.execvpe(shell, [shell, "-c", line], env)
        os._exit(0)
    os.waitpid(child, 0)
    os.close(slave)
    output = b""
    while b"status=" not in output:
        ready, _, _ = select.select([master], [], [], 30)
        try:
            piece = os.read(master, 65536) if ready else b""
        except OSError:
            piece = b""
        if not piece:
            break
        output += piece
    os.close(master)
    text = output.decode()
    return text.rsplit("status=", 1)[-1].strip(), text


def test_a_release_is_a_humans_and_ends_by_itself(start):
    wayland = start()
    token = wayland.world.github_token(24)
    text = f"key {token} end".encode()
    wayland.copy(text)
    wait_until_owned(wayland.world)
    release = [str(BIN / "sluice"), "clipboard", "release", "--reason", "test system", "--seconds", "2"]
    # Without a terminal, or in one that an assistant has made: no.
    done = wayland.world.cli(*release[1:], expect=2)
    assert b"human" in done.stderr
    shell = wayland.desk.program("claude", "bash")
    status, output = terminal(shell, release, wayland.world.env)
    assert status == "2" and "assistant" in output
    assert wayland.paste() != text
    # A terminal program's child: yes, for two seconds.
    shell = wayland.desk.program("xterm", "bash")
    status, output = terminal(shell, release, wayland.world.env)
    assert status == "0" and "Event" in output, output
    wait_until(lambda: wayland.paste() == text, 2, "the original")
    wait_until(lambda: wayland.paste() != text, 10, "placeholders again")
    events = wayland.world.journal_events()
    assert any("released by the user" in json.dumps(e) and "test system" in json.dumps(e) for e in events)


def test_a_helper_of_the_session_asks_the_agent(start):
    """The managed installation's cut: the agent watches nothing, a helper in the session does."""
    wayland = start(agent_flags=[])
    settings = wayland.folder / "config" / "sluice"
    settings.mkdir(exist_ok=True)
    (settings / "agent.toml").write_text("[clipboard]\nwatch = false\n")
    wayland.world.agent.stop()
    wayland.world.agent.start()
    assert standing(wayland.world).get("display") is None
    (settings / "agent.toml").unlink()
    helper = subprocess.Popen([BIN / "sluice", "clipboard", "run"], env=wayland.world.env, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: standing(wayland.world).get("display") == "wayland-wlr", 10, "helper watches")
        token = wayland.world.github_token(25)
        wayland.copy(f"key {token}".encode())
        wait_until_owned(wayland.world)
        assert token.encode() not in wayland.paste()
        assert any("clipboard" in json.dumps(e) for e in wayland.world.journal_events())
    finally:
        helper.terminate()
        helper.wait(10)
