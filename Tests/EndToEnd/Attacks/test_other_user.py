"""Another local user, at the port and at the control socket."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from test_wire import host, post

# The system's interpreter: the tests' own may stand in a folder that the other user can't enter.
PYTHON = "/usr/bin/python3"
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not Path(PYTHON).exists(), reason="only root can become another user")
NOBODY = 65534


def test_is_refused_at_the_port(world):
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]}).encode()
    address, port = host(world).split(":")
    script = (f"import socket,sys; s=socket.create_connection(({address!r},{port})); "
              f"s.sendall({post('/openai/v1/chat/completions', body, [], host(world))!r}); "
              "print(s.recv(4096).decode())")
    done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, user=NOBODY, group=NOBODY,
                          timeout=20, env={"PATH": "/usr/bin:/bin"}, cwd="/")
    assert "HTTP/1.1 200" not in done.stdout
    assert world.standin.requests == []


def test_is_refused_at_the_control_socket(world):
    [path] = list(world.folder.rglob("agent.sock"))
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0
    script = f"import socket; s=socket.socket(socket.AF_UNIX); s.connect({str(path)!r}); print(s.recv(10))"
    done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, user=NOBODY, group=NOBODY,
                          timeout=20, env={"PATH": "/usr/bin:/bin"}, cwd="/")
    assert done.returncode != 0


def test_finds_every_file_closed_to_him(world):
    for path in world.folder.rglob("*"):
        if path.name in ("journal.db", "device.key", "agent.sock", "collector.db"):
            assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("request_line", ["CONNECT api.openai.com:443", "CONNECT 169.254.169.254:80", "GET http://example.com/"])
def test_is_refused_at_the_proxy(world, request_line):
    address, port = host(world).split(":")
    target = request_line.split(" ")[1]
    message = f"{request_line} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()
    script = (f"import socket; s=socket.create_connection(({address!r},{port})); s.sendall({message!r}); "
              "print(repr(s.recv(4096)))")
    done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, user=NOBODY, group=NOBODY,
                          timeout=20, env={"PATH": "/usr/bin:/bin"}, cwd="/")
    # Not even an answer: the connection is closed.
    assert done.stdout.strip() in ("", "b''"), done.stdout
