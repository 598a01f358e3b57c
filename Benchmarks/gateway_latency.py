#!/usr/bin/env python3
"""What the gateway adds to a request, against the same request sent directly, in one run.

A client with one kept-alive connection sends the same clean 48 KB prompt (about 12,000 tokens, ten turns) in turn
directly to a sink and through the agent to that sink, pair by pair, and the differences of the percentiles are printed:
by the base URL (plain HTTP to us, as SDKs do), and through the proxy in HTTP/1.1 and HTTP/2, with TLS on every leg, the direct one too.
"First turn" puts fresh text into each request, so that nothing is cached; "tenth turn" resends nine known turns and adds one.
With --mitmproxy the same goes through mitmdump (PyPI: mitmproxy), which does not look at it. With --gate it fails above the bars.

    python3 Benchmarks/gateway_latency.py [--bin .build/release] [--requests 2000] [--ways base,h1,h2] [--mitmproxy mitmdump] [--gate]
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import h2_wire

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))
REPLY = b'{"id":"x","object":"chat.completion","choices":[]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(REPLY) + REPLY
WORDS = ("request worker started finished connection upstream timeout retry user service handler index status cache "
         "queue latency bytes thread deploy release config healthy instance region cluster node pod metric").split()


def sink(listener: socket.socket) -> None:
    """Reads whole requests and answers each with the same few bytes; a process of its own for each connection."""
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                if not (chunk := connection.recv(1 << 18)):
                    break
                buffer += chunk
            else:
                head, _, rest = buffer.partition(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                pieces, have = [rest], len(rest)
                while have < length:
                    pieces.append(connection.recv(1 << 18))
                    have += len(pieces[-1])
                connection.sendall(ANSWER)
                buffer = b""
                continue
            break


def tls_sink(listener: socket.socket, certificate: str, key: str, protocol: str) -> None:
    """The same behind TLS, in one version of HTTP."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols([protocol])
    while True:
        raw, _ = listener.accept()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with context.wrap_socket(raw, server_side=True) as connection:
                if protocol == "h2":
                    h2_wire.serve(connection, REPLY)
                while True:
                    buffer = b""
                    while b"\r\n\r\n" not in buffer:
                        if not (chunk := connection.recv(1 << 18)):
                            raise ConnectionError
                        buffer += chunk
                    head, _, rest = buffer.partition(b"\r\n\r\n")
                    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    have = len(rest)
                    while have < length:
                        if not (chunk := connection.recv(1 << 18)):
                            raise ConnectionError
                        have += len(chunk)
                    connection.sendall(ANSWER)
        except (ConnectionError, OSError):
            continue


def exchange(connection: socket.socket, request: bytes) -> float:
    began = time.perf_counter()
    connection.sendall(request)
    answer = b""
    while REPLY not in answer:
        chunk = connection.recv(65536)
        if not chunk:
            raise SystemExit(f"connection closed: {answer[:300]!r}")
        answer += chunk
    return time.perf_counter() - began


def text(chance: random.Random, size: int) -> str:
    lines, total = [], 0
    while total < size:
        line = (f"2026-11-20T10:{chance.randrange(60):02d}:{chance.randrange(60):02d}Z INFO "
                + " ".join(chance.choices(WORDS, k=9)) + f" id={chance.getrandbits(64):016x} ms={chance.randrange(900)}")
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines)[:size]


