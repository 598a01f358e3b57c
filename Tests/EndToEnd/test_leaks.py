"""Planted values, known and unknown to the rules, stand in no journal, database, log or page."""

import json
import random

from test_wire import host, post
from world import BASE62, iban

WORDS = ["quokkaberry", "Vintersol", "plumhatch", "zephyrgold", "Mokkatasse", "tundrafox", "brassleaf", "Ottergasse",
         "wildsaffron", "nimbusharp"]


def test_values_and_the_words_beside_them(start_world):
    world = start_world()
    for word in WORDS:
        world.plant(word)
    chance = random.Random(11)
    lines = []
    for index, word in enumerate(WORDS):
        secret = world.github_token(index) if index % 2 else world.plant(
            "AKIA" + "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16)))
        lines.append(f"2026-11-20 10:00:{index:02d} ERROR {word} key={secret} {word}")
    lines.append(f"password = {world.plant('tr0ub' + '4dor-' + ''.join(chance.choices(BASE62, k=6)))}")
    lines.append(f"iban {world.plant(iban(3))}")
    text = "\n".join(lines)
    body = json.dumps({
        "model": "gpt-" + world.plant("quarzmodel"), "user": world.plant("quincewort@example.org"),
        "metadata": {world.plant("pastelkey"): text}, "messages": [{"role": "user", "content": text}]}).encode()
    target = "/openai/v1/chat/completions?trace=" + world.plant("sorrelmeadow")
    headers = [("User-Agent", "curl/8 " + world.plant("ravensloe")), ("Authorization", "Bearer " + world.plant("key-" + "b" * 20))]
    for _ in range(3):
        answer = world.raw(post(target, body, headers, host(world)))
        assert b"Sluice stopped" in answer
        for value in world.planted:
            assert value.encode() not in answer.replace(b"example.org", b"")
    # Broken input is hostile too: what an error quotes is what was sent.
    world.raw(post(target, body[:-30], headers, host(world)))
    world.wait_for_events(3)
    # The fixture searches every file and page for each planted value at the end.


def test_the_command_line_shows_no_value(world):
    token = world.github_token()
    text = f"deploy: token={token}\n".encode()
    for arguments in (["scan", "-"], ["scan", "--format", "json", "-"], ["scan", "--format", "sarif", "-"]):
        done = world.cli(*arguments, input=text, expect=1)
        assert token.encode() not in done.stdout + done.stderr
    done = world.cli("explain", "-", input=text, expect=None)
    assert token.encode() not in done.stdout + done.stderr and b"github" in done.stdout.lower()
