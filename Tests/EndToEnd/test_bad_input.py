"""Bad input ends in a clear error or a stated verdict; the next request is served as if nothing had been."""

import gzip
import json
import re
import socket
import time

import pytest
from test_wire import host, post

CHAT = "/openai/v1/chat/completions"
CLEAN = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]}).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def assert_alive(world):
    assert status(world.raw(post(CHAT, CLEAN, [], host(world)))) == 200


@pytest.mark.parametrize("body, words", [
    (b'{"messages":[{"role":"user","content":"hi"', ["JSON", "byte"]),
    (b'{"messages":[{"role":"user",content:"hi"}]}', ["JSON", "byte"]),
    (b"not json at all", ["JSON"]),
    (b'{"messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}", ["nest"]),
    (b'{"messages":"\\x"}', ["JSON"]),
    (b"\xff\xfe\x00\x01", ["JSON"]),
], ids=["cut short", "bare key", "no json", "10,000 arrays", "bad escape", "no text"])
def test_a_broken_body_is_refused_in_the_providers_shape(world, body, words):
    answer = world.raw(post(CHAT, body, [], host(world)))
    assert status(answer) in (400, 403), answer[:300]
    error = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    for word in words:
        assert word in error["message"], error["message"]
    assert world.standin.requests == []
    assert_alive(world)


def test_a_body_of_50_mb_is_refused_with_413(world):
    token = world.github_token()
    filler = "x" * 1023 + "\\n"
    body = ('{"model":"gpt-5","messages":[{"role":"user","content":"' + filler * 51_200 + token + '"}]}').encode()
    assert len(body) > 50_000_000
    answer = world.raw(post(CHAT, body, [], host(world)), seconds=60)
    assert status(answer) == 413, answer[:300]
    assert b'"error"' in answer
    assert world.standin.requests == []
    world.wait_for_events(1)
    assert_alive(world)


def test_a_large_body_below_the_limit_is_inspected_to_its_end(world):
    token = world.github_token()
    body = ('{"model":"gpt-5","messages":[{"role":"user","content":"' + "log line without anything\\n" * 400_000
            + token + '"}]}').encode()
    answer = world.raw(post(CHAT, body, [], host(world)), seconds=60)
    assert status(answer) in (400, 403) and b"Sluice stopped" in answer
    assert world.standin.requests == []


def test_a_compressed_body_never_leaves_unseen(world):
    token = world.github_token()
    body = gzip.compress(json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": token}]}).encode())
    answer = world.raw(post(CHAT, body, [("Content-Encoding", "gzip")], host(world)))
    # Either decoded and stopped for the key, or refused as something that cannot be inspected.
    assert status(answer) in (400, 403, 415), answer[:300]
    assert world.standin.requests == []
    assert_alive(world)


def test_a_client_that_stops_in_mid_body_sends_nothing_upstream(world):
    port = int(world.agent.url.rsplit(":", 1)[1])
    token = world.github_token()
    for cut in (1, 10, 100):
        with socket.create_connection(("127.0.0.1", port)) as s:
            body = json.dumps({"messages": [{"role": "user", "content": token}]}).encode()
            s.sendall(post(CHAT, body, [], host(world))[:-cut])
    time.sleep(0.2)
    assert world.standin.requests == []
    assert_alive(world)


ABUSE = {
    "two lengths": b"POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunks": b"POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "folded header": b"POST %P HTTP/1.1\r\nHost: %H\r\nX-A: b\r\n folded\r\nContent-Length: 0\r\n\r\n",
    "NUL in a header": b"POST %P HTTP/1.1\r\nHost: %H\r\nX-A: b\x00c\r\nContent-Length: 0\r\n\r\n",
    "negative length": b"POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: -1\r\n\r\n",
    "huge header": b"POST %P HTTP/1.1\r\nHost: %H\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n",
    "no host": b"POST %P HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "two hosts": b"POST %P HTTP/1.1\r\nHost: %H\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n",
    "space before the colon": b"POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length : 0\r\n\r\n",
    "not http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
}


@pytest.mark.parametrize("name", ABUSE)
def test_protocol_abuse_is_refused(world, name):
    request = ABUSE[name].replace(b"%P", CHAT.encode()).replace(b"%H", host(world).encode())
    answer = world.raw(request, seconds=5)
    assert answer == b"" or status(answer) >= 400, answer[:200]
    assert world.standin.requests == []
    assert_alive(world)


def test_a_typo_in_the_policy_is_named_with_line_and_column(world):
    path = world.folder / "typo.toml"
    path.write_text('preset = "balanced"\n\n[table.credential]\ntolerated = "blok"\n')
    done = world.cli("policy", "check", path, expect=None)
    assert done.returncode != 0
    assert re.search(r"typo\.toml:4:\d+", done.stderr.decode()), done.stderr
    assert "block" in done.stderr.decode()
    path.write_text('preset = "balanced"\n[tabel.credential]\n')
    assert "typo.toml:2:" in world.cli("policy", "check", path, expect=None).stderr.decode()


def test_a_broken_policy_does_not_replace_the_good_one(start_world):
    from conftest import REDACT
    world = start_world(policy=REDACT)
    (world.folder / "policy.toml").write_text("preset = ")
    done = world.cli("agent", "reload", expect=None)
    assert done.returncode != 0 and "policy.toml:1:" in (done.stderr + done.stdout).decode()
    token = world.github_token()
    world.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": token}])
    assert token.encode() not in world.standin.bodies()


def test_an_unreachable_provider_gives_a_clear_502(start_world):
    from world import free_port
    world = start_world(agent_flags=["--upstream", f"openai=http://127.0.0.1:{free_port()}"])
    answer = world.raw(post(CHAT, CLEAN, [], host(world)))
    assert status(answer) == 502
    assert "refused" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"].lower()
