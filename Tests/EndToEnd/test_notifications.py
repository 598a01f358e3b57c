"""Notices over a real message bus, shown by a stand-in for the desktop's service that presses their buttons."""

import json
import queue
import shutil
import subprocess
import threading
import time

import pytest

from display import Desk, HERE, SYSTEM_PYTHON, XServer, standing, starting, wait_until_owned
from world import World, temporary_folder, wait_until

pytestmark = pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("dbus-daemon")), reason="needs Xvfb and dbus")


class Service:
    def __init__(self, env):
        self.process = subprocess.Popen([SYSTEM_PYTHON, str(HERE / "notification_service.py")], env=env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline().strip() == "ready"
        self.notices: queue.Queue = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.notices.put(json.loads(line))

    def next(self, seconds=10):
        return self.notices.get(timeout=seconds)

    def press(self, notice, key):
        self.process.stdin.write(f"{notice['id']} {key}\n")
        self.process.stdin.flush()

    def close(self):
        self.process.kill()
        self.process.wait(10)


class Session:
    def __init__(self, service=True, policy=None):
        self.folder, self.programs = temporary_folder(), temporary_folder()
        self.x = XServer(self.programs)
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                                    stdout=subprocess.PIPE, text=True)
        env = {**self.x.env, "DBUS_SESSION_BUS_ADDRESS": self.bus.stdout.readline().strip()}
        self.desk = Desk(env, self.programs)
        self.service = Service(self.desk.env) if service else None
        self.world = World(self.folder, policy=policy, collector=False, env=env)

    def close(self):
        try:
            self.world.assert_nothing_leaked()
        finally:
            self.world.close()
            self.desk.close()
            if self.service:
                self.service.close()
            self.bus.kill()
            self.bus.wait(10)
            self.x.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.rmtree(self.programs, ignore_errors=True)


start = starting(Session)


def kinds(world):
    return [json.dumps(event) for event in world.journal_events()]


def test_a_paste_is_told_and_each_button_does_what_it_says(start):
    session = start()
    token = session.world.github_token(31)
    text = f"line one\nkey {token} end".encode()
    session.desk.copy(text)
    wait_until_owned(session.world)
    assert token.encode() not in session.desk.paste(program="chatgpt")
    notice = session.service.next()
    assert "GitHub" in notice["body"] and "line 2" in notice["body"] and "ChatGPT" in notice["summary"]
    assert token not in json.dumps(notice)
    assert notice["actions"][::2] == ["release", "why", "not-sensitive"]

    session.service.press(notice, "why")
    why = session.service.next()
    assert why["summary"].startswith("Why") and "unapproved" in why["body"] and token not in json.dumps(why)

    session.service.press(notice, "not-sensitive")
    wait_until(lambda: any("not sensitive" in e for e in kinds(session.world)), 10, "feedback is an event")

    session.service.press(notice, "release")
    wait_until(lambda: session.desk.paste(program="chatgpt") == text, 10, "released")
    assert any("released by the user" in e for e in kinds(session.world))


def test_notices_are_folded(start):
    session = start(policy='[clipboard]\nmode = "coach"\n')
    began = time.monotonic()
    for index in range(4):
        session.desk.copy(f"key {session.world.github_token(40 + index)}".encode())
        wait_until(lambda: standing(session.world)["copies"] > index, 10, "judged")
    first = session.service.next()
    assert "not changed" in first["body"] and first["actions"][::2] == ["why", "not-sensitive"]
    second = session.service.next()
    assert time.monotonic() - began >= 5 and "2 more notices" in second["body"]
    with pytest.raises(queue.Empty):
        session.service.next(1)


def test_another_programs_signal_presses_nothing(start):
    session = start()
    token = session.world.github_token(32)
    session.desk.copy(f"key {token}".encode())
    wait_until_owned(session.world)
    session.desk.paste(program="chatgpt")
    notice = session.service.next()
    subprocess.run(["dbus-send", "--session", "--type=signal", "/org/freedesktop/Notifications",
                    "org.freedesktop.Notifications.ActionInvoked", f"uint32:{notice['id']}", "string:release"],
                   env=session.desk.env, check=True)
    time.sleep(0.5)
    assert token.encode() not in session.desk.paste(program="chatgpt")
    assert not any("released by the user" in e for e in kinds(session.world))


def test_a_desktop_without_a_service_is_noted_and_guarded_all_the_same(start):
    session = start(service=False)
    token = session.world.github_token(33)
    session.desk.copy(f"key {token}".encode())
    wait_until_owned(session.world)
    assert token.encode() not in session.desk.paste(program="chatgpt")
    wait_until(lambda: "notice can't be shown" in session.world.agent.log, 10, "a line in the log")
    assert session.world.agent.log.count("notice can't be shown") == 1
