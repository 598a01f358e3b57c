"""What stands on the wire, byte by byte."""

import json
import re

import pytest

# Named in docs/gateway.md: hop-by-hop fields and what names the host belong to one connection; ours are stripped.
MAY_DIFFER = {"host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


def kept(headers):
    return [(n, v) for n, v in headers if n.lower() not in MAY_DIFFER]


def post(path, body, headers=(), host="127.0.0.1"):
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", *(f"{n}: {v}" for n, v in headers),
             f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def host(world):
    return world.agent.url.removeprefix("http://")


@pytest.mark.parametrize("body", [
    b'{ "messages" : [ {"role":"user","content":"a\\u00e9\\/b"} ] ,"unknown":{"deep":[1.0,1e3,-0.0,null]},\n\t"model":"gpt-5"}',
    '{"model":"gpt-5","messages":[{"role":"user","content":"snow ☃ \\ud83d\\ude00"}],"x":"","x":2}'.encode(),
    b'{"model":"gpt-5","messages":[]}   \r\n',
], ids=["spacing and numbers", "unicode and a double key", "trailing space"])
def test_a_clean_body_passes_byte_for_byte_and_header_fields_in_order(world, body):
    headers = [("X-First", "1"), ("authorization", "Bearer t"), ("x-first", "two"), ("Content-Type", "application/json"),
               ("X-Odd-Spelling_ok", "  padded value"), ("User-Agent", "curl/8"), ("Accept-Encoding", "gzip, br")]
    answer = world.raw(post("/openai/v1/chat/completions?x=1&y=%20", body, headers, host(world)))
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    [request] = world.standin.requests
    assert request.body == body
    assert request.target == "/v1/chat/completions?x=1&y=%20"
    sent = kept([(n, v.strip()) for n, v in headers] + [("Content-Length", str(len(body)))])
    assert kept(request.headers) == sent


def test_only_the_secret_changes_in_a_redacted_body(redacting):
    token = redacting.github_token()
    body = (b'{ "zeta": 1.50, "messages":[{"role":"user","content":"tab\\t' + token.encode()
            + b' \\u0041 end","extra":{"a":[true , false]}}] , "model":"gpt-5" }')
    redacting.raw(post("/openai/v1/chat/completions", body, [("Content-Type", "application/json")], host(redacting)))
    [request] = redacting.standin.requests
    before, after = body.split(token.encode())
    assert request.body.startswith(before) and request.body.endswith(after)
    assert re.fullmatch(rb"SLUICE_[A-Z0-9_]{8,57}", request.body[len(before):-len(after)])
    json.loads(request.body)


def test_a_key_inside_nested_json_is_replaced_without_breaking_either_layer(redacting):
    token = redacting.github_token()
    arguments = json.dumps({"cmd": f"curl -H \"Authorization: token {token}\" https://api.github.com", "n": 1})
    body = json.dumps({"model": "gpt-5", "messages": [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "sh", "arguments": arguments}}]},
        {"role": "tool", "tool_call_id": "c", "content": "done"}]}).encode()
    redacting.raw(post("/openai/v1/chat/completions", body, [], host(redacting)))
    [request] = redacting.standin.requests
    assert token.encode() not in request.body
    inner = json.loads(request.json["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert inner["n"] == 1 and "SLUICE_" in inner["cmd"] and inner["cmd"].endswith('" https://api.github.com')


def test_a_key_split_over_two_adjacent_parts_is_found(world):
    token = world.github_token()
    world.plant(token[:20])
    parts = [{"type": "text", "text": f"it is {token[:20]}"}, {"type": "text", "text": f"{token[20:]} ok"}]
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": parts}]}).encode()
    answer = world.raw(post("/openai/v1/chat/completions", body, [], host(world)))
    assert b"Sluice stopped" in answer
    assert world.standin.requests == []
