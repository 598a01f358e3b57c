"""Nothing is lost, nothing is doubled: kill at the worst moment, collector away."""

import json
import time

import openai
import pytest
from test_wire import host, post
from world import wait_until


def block(world, seed):
    with pytest.raises(openai.APIStatusError):
        world.openai().chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": f"key {world.github_token(seed)}"}])


def test_a_block_survives_kill_9_right_after_the_answer_and_arrives_once(start_world):
    world = start_world(collector=False)
    token = world.github_token()
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": token}]}).encode()
    answer = world.raw(post("/openai/v1/chat/completions", body, [], host(world)))
    world.agent.kill()
    assert b"Sluice stopped" in answer
    [event] = world.journal_events()
    world.collector.start()
    world.agent.start()
    [arrived] = world.wait_for_events(1)
    assert arrived["metadata"]["uid"] == event["metadata"]["uid"]
    # Another restart sends nothing again.
    world.agent.kill()
    world.agent.start()
    block(world, 2)
    world.wait_for_events(2)
    time.sleep(0.5)
    assert len(world.collector_events()) == 2


def test_a_redaction_survives_kill_9(redacting):
    token = redacting.github_token()
    redacting.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": f"t {token}"}])
    redacting.agent.kill()
    assert len(redacting.journal_events()) == 1


def test_while_the_collector_is_down_nothing_is_lost_and_nothing_doubled(world):
    block(world, 1)
    world.wait_for_events(1)
    world.collector.kill()
    for seed in range(2, 12):
        block(world, seed)
    world.collector.start()
    block(world, 12)
    world.wait_for_events(12, seconds=40)
    uids = [e["metadata"]["uid"] for e in world.collector_events()]
    assert len(uids) == len(set(uids)) == 12
    assert {e["metadata"]["uid"] for e in world.journal_events()} == set(uids)


def test_killing_the_collector_in_mid_stream_doubles_nothing(world):
    for seed in range(1, 31):
        block(world, seed)
        if seed % 10 == 5:
            world.collector.kill()
        if seed % 10 == 9:
            world.collector.start()
    wait_until(lambda: len(world.collector_events()) >= 30, 60, "all events")
    time.sleep(1)
    uids = [e["metadata"]["uid"] for e in world.collector_events()]
    assert len(uids) == len(set(uids)) == 30


def test_a_wrong_enrolment_token_is_refused_and_nothing_is_lost(start_world):
    world = start_world(collector=False)
    right = world.token_file.read_text()
    world.token_file.write_text("another-token-0123456789abcdef0123456789")
    world.collector.start()
    world.token_file.write_text(right)
    block(world, 1)
    wait_until(lambda: "refused" in world.cli("agent", "status").stdout.decode(), 10, "refusal in the status")
    assert world.collector_events() == []
    assert len(world.journal_events()) == 1


def test_a_corrupt_journal_is_set_aside_reported_and_service_goes_on(world):
    block(world, 1)
    world.wait_for_events(1)
    world.agent.stop()
    [journal] = [p for p in world.folder.rglob("journal.db")]
    for extra in journal.parent.glob("journal.db-*"):
        extra.unlink()
    journal.write_bytes(b"this is no database, " * 500)
    world.agent.start()
    assert list(journal.parent.glob("journal.db.corrupt-*"))
    assert "set aside" in world.agent.log
    block(world, 2)
    events = world.wait_for_events(3)
    # The block before, the report of the damage, the block after.
    assert len({e["metadata"]["uid"] for e in events}) == len(events)
    assert len(world.journal_events()) >= 2
