"""What already left: transcripts of assistants and shell history, read without keeping anything."""

import json
import subprocess
import time

from world import BIN, PACK, github_token


def exposure(home, *flags, expect=1):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "SLUICE_PACK": str(PACK), "NO_COLOR": "1"}
    done = subprocess.run([BIN / "sluice", "exposure", *flags], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, done.stderr
    return done


def plant(home):
    first, second = github_token(81), github_token(82)
    claude = home / ".claude" / "projects" / "-home-u-app"
    claude.mkdir(parents=True)
    lines = [{"type": "user", "timestamp": f"2026-03-{day:02d}T10:00:00Z", "message": {"content": text}}
             for day, text in [(14, "hello"), (15, f'export GH="{first}"\nnext'), (20, f"again {first}")]]
    (claude / "a.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    codex = home / ".codex" / "sessions" / "2026" / "04"
    codex.mkdir(parents=True)
    (codex / "b.jsonl").write_text(json.dumps({"timestamp": "2026-04-02T00:00:00Z", "text": f"use {first}"}))
    (home / ".bash_history").write_text(f"ls\ncurl -H 'Authorization: token {second}' https://api.github.com\n")
    return first, second


def test_each_value_is_told_once_with_its_places_and_where_to_rotate(tmp_path):
    first, second = plant(tmp_path)
    done = exposure(tmp_path)
    assert done.stdout.startswith("1 secret, 2 providers (Anthropic, OpenAI), since 2026-03-15\n")
    assert "3 times, 2026-03-15 to 2026-04-02" in done.stdout
    assert "rotate: https://github.com/settings/tokens" in done.stdout
    assert "1 more secret in shell history only" in done.stdout
    for value in (first, second):
        assert value not in done.stdout + done.stderr
        for file in tmp_path.rglob("*"):
            if file.is_file() and ".local" in file.parts:
                assert value.encode() not in file.read_bytes()


def test_the_same_as_json(tmp_path):
    plant(tmp_path)
    value = json.loads(exposure(tmp_path, "--format", "json").stdout)
    assert value["secrets"] == 2 and value["providers"] == ["Anthropic", "OpenAI"]
    [worst, other] = value["exposures"]
    assert worst["count"] == 3 and worst["first"] == "2026-03-15" and worst["last"] == "2026-04-02"
    assert worst["path"].endswith("b.jsonl") and worst["line"] == 1
    assert other["sources"] == ["Shell history"] and other["line"] == 2


def test_a_home_without_records_says_so(tmp_path):
    assert exposure(tmp_path, expect=0).stdout.startswith("No secrets found in 0 files")


def test_a_long_record_without_a_line_end_is_read_in_pieces(tmp_path):
    token = github_token(83)
    folder = tmp_path / ".gemini" / "tmp" / "x"
    folder.mkdir(parents=True)
    filler = "lorem ipsum dolor " * 700_000
    (folder / "logs.json").write_text('[{"message":"' + filler + token + " " + filler + '"}]')
    began = time.monotonic()
    value = json.loads(exposure(tmp_path, "--format", "json").stdout)
    assert value["secrets"] == 1 and value["exposures"][0]["count"] == 1
    assert time.monotonic() - began < 60
