"""The doctor's doors on the real program: a home with assistants, an X server, hooks that come and go."""

import json
import shutil

import pytest

from display import XServer
from world import temporary_folder


def doors(world, expect=None):
    report = json.loads(world.cli("doctor", "--json", expect=expect).stdout)
    return {door["id"]: door for door in report["doors"]}


def test_each_door_says_how_it_stands_and_what_closes_it(start_world):
    world = start_world(collector=False)
    (world.folder / "home" / ".claude").mkdir()
    found = doors(world)
    assert found["hook:claude-code"]["state"] == "open"
    command = found["hook:claude-code"]["close"].split()
    assert command[0] == "sluice"
    world.cli(*command[1:])
    assert doors(world)["hook:claude-code"]["state"] == "covered"
    assert found["variable:OPENAI_BASE_URL"]["state"] == "open"
    world.env["OPENAI_BASE_URL"] = found["variable:OPENAI_BASE_URL"]["close"].split("=", 1)[1]
    assert doors(world)["variable:OPENAI_BASE_URL"]["state"] == "covered"
    for name in ("sockets", "quic", "containers", "remote", "drag"):
        assert found[f"open:{name}"]["state"] == "open"
    text = world.cli("doctor", expect=None).stdout.decode()
    assert "Doors" in text and "Claude Code" in text and "Drag and drop" in text


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb: run `make setup-test`")
def test_the_clipboards_door_follows_the_policy(start_world):
    folder = temporary_folder()
    x = XServer(folder)
    try:
        for preset, state in (("balanced", "covered"), ("observe", "partly")):
            world = start_world(collector=False, policy=f'preset = "{preset}"\n', env=x.env)
            assert doors(world)["clipboard"]["state"] == state
            assert doors(world)["clipboard:primary"]["state"] == "open"
    finally:
        x.close()
        shutil.rmtree(folder, ignore_errors=True)
