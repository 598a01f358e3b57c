"""What was stopped or redacted once must not slip out later by another way."""

import io
import json
from http.client import HTTPResponse

from test_wire import host, post


def send(world, messages, path="/openai/v1/chat/completions", **fields):
    body = json.dumps({"model": "gpt-5", "max_tokens": 9, "messages": messages, **fields}).encode()
    return world.raw(post(path, body, [("Authorization", "Bearer one")], host(world)))


class Received:
    """An answer's bytes as the socket that `HTTPResponse` wants."""

    def __init__(self, answer):
        self.answer = answer

    def makefile(self, *_):
        return io.BytesIO(self.answer)


def reply_of(answer):
    response = HTTPResponse(Received(answer))
    response.begin()
    return json.loads(response.read())["choices"][0]["message"]["content"]


def test_the_same_segment_to_an_approved_then_to_a_forbidden_destination(start_world):
    world = start_world(policy=(
        'preset = "balanced"\n[tiers]\nopenai-api = "approved"\nclaude-api = "forbidden"\n'
        '[table.credential]\napproved = "allow"\n'))
    token = world.github_token()
    messages = [{"role": "user", "content": f"use {token}"}]
    assert b" 200 " in send(world, messages)[:20]
    assert len(world.standin.requests) == 1
    answer = send(world, messages, "/anthropic/v1/messages")
    assert b"Sluice stopped" in answer
    assert len(world.standin.requests) == 1


def test_a_password_found_by_its_key_stays_redacted_without_it(redacting):
    password = redacting.plant("vR7#mountain-Qx9")
    first = [{"role": "user", "content": f"config:\n  password: {password}\nwhy does login fail?"}]
    reply = reply_of(send(redacting, first))
    assert password in reply, "the reply must have the value back"
    # The restored reply comes back in the next turn, and the user types it bare.
    messages = first + [{"role": "assistant", "content": f"Try {password} again."},
                        {"role": "user", "content": f"so {password} is right?"}]
    send(redacting, messages)
    send(redacting, [{"role": "user", "content": f"is {password} strong?"}])
    assert len(redacting.standin.requests) == 3
    assert password.encode() not in redacting.standin.bodies()
