"""What is used on this machine: destinations by program, approved or not, local runners and weights."""

import json
import struct

import openai
import pytest


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(**texts) -> bytes:
    out = b"GGUF" + struct.pack("<IQQ", 3, 1, len(texts))
    for key, value in texts.items():
        out += text("general." + key) + struct.pack("<I", 8) + text(value)
    return out


def discover(world, *flags):
    return json.loads(world.cli(
        "discover", "--home", world.folder, "--format", "json", "--look-in", world.folder, *flags).stdout)


def test_clean_and_stopped_prompts_are_counted_by_program(world):
    client = world.openai()
    for _ in range(3):
        client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "hello"}])
    with pytest.raises(openai.APIStatusError):
        client.chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": f"key {world.github_token()}"}])
    [row] = discover(world)["destinations"]
    assert (row["destination"], row["tier"], row["channel"]) == ("openai-api", "tolerated", "gateway")
    assert (row["prompts"], row["stopped"]) == (4, 1)
    # Asked again, the same: what was counted is in the journal once.
    assert discover(world)["destinations"] == [row]
    assert discover(world, "--unapproved")["destinations"] == [row]
    usage = [e for e in world.journal_events(usage=True) if e["unmapped"]["sluice"]["kind"] == "usage"]
    assert sum(u["prompts"] for e in usage for u in e["unmapped"]["sluice"]["usage"]) == 4


def test_an_agent_that_stops_writes_what_it_has_counted(world):
    world.openai().chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "hello"}])
    world.agent.stop()
    [row] = discover(world)["destinations"]
    assert row["prompts"] == 1


def test_weights_and_models_are_in_the_bill_of_materials(world):
    (world.folder / "weights").mkdir()
    (world.folder / "weights" / "tiny.gguf").write_bytes(
        gguf(name="Tiny", architecture="llama", license="mit", organization="Example Lab"))
    with pytest.raises(openai.APIStatusError):
        world.openai().chat.completions.create(
            model="gpt-5", messages=[{"role": "user", "content": f"key {world.github_token()}"}])
    bom = json.loads(world.cli("discover", "--home", world.folder, "--format", "cyclonedx").stdout)
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    local, remote = bom["components"]
    assert (local["name"], local["publisher"]) == ("Tiny", "Example Lab")
    assert local["licenses"] == [{"license": {"name": "mit"}}]
    assert (remote["name"], remote["publisher"]) == ("gpt-5", "OpenAI")
    [service] = bom["services"]
    assert service["x-trust-boundary"] is True
