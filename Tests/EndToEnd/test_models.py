"""Facts about models: data with sources, resolved from any name, and used by policy; the drill for a suspension."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import jsonschema
import pytest
from test_suspend import ask
from world import ROOT

CONFIG = ROOT / "agent-config"
SCHEMAS = {"catalogue": "provider", "models": "model"}
FILES = sorted((kind, path) for kind in SCHEMAS for path in (CONFIG / kind).glob("*.json"))


@pytest.mark.parametrize("kind,path", FILES, ids=[f"{k}/{p.stem}" for k, p in FILES])
def test_every_file_of_facts_fits_its_schema(kind, path):
    schema = json.loads((CONFIG / f"schema/{SCHEMAS[kind]}.schema.json").read_text())
    value = json.loads(path.read_text())
    jsonschema.validate(value, schema)
    assert value["id"] == path.stem
    for entry in value.get("surfaces", []) + value.get("families", []):
        assert entry["sources"] and all(entry["sources"]) and entry["checked"]
        summary = entry.get("training_summary", {"status": "unknown"})
        assert summary["status"] == "unknown" or summary["link"]


def test_the_catalogue_is_whole():
    surfaces = [s for _, p in FILES if p.parent.name == "catalogue" for s in json.loads(p.read_text())["surfaces"]]
    assert len([p for k, p in FILES if k == "catalogue"]) >= 35 and len(surfaces) >= 71
    assert {s["trains_by_default"] for s in surfaces} <= {"yes", "no", "unknown", "opt-in", "upstream", "per-plan"}


POLICY = """
preset = "balanced"
[tiers]
default = "approved"
[models]
must_be_known = ["publisher"]
[[model]]
name = "our exception"
action = "allow"
models = ["deepseek-v3-reviewed"]
[[model]]
name = "not made there"
action = "block"
jurisdictions = ["CN"]
[[model]]
name = "not made from that either"
action = "block"
publishers = ["alibaba"]
"""


@pytest.mark.parametrize("model,passes", [
    ("gpt-5", True), ("openai/gpt-oss-120b", True), ("deepseek-chat", False), ("accounts/fireworks/models/deepseek-v3", False),
    ("@cf/qwen/qwen3-30b", False), ("deepseek/deepseek-v3-reviewed", True), ("moonshotai/some-new-thing", False),
    ("eu.anthropic.claude-opus-4-5-v1:0", True), ("deepseek-r1-distill-llama-70b", False), ("nobody-knows-this", False),
])
def test_policy_goes_by_the_models_facts(shared_models, model, passes):
    status, text = ask(shared_models, model=model)
    assert (status == 200) == passes, text
    if not passes:
        assert "this model may not be used" in text


@pytest.fixture(scope="module")
def shared_models():
    import shutil
    from world import World, temporary_folder

    folder = temporary_folder()
    world = World(folder, policy=POLICY, collector=False)
    yield world
    world.close()
    shutil.rmtree(folder, ignore_errors=True)


def test_models_are_listed_and_shown(world):
    listed = world.cli("models", "list").stdout.decode()
    assert "deepseek" in listed and "MIT" in listed and "unknown" in listed
    assert "closed" not in world.cli("models", "list", "--weights", "open").stdout.decode()
    shown = world.cli("models", "show", "us.anthropic.claude-sonnet-4-5-20250929-v1:0").stdout.decode()
    assert "Anthropic" in shown and "2026-02-27" in shown and "source" in shown
    assert "made from       a model of meta" in world.cli("models", "show", "deepseek-r1-distill-llama-8b").stdout.decode()
    assert b"nothing is known" in world.cli("models", "show", "nobody-knows-this", expect=2).stderr


def test_the_drill_shows_whom_a_suspension_would_stop(world):
    for _ in range(3):
        ask(world, model="gpt-5")
    ask(world, model="gpt-4o")
    text = world.cli("policy", "drill", "--suspend", "gpt-5*", "--substitute", "gpt-4.1").stdout.decode()
    assert "3 prompts of 1 program in the last 30 days" in text and "speaks its format" in text and "gpt-4o" not in text
    assert "not served by openai" in world.cli("policy", "drill", "--suspend", "gpt-5", "--substitute", "claude-x").stdout.decode()
    assert "nobody" in world.cli("policy", "drill", "--suspend-publisher", "deepseek").stdout.decode()
    assert ask(world, model="gpt-5")[0] == 200
