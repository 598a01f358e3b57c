"""Displays for tests, started as they are needed: an X server without a screen, a compositor without one, a message bus."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from world import wait_until

HERE = Path(__file__).parent
# GTK's bindings are Debian's, not the virtual environment's.
SYSTEM_PYTHON = "/usr/bin/python3"


class XServer:
    """Xvfb on a display that it chooses itself."""

    def __init__(self, folder: Path):
        reading, writing = os.pipe()
        self.log = (folder / "xvfb.log").open("w")
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", "-screen", "0", "1024x768x24", "-noreset"],
            pass_fds=[writing], stderr=self.log)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.display = f":{number}"
        self.env = {"DISPLAY": self.display}

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Desk:
    """What a user does at a display: copy with one program, paste into another."""

    def __init__(self, env: dict, folder: Path):
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "NO_AT_BRIDGE": "1", **env}
        self.folder = folder
        self.running: list[subprocess.Popen] = []

    def program(self, name: str, like: str) -> str:
        """A copy of a program under another name: to the agent it is a program of that name."""
        path = self.folder / "programs" / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            shutil.copy(shutil.which(like), path)
        return str(path)

    def start(self, command: list[str], **options) -> subprocess.Popen:
        process = subprocess.Popen(command, env=self.env, **options)
        self.running.append(process)
        return process

    def copy(self, text: bytes, *flags: str, selection: str = "clipboard") -> None:
        """xclip stays in the background until another owner comes."""
        process = self.start(
            ["xclip", "-i", "-selection", selection, "-quiet", *flags], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        process.stdin.write(text)
        process.stdin.close()

    def paste(self, *flags: str, program: str | None = None, selection: str = "clipboard", seconds: float = 10) -> bytes:
        name = self.program(program, "xclip") if program else "xclip"
        try:
            return subprocess.run([name, "-o", "-selection", selection, *flags], env=self.env, capture_output=True,
                                  timeout=seconds).stdout
        except subprocess.TimeoutExpired:
            return b""

    def targets(self, program: str | None = None) -> list[str]:
        return self.paste("-t", "TARGETS", program=program).decode().split()

    def gtk(self, program: str, *arguments: str, **options) -> subprocess.Popen:
        """A GTK application under a name; see gtk_client.py."""
        return self.start([SYSTEM_PYTHON, str(HERE / "gtk_client.py"), program, *arguments], **options)

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)


def standing(world) -> dict:
    import json

    return json.loads(world.cli("clipboard", "status", "--json", expect=None).stdout or b"{}")


def wait_until_owned(world, owned: bool = True) -> dict:
    return wait_until(lambda: (s := standing(world)).get("owns") is owned and s, 10, f"clipboard owned: {owned}")


def wait_for_copies(world, count: int) -> dict:
    return wait_until(lambda: (s := standing(world)).get("copies", 0) >= count and s, 10, f"{count} copies judged")


def quiet(seconds: float = 0.3) -> None:
    """For what must not happen: long enough that it would have."""
    time.sleep(seconds)


def starting(kind):
    """A fixture that starts worlds of a kind, and closes them when the test ends."""
    @pytest.fixture
    def start():
        worlds = []

        def make(**options):
            worlds.append(kind(**options))
            return worlds[-1]

        yield make
        for world in worlds:
            world.close()

    return start