def request(path: str, host: str, messages: list) -> bytes:
    body = json.dumps({"model": "gpt-5", "messages": messages}).encode()
    return (f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAuthorization: Bearer bench\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def secure(raw: socket.socket, name: str, root: Path, protocol: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(root))
    # Roots of old tools lack what Python asks for since 3.13.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    context.set_alpn_protocols([protocol])
    connection = context.wrap_socket(raw, server_hostname=name)
    if connection.selected_alpn_protocol() != protocol:
        raise SystemExit(f"{name}: {connection.selected_alpn_protocol()} instead of {protocol}")
    return connection


def through_proxy(port: int, target: str) -> socket.socket:
    raw = connect(port)
    raw.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        if not (byte := raw.recv(1)):
            raise SystemExit(f"CONNECT {target}: closed after {head!r}")
        head += byte
    if b" 200 " not in head.splitlines()[0] + b" ":
        raise SystemExit(f"CONNECT {target}: {head[:200]!r}")
    return raw


def openssl(folder: Path, *arguments) -> None:
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> None:
    """An authority, and a certificate for localhost under it."""
    folder.mkdir()
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=bench", "-days", "30")
    openssl(folder, "req", *curve, "-keyout", "sink.key", "-out", "sink.csr", "-subj", "/CN=localhost")
    (folder / "sink.ext").write_text("subjectAltName=DNS:localhost\n")
    openssl(folder, "x509", "-req", "-in", "sink.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            "sink.pem", "-extfile", "sink.ext", "-days", "30")


class Prompts:
    """Bodies of one kind, one after the other."""

    def __init__(self, kind: str):
        self.kind, self.chance = kind, random.Random(1)
        self.history = [{"role": "user" if i % 2 == 0 else "assistant", "content": text(self.chance, 4800)} for i in range(9)]

    def next(self) -> list:
        if self.kind == "first turn":
            return [{"role": "user", "content": text(self.chance, 4800)} for _ in range(10)]
        return self.history + [{"role": "user", "content": text(self.chance, 4800)}]


def measure(name: str, kind: str, count: int, direct, through) -> tuple[float, float]:
    """Prints a line, and returns what was added at the median and at p99, in milliseconds."""
    prompts, times = Prompts(kind), {"direct": [], "through": []}
    for turn in range(count + 50):
        messages = prompts.next()
        a, b = direct(messages), through(messages)
        if turn >= 50:
            times["direct"].append(a * 1000)
            times["through"].append(b * 1000)
    d, t = sorted(times["direct"]), sorted(times["through"])
    p = lambda v, q: v[min(len(v) - 1, int(len(v) * q))]  # noqa: E731
    added = p(t, .5) - p(d, .5), p(t, .99) - p(d, .99)
    print(f"{name:16}{kind:12}{p(d, .5):12.3f}{p(d, .99):9.3f}{p(t, .5):14.3f}{p(t, .99):9.3f}{added[0]:12.3f}{added[1]:9.3f}",
          flush=True)
    return added


def sender(connection, path: str, host: str):
    """How a request is sent and timed in HTTP/1.1."""
    return lambda messages: exchange(connection, request(path, host, messages))


def sender2(connection, host: str):
    """The same in HTTP/2."""
    client = h2_wire.Client(connection, host)

    def send(messages: list) -> float:
        body = json.dumps({"model": "gpt-5", "messages": messages}).encode()
        began = time.perf_counter()
        if client.ask("/v1/chat/completions", body) != REPLY:
            raise SystemExit("another reply than the sink's")
        return time.perf_counter() - began

    return send


# Milliseconds added at the median; at p99 it is 2 for each.
BARS = {"base": 0.3, "h1": 0.45, "h2": 0.6}
P99_BAR = 2.0


def mitmproxy(program: str, folder: Path) -> tuple[subprocess.Popen, int]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen(
        [program, "-q", "-p", str(port), "--set", f"confdir={folder}/mitm", "--set",
         f"ssl_verify_upstream_trusted_ca={folder}/tls/ca.pem"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{program} does not listen")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--ways", default="base,h1,h2", help="which of base, h1 and h2")
    parser.add_argument("--mitmproxy", help="mitmdump to measure beside")
    parser.add_argument("--gate", action="store_true", help="fail where a bar is missed")
    options = parser.parse_args()
    os.environ["SLUICE_BIN"] = str(options.bin.resolve())
    from world import World, temporary_folder

    folder = temporary_folder()
    authority(folder / "tls")
    pem, key, ca = (str(folder / "tls" / name) for name in ("sink.pem", "sink.key", "ca.pem"))
    listeners = {way: socket.create_server(("127.0.0.1", 0), backlog=16) for way in ("base", "h1", "h2")}
    ports = {way: listener.getsockname()[1] for way, listener in listeners.items()}
    protocols = {"h1": "http/1.1", "h2": "h2"}
    sinks = [multiprocessing.Process(target=sink, args=(listeners["base"],), daemon=True) for _ in range(3)]
    for way, protocol in protocols.items():
        sinks += [multiprocessing.Process(target=tls_sink, args=(listeners[way], pem, key, protocol), daemon=True)
                  for _ in range(4)]
    for process in sinks:
        process.start()
    hosts = {"h1": "api.openai.com", "h2": "api.anthropic.com"}
    flags = ["--upstream", f"openai=http://127.0.0.1:{ports['base']}", "--upstream-ca-file", ca]
    for way, host in hosts.items():
        flags += ["--upstream", f"{host}=https://localhost:{ports[way]}"]
    world = World(folder, agent_flags=flags)
    peer, missed = None, []
    try:
        world.cli("ca", "install", "--user-only", "--root-dir", folder / "root")
        world.cli("agent", "reload")
        gate = int(world.agent.url.rsplit(":", 1)[1])
        root = folder / "state/sluice/ca/root.pem"
        if options.mitmproxy:
            peer, peer_port = mitmproxy(options.mitmproxy, folder)
        print(f"{'':28}{'direct p50':>12}{'p99':>9}{'through p50':>14}{'p99':>9}{'added p50':>12}{'p99':>9}   (ms)")
        path = "/v1/chat/completions"
        for way in options.ways.split(","):
            for kind in ("first turn", "tenth turn"):
                if way == "base":
                    direct = sender(connect(ports["base"]), path, f"127.0.0.1:{ports['base']}")
                    through = sender(connect(gate), "/openai" + path, f"127.0.0.1:{gate}")
                else:
                    host, protocol = hosts[way], protocols[way]
                    make = sender2 if way == "h2" else lambda c, h: sender(c, path, h)
                    direct = make(secure(connect(ports[way]), "localhost", Path(ca), protocol), "localhost")
                    through = make(secure(through_proxy(gate, f"{host}:443"), host, root, protocol), host)
                p50, p99 = measure(f"sluice {way}", kind, options.requests, direct, through)
                if p50 > BARS[way] or p99 > P99_BAR:
                    missed.append(f"{way}, {kind}: {p50:.3f} and {p99:.3f} ms over bars of {BARS[way]} and {P99_BAR}")
                if peer and way != "base":
                    target = f"localhost:{ports[way]}"
                    trust = folder / "mitm/mitmproxy-ca-cert.pem"
                    other = make(secure(through_proxy(peer_port, target), "localhost", trust, protocol), target)
                    measure(f"mitmproxy {way}", kind, options.requests, direct, other)
        status = Path(f"/proc/{world.agent.process.pid}/status").read_text()
        print("agent after the run:", *[" ".join(l.split()) for l in status.splitlines() if l.startswith(("VmRSS", "RssAnon"))])
    finally:
        world.close()
        if peer:
            peer.terminate()
        for process in sinks:
            process.terminate()
        shutil.rmtree(folder, ignore_errors=True)
    for line in missed:
        print("missed:", line)
    if missed and options.gate:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
