"""A web page in the user's browser, and a name that it made resolve to loopback (DNS rebinding)."""

import json

import pytest
from test_wire import host, post

CLEAN = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]}).encode()
CHAT = "/openai/v1/chat/completions"


@pytest.mark.parametrize("headers, name", [
    ([], "evil.example"),
    ([], "evil.example:7788"),
    ([], "127.0.0.1.evil.example"),
    ([], "localhost.evil.example"),
    ([], "169.254.169.254"),
    ([], "0.0.0.0"),
    ([("Origin", "https://evil.example")], None),
    ([("Origin", "null")], None),
    ([("Origin", "http://127.0.0.1:7788")], None),
    ([("Sec-Fetch-Site", "cross-site")], None),
    ([("Sec-Fetch-Site", "same-site")], None),
    ([("Sec-Fetch-Site", "same-origin")], None),
])
def test_is_refused_before_anything_leaves(world, headers, name):
    answer = world.raw(post(CHAT, CLEAN, headers, name or host(world)))
    assert answer.split(b" ", 2)[1] in (b"400", b"403", b"421"), answer[:200]
    assert b"access-control-allow" not in answer.lower()
    assert world.standin.requests == []


def test_a_preflight_gets_no_permission(world):
    request = (f"OPTIONS {CHAT} HTTP/1.1\r\nHost: {host(world)}\r\nOrigin: https://evil.example\r\n"
               "Access-Control-Request-Method: POST\r\n\r\n").encode()
    answer = world.raw(request)
    assert b"access-control-allow" not in answer.lower()
    assert world.standin.requests == []


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_the_users_own_tools_are_served_under_each_loopback_name(world, name):
    port = host(world).rsplit(":", 1)[1]
    assert b"200" in world.raw(post(CHAT, CLEAN, [], f"{name}:{port}"))[:20]
