"""A model withdrawn overnight: the suspend list takes effect in a running agent, in open streams too."""

import grp
import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request

import pytest
from standin import Behaviour
from test_wire import host, post
from world import wait_until

CHAT = "/openai/v1/chat/completions"
SECONDS = 5


def suspend(world, text):
    """Writes the list as careful programs do: aside, then into place."""
    path = world.folder / "suspend.toml"
    aside = world.folder / "suspend.toml.new"
    aside.write_text(text)
    aside.rename(path)
    return time.monotonic()


def ask(world, model="gpt-5", path=CHAT, stream=False):
    body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "hi"}]}).encode()
    request = urllib.request.Request(world.agent.url + path, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (http.client.HTTPException, ConnectionError):
        # Broken off: the suspension came while the reply was on its way.
        return 0, ""


@pytest.fixture
def world(start_world):
    return start_world(policy='preset = "balanced"\n', collector=False)


def test_a_suspension_takes_effect_within_seconds_and_ends_with_its_file(world):
    assert ask(world)[0] == 200
    began = suspend(world, '[[suspend]]\nmodel = "gpt-5*"\nsubstitute = "Mistral Large"\nreason = "withdrawn by order"\n')
    status, text = wait_until(lambda: (a := ask(world))[0] >= 400 and a, SECONDS, "the suspension")
    took = time.monotonic() - began
    assert took < SECONDS
    assert "withdrawn by order" in text and "Use Mistral Large instead." in text
    assert ask(world, model="o4-mini")[0] == 200
    (world.folder / "suspend.toml").unlink()
    wait_until(lambda: ask(world)[0] == 200, SECONDS, "the end of the suspension")


def test_a_request_goes_to_the_substitute_with_nothing_changed_but_the_model(world):
    suspend(world, '[[suspend]]\nmodel = "gpt-5"\nsubstitute_model = "o4-mini"\nreroute = true\nreason = "withdrawn"\n')
    body = b'{ "messages":[ {"role":"user","content":"hi \\u00e9"} ],  "model" : "gpt-5","temperature":1.0}'
    wanted = body.replace(b'"gpt-5"', b'"o4-mini"')

    def sent():
        world.raw(post(CHAT, body, [("Content-Type", "application/json")], host(world)))
        return world.standin.requests[-1].body == wanted

    wait_until(sent, SECONDS, "the substitute")
    events = [event["unmapped"]["sluice"] for event in world.journal_events()]
    [event, *_] = [event for event in events if event.get("action") == "reroute"]
    assert {"name": "model", "outcome": "set"} in event["destination"]["controls"]
    # Where the path names the model, the refusal names the substitute.
    answer = world.raw(post("/openai/openai/deployments/gpt-5/chat/completions", body, [], host(world)))
    assert b"Use o4-mini instead" in answer


def test_an_open_stream_ends_at_its_next_event(world):
    world.standin.behaviour = Behaviour(fixed_text="word " * 400, delta_chars=5, event_pause=0.1)
    outcome = {}

    def read():
        body = json.dumps({"model": "gpt-5", "stream": True, "messages": [{"role": "user", "content": "hi"}]}).encode()
        request = urllib.request.Request(world.agent.url + CHAT, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                while chunk := reply.read(64):
                    outcome["bytes"] = outcome.get("bytes", 0) + len(chunk)
        except Exception as error:
            outcome["error"] = type(error).__name__
        outcome["ended"] = time.monotonic()

    reader = threading.Thread(target=read)
    reader.start()
    wait_until(lambda: outcome.get("bytes", 0) > 500, 10, "the stream")
    began = suspend(world, '[[suspend]]\nmodel = "gpt-5"\nreason = "withdrawn"\n')
    reader.join(SECONDS + 1)
    assert not reader.is_alive(), "the stream goes on"
    assert outcome["ended"] - began < SECONDS and "error" in outcome
    titles = [event["finding_info"]["title"] for event in world.journal_events()]
    assert "Reply broken off: what it came from is suspended" in titles


def test_a_list_that_cant_be_read_leaves_the_old_one_in_force(world):
    suspend(world, '[[suspend]]\nmodel = "gpt-5"\nreason = "withdrawn"\n')
    wait_until(lambda: ask(world)[0] != 200, SECONDS, "the suspension")
    suspend(world, '[[suspend]]\nmodel = "gpt-5"\nreson = "typo"\n')
    failure = wait_until(lambda: "suspend.toml:3:1" in world.cli("agent", "status").stdout.decode(), SECONDS, "the failure")
    assert failure and ask(world)[0] != 200
    suspend(world, '[tiers]\ndefault = "approved"\n')
    wait_until(lambda: "[[suspend]] entries alone" in world.cli("agent", "status").stdout.decode(), SECONDS, "the failure")


def test_a_suspension_can_be_limited_to_groups(world):
    mine = grp.getgrgid(os.getgid()).gr_name
    suspend(world, '[[suspend]]\nmodel = "gpt-5"\ngroups = ["no-such-group"]\nreason = "order 7"\n'
                   f'[[suspend]]\nmodel = "gpt-4o"\ngroups = ["{mine}"]\nreason = "order 8"\n')
    wait_until(lambda: ask(world, model="gpt-4o")[0] != 200, SECONDS, "the suspension")
    assert ask(world)[0] == 200


def test_the_policy_file_is_watched_too(world):
    (world.folder / "policy.toml").write_text('preset = "balanced"\n[tiers]\nopenai-api = "forbidden"\n')
    wait_until(lambda: ask(world)[0] != 200, SECONDS, "the new policy")
