"""The real programs, started for a test: agent, collector, and a stand-in for the providers.

Every value that a test plants is remembered, and `assert_nothing_leaked` searches all that the programs wrote (journal,
database, logs, console pages) for each of them.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from pathlib import Path

from standin import StandIn

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("SLUICE_BIN", ROOT / ".build/release"))
PACK = Path(os.environ.get("SLUICE_TEST_PACK", ROOT / ".build/default.pack"))
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
START_SECONDS = 20


def github_token(seed: int) -> str:
    """A classic personal access token with a right checksum (CRC-32 in base 62) and no account behind it."""
    body = "".join(random.Random(seed).choices(BASE62, k=30))
    number, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        check = BASE62[digit] + check
    return "gh" + "p_" + body + check


def iban(seed: int) -> str:
    """A German IBAN with right check digits (ISO 13616, mod 97)."""
    account = "".join(random.Random(seed).choices("0123456789", k=18))
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds: float = 10, what: str = "condition"):
    """Polls until the condition gives something true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


class Program:
    """One of ours as a process: started, waited for, killed."""

    def __init__(self, name: str, command: list[str], folder: Path, env: dict):
        self.name, self.command, self.folder, self.env = name, [str(c) for c in command], folder, env
        self.process: subprocess.Popen | None = None
        self.url = ""
        self.runs = 0

    def start(self) -> "Program":
        self.runs += 1
        out = self.folder / f"{self.name}-{self.runs}.out"
        err = self.folder / f"{self.name}-{self.runs}.log"
        self.process = subprocess.Popen(self.command, stdout=out.open("w"), stderr=err.open("w"), env=self.env)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {err.read_text()[-2000:]}")
            return re.search(r"ready on (http://\S+)", out.read_text())

        self.url = wait_until(ready, START_SECONDS, f"{self.name} ready").group(1)
        return self

    @property
    def log(self) -> str:
        return "".join(p.read_text(errors="replace") for p in sorted(self.folder.glob(f"{self.name}-*.log")))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(15)
        return self.process.returncode if self.process else 0


class World:
    """One agent, one collector, one stand-in, in a folder of their own."""

    def __init__(self, folder: Path, policy: str | None = None, agent_flags: list[str] = (), collector: bool = True,
                 env: dict | None = None):
        self.folder = folder
        self.planted: list[str] = []
        self.standin = StandIn().start()
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8", "NO_COLOR": "1",
            "XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_RUNTIME_DIR": str(folder / "run"), "XDG_CACHE_HOME": str(folder / "cache"), "SLUICE_PACK": str(PACK),
            **(env or {}),
        }
        for name in ("home", "state", "config", "run", "cache"):
            (folder / name).mkdir(mode=0o700)
        self.token_file = folder / "enrolment-token"
        self.token_file.write_text("test-enrolment-" + os.urandom(16).hex())
        self.token_file.chmod(0o600)
        self.database = folder / "collector.db"
        self.collector_port = free_port()
        self.collector = Program(
            "collector",
            [BIN / "sluice-collector", "serve", "--port", self.collector_port, "--database", self.database,
             "--enrolment-token-file", self.token_file],
            folder, self.env)
        flags = ["--port", "0", "--collector", f"http://127.0.0.1:{self.collector_port}",
                 "--enrolment-token-file", self.token_file]
        for provider in ("openai", "anthropic"):
            flags += ["--upstream", f"{provider}={self.standin.url}"]
            # The same for clients of the proxy, which name the provider's own host.
            flags += ["--upstream", f"api.{provider}.com={self.standin.url}"]
        if policy is not None:
            path = folder / "policy.toml"
            path.write_text(policy)
            flags += ["--policy", path]
        self.agent = Program("agent", [BIN / "sluice", "agent", "run", *flags, *agent_flags], folder, self.env)
        if collector:
            self.collector.start()
        self.agent.start()

    def close(self) -> None:
        self.agent.stop()
        self.collector.stop()
        self.standin.stop()

    # Planting

    def plant(self, value: str) -> str:
        """Remembers a value that may stand nowhere afterwards."""
        self.planted.append(value)
        return value

    def github_token(self, seed: int = 1) -> str:
        return self.plant(github_token(seed))

    # Clients

    def openai(self, **options):
        import openai

        options = {"api_key": "sk-" + "test-client", **options}
        return openai.OpenAI(base_url=self.agent.url + "/openai/v1", **options)

    def anthropic(self, **options):
        import anthropic

        options = {"api_key": "test-client", **options}
        return anthropic.Anthropic(base_url=self.agent.url + "/anthropic", **options)

    def raw(self, request: bytes, seconds: float = 10) -> bytes:
        """Sends bytes to the agent's port and reads until it closes or falls silent."""
        port = int(self.agent.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as s:
            s.sendall(request)
            answer = b""
            try:
                while chunk := s.recv(65536):
                    answer += chunk
                    head, gap, body = answer.partition(b"\r\n\r\n")
                    length = re.search(rb"(?i)content-length: *(\d+)", head)
                    if gap and length and len(body) >= int(length.group(1)):
                        break
                    if gap and re.search(rb"(?i)transfer-encoding: *chunked", head) and body.endswith(b"0\r\n\r\n"):
                        break
            except TimeoutError:
                pass
            return answer

    def cli(self, *arguments, input: bytes | None = None, expect: int | None = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([str(BIN / "sluice"), *map(str, arguments)], input=input, capture_output=True,
                              env=self.env, timeout=60)
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"sluice {arguments}: {done.returncode}, {done.stderr.decode()[-2000:]}")
        return done

    # What happened

    def journal_events(self, usage: bool = False) -> list[dict]:
        """What the journal holds; without the counts of use, which an agent also writes when it stops."""
        lines = self.cli("journal", "export").stdout.decode().splitlines()
        events = [json.loads(line) for line in lines if line.strip()]
        return [e for e in events if usage or e["unmapped"]["sluice"]["kind"] != "usage"]

    def collector_get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.collector_port}{path}", timeout=10) as reply:
            return reply.read()

    def collector_events(self) -> list[dict]:
        try:
            events = json.loads(self.collector_get("/api/v1/events?limit=500"))["events"]
            return [e for e in events if e["unmapped"]["sluice"]["kind"] != "usage"]
        except (urllib.error.URLError, ConnectionError):
            return []

    def wait_for_events(self, count: int, seconds: float = 15) -> list[dict]:
        return wait_until(lambda: (e := self.collector_events()) and len(e) >= count and e, seconds,
                          f"{count} events in the collector")

    def assert_nothing_leaked(self) -> None:
        """No planted value in any file that the programs wrote, nor on any page of the console."""
        written = {p: p.read_bytes() for p in self.folder.rglob("*") if p.is_file() and not p.is_symlink()}
        pages = {}
        if self.collector.process and self.collector.process.poll() is None:
            pages["/console"] = self.collector_get("/console")
            for link in set(re.findall(rb'href="(/console/[^"#]+)"', pages["/console"])):
                path = link.decode().replace("&amp;", "&")
                pages[path] = self.collector_get(path)
        for index, value in enumerate(self.planted):
            needle = value.encode()
            for place, content in {**written, **pages}.items():
                # The index, not the value: this message is an output of the test.
                assert needle not in content, f"planted value {index} stands in {place}"


def temporary_folder() -> Path:
    # A short path: a Unix socket's name holds 107 bytes.
    return Path(tempfile.mkdtemp(prefix="sluice-", dir="/tmp"))
