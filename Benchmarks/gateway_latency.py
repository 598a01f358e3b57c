#!/usr/bin/env python3
"""What the gateway adds to a request, against the same request sent directly, in one run.

A client with one kept-alive connection sends the same clean 48 KB prompt (about 12,000 tokens, ten turns) in turn
directly to a sink and through the agent to that sink, pair by pair, and the differences of the percentiles are printed.
"First turn" puts fresh text into each request, so that nothing is cached; "tenth turn" resends nine known turns and adds one.

    python3 Benchmarks/gateway_latency.py [--bin .build/release] [--requests 2000]
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import socket
import sys
import time
from pathlib import Path

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    os.environ["SLUICE_BIN"] = str(options.bin.resolve())
    from world import World, temporary_folder

    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    port = listener.getsockname()[1]
    sinks = [multiprocessing.Process(target=sink, args=(listener,), daemon=True) for _ in range(3)]
    for process in sinks:
        process.start()
    folder = temporary_folder()
    world = World(folder, agent_flags=["--upstream", f"openai=http://127.0.0.1:{port}"])
    try:
        gate = int(world.agent.url.rsplit(":", 1)[1])
        direct, through = (socket.create_connection(("127.0.0.1", p)) for p in (port, gate))
        for s in (direct, through):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chance = random.Random(1)
        history = [{"role": "user" if i % 2 == 0 else "assistant", "content": text(chance, 4800)} for i in range(9)]
        print(f"{'':14}{'direct p50':>12}{'p99':>9}{'through p50':>14}{'p99':>9}{'added p50':>12}{'p99':>9}   (ms)")
        for name in ("first turn", "tenth turn"):
            times = {"direct": [], "through": []}
            for turn in range(options.requests + 50):
                if name == "first turn":
                    messages = [{"role": "user", "content": text(chance, 4800)} for _ in range(10)]
                else:
                    messages = history + [{"role": "user", "content": text(chance, 4800)}]
                a = exchange(direct, request("/v1/chat/completions", f"127.0.0.1:{port}", messages))
                b = exchange(through, request("/openai/v1/chat/completions", f"127.0.0.1:{gate}", messages))
                if turn >= 50:
                    times["direct"].append(a * 1000)
                    times["through"].append(b * 1000)
            d, t = sorted(times["direct"]), sorted(times["through"])
            p = lambda v, q: v[min(len(v) - 1, int(len(v) * q))]  # noqa: E731
            print(f"{name:14}{p(d, .5):12.3f}{p(d, .99):9.3f}{p(t, .5):14.3f}{p(t, .99):9.3f}"
                  f"{p(t, .5) - p(d, .5):12.3f}{p(t, .99) - p(d, .99):9.3f}")
        status = Path(f"/proc/{world.agent.process.pid}/status").read_text()
        print("agent after the run:", *[" ".join(l.split()) for l in status.splitlines() if l.startswith(("VmRSS", "RssAnon"))])
    finally:
        world.close()
        for process in sinks:
            process.terminate()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
