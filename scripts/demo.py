#!/usr/bin/env python3
"""Plays Sluice's story against a local stand-in for the provider, and fails unless every step happened.

Nothing leaves this machine. Needs the built programs and Python's standard library.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bin", type=Path, default=ROOT / ".build/release", help="folder of the built programs")
os.environ["SLUICE_BIN"] = str(parser.parse_args().bin.resolve())

from world import World, github_token, iban, temporary_folder, wait_until  # noqa: E402

BOLD, DIM, GREEN, RED, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m") if sys.stdout.isatty() else [""] * 5


class Story:
    """Numbered steps; the first that does not hold ends the story with status 1."""

    def __init__(self):
        self.number = 0

    def step(self, title: str):
        self.number += 1
        print(f"\n{BOLD}{self.number}. {title}{PLAIN}", flush=True)

    def show(self, text: str):
        for line in text.splitlines():
            print(f"   {DIM}{line}{PLAIN}")

    def check(self, holds: bool, words: str):
        print(f"   {GREEN}ok{PLAIN} {words}" if holds else f"   {RED}FAILED{PLAIN} {words}", flush=True)
        if not holds:
            raise SystemExit(1)


def chat(world: World, text: str) -> tuple[int, dict, dict]:
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": text}]}).encode()
    name = world.agent.url.removeprefix("http://")
    request = (f"POST /openai/v1/chat/completions HTTP/1.1\r\nHost: {name}\r\nContent-Type: application/json\r\n"
               f"Authorization: Bearer demo\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    head, _, reply = world.raw(request).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), fields, json.loads(reply)


def main() -> None:
    story = Story()
    folder = temporary_folder()
    story.step("One collector and one agent start, with the default pack and the balanced policy")
    began = time.monotonic()
    world = World(folder)
    try:
        story.check(True, f"both ready after {time.monotonic() - began:.1f} s: gateway {world.agent.url}, "
                    f"console {world.collector.url}/console")

        story.step("An ordinary prompt passes, unchanged")
        status, _, reply = chat(world, "Explain a mutex in one sentence.")
        story.check(status == 200 and len(world.standin.requests) == 1, "the provider received it and answered")

        story.step("An engineer pastes a production log with a live-looking key")
        token = world.plant(github_token(42))
        log = (f"2026-11-20T09:14:02Z INFO  deploy: fetching release\n"
               f"2026-11-20T09:14:03Z ERROR deploy: clone failed, GITHUB_TOKEN={token}\n"
               f"2026-11-20T09:14:03Z INFO  deploy: giving up")
        status, _, reply = chat(world, f"Why does this fail?\n{log}")
        message = reply.get("error", {}).get("message", "")
        story.show(message)
        story.check(400 <= status < 500 and "Sluice stopped this prompt" in message, f"stopped with HTTP {status}")
        story.check(token not in json.dumps(reply), "the answer does not repeat the key")
        story.check(len(world.standin.requests) == 1, "the provider never saw it")

        story.step("The event stands in the collector's console, masked")
        began = time.monotonic()
        [event] = world.wait_for_events(1)
        page = world.collector_get("/console").decode()
        story.check("GitHub" in page, f"listed after {time.monotonic() - began:.2f} s")
        excerpts = [f.get("excerpt", {}).get("text", "") for f in event.get("unmapped", {}).get("sluice", {}).get("findings", [])]
        story.show("\n".join(e for e in excerpts if e))

        story.step("Personal data is replaced on the way out and given back in the reply")
        account = world.plant(iban(7))
        status, _, reply = chat(world, f"Write a reminder: customer with IBAN {account} has not paid.")
        answer = reply["choices"][0]["message"]["content"] if status == 200 else json.dumps(reply)
        sent = world.standin.requests[-1].json["messages"][0]["content"]
        story.show("the provider saw:  " + sent)
        story.check(status == 200 and account not in sent and "SLUICE_" in sent, "the provider saw a placeholder")
        story.check(account in answer, "the engineer's reply holds the true value")

        story.step("kill -9, restart: the record is complete, and each event arrived once")
        chat(world, f"again {world.plant(github_token(43))}")
        world.agent.kill()
        world.agent.start()
        events = world.wait_for_events(3)
        journal = {e["metadata"]["uid"] for e in world.journal_events()}
        story.check(len(events) == 3 and {e["metadata"]["uid"] for e in events} == journal, "3 in the journal, 3 in the collector")

        story.step("No planted value stands in any journal, database, log or page")
        world.assert_nothing_leaked()
        story.check(True, f"searched for {len(world.planted)} values")
    except AssertionError as error:
        story.check(False, str(error))
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{GREEN}{BOLD}Every step happened.{PLAIN}")


if __name__ == "__main__":
    main()
