"""Ways round the gateway's inspection that were tried once, and hostile files."""

import gzip
import json
import os

import pytest
from conftest import REDACT
from test_wire import host, post

CHAT = "/openai/v1/chat/completions"
APPROVED = 'preset = "balanced"\n[tiers]\nopenai-api = "approved"\n'


def chat(**fields):
    return json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}], **fields}).encode()


@pytest.mark.parametrize("target", ["/openai/v1/models?q={}", "/openai/v1/models/{}", CHAT + "?note={}"])
def test_a_key_in_the_url_does_not_leave(world, target):
    path = target.format(world.github_token())
    answer = world.raw(post(path, chat(), [], host(world)))
    assert b"Sluice stopped" in answer
    assert world.standin.requests == []


@pytest.mark.parametrize("policy", [None, APPROVED, REDACT], ids=["tolerated", "approved", "redacting"])
@pytest.mark.parametrize("coding", ["gzip", "br", "x-unknown"])
def test_a_coding_does_not_switch_the_inspection_off(start_world, policy, coding):
    world = start_world(policy=policy)
    token = world.github_token()
    plain = chat(user=token)
    for body in (plain, gzip.compress(plain)):
        world.raw(post(CHAT, body, [("Content-Encoding", coding)], host(world)))
    for request in world.standin.requests:
        # What was decoded may leave with placeholders; a coding that does not fit its body is stopped.
        assert coding == "gzip"
        body = gzip.decompress(request.body) if request.header("Content-Encoding") == "gzip" else request.body
        assert token.encode() not in body and b"SLUICE_GITHUB_TOKEN" in body
    assert len(world.standin.requests) <= 1


def test_a_key_among_base64_letters_or_behind_an_id_does_not_leave(world):
    token = world.github_token()
    for body in (chat(user="A" * 1100 + " " + token), chat(metadata={"user_id": "call_" + token}),
                 chat(previous_response_id="resp_" + token)):
        assert b"Sluice stopped" in world.raw(post(CHAT, body, [], host(world)))
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + token * 2}}]
    world.raw(post(CHAT, chat(messages=[{"role": "user", "content": picture}]), [], host(world)))
    assert token.encode() not in world.standin.bodies()


def test_a_named_pipe_as_policy_does_not_hold_up_the_agent(start_world):
    world = start_world(policy=REDACT)
    path = world.folder / "policy.toml"
    path.unlink()
    os.mkfifo(path)
    assert world.cli("agent", "reload", expect=None).returncode != 0
    assert b" 200 " in world.raw(post(CHAT, chat(), [], host(world)))[:20]


def test_a_hostile_policy_is_refused_and_the_agent_lives(start_world):
    world = start_world(policy=REDACT)
    (world.folder / "policy.toml").write_text('preset = "balanced"\n' + "a." * 200_000 + "b = 1\n")
    done = world.cli("agent", "reload", expect=None)
    assert done.returncode != 0 and b"parts" in done.stderr + done.stdout
    assert b" 200 " in world.raw(post(CHAT, chat(), [], host(world)))[:20]
