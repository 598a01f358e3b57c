"""The command line, as scripts use it."""

import json
import os

import pytest
from world import ROOT, github_token, iban

CORPUS = ROOT.parent / "shared/corpus"


def test_scan_tells_byte_offsets_lines_and_columns(world, tmp_path):
    token = github_token(1)
    text = f"first\nñandú 😀 token={token}\n"
    (tmp_path / "app.log").write_text(text)
    done = world.cli("scan", "--format", "json", tmp_path / "app.log", expect=1)
    [finding] = json.loads(done.stdout)["findings"] if done.stdout.lstrip().startswith(b"{") else json.loads(done.stdout)
    raw = text.encode()
    assert raw[finding["start"]:finding["end"]].decode() == token
    assert (finding["rule"], finding["line"]) == ("github.pat.classic", 2)
    assert finding["column"] == len("ñandú 😀 token=") + 1
    assert finding["key"] == "token"
    for name in ("kind", "class", "severity", "confidence", "path", "views", "excerpt", "reasons"):
        assert name in finding


def test_exit_status_tells_clean_found_and_error(world, tmp_path):
    (tmp_path / "clean").write_text("nothing here\n")
    (tmp_path / "found").write_text(github_token(2))
    assert world.cli("scan", tmp_path / "clean", expect=None).returncode == 0
    assert world.cli("scan", tmp_path / "found", expect=None).returncode == 1
    assert world.cli("scan", tmp_path / "absent", expect=None).returncode == 2
    assert world.cli("scan", "--pack", tmp_path / "absent", tmp_path, expect=None).returncode == 2


def test_an_unreadable_file_is_named_and_the_rest_goes_on(world, tmp_path):
    (tmp_path / "a.txt").write_text("x")
    os.symlink(tmp_path / "nowhere", tmp_path / "b.txt")
    os.symlink(tmp_path, tmp_path / "loop")
    (tmp_path / "c.txt").write_text(github_token(3))
    (tmp_path / "binary").write_bytes(b"\x7fELF" + bytes(range(256)) * 4)
    done = world.cli("scan", "--format", "json", tmp_path, expect=None)
    assert b"c.txt" in done.stdout and done.returncode in (1, 2)


def test_utf16_is_read_with_offsets_in_the_file(world, tmp_path):
    token = github_token(4)
    raw = ("\ufeff" + f"key {token} end").encode("utf-16-le")
    (tmp_path / "win.txt").write_bytes(raw)
    done = world.cli("scan", "--format", "json", tmp_path / "win.txt", expect=1)
    value = json.loads(done.stdout)
    [finding] = value["findings"] if isinstance(value, dict) else value
    assert raw[finding["start"]:finding["end"]].decode("utf-16-le") == token


def test_jsonl_keeps_order_and_survives_bad_lines(world):
    lines = [json.dumps({"id": "1", "text": "clean"}), "not json", json.dumps({"id": "3", "text": github_token(5)}),
             json.dumps({"text": "no id"}), json.dumps({"id": "5", "text": "clean \u2603"})]
    done = world.cli("scan", "--jsonl", input="\n".join(lines).encode(), expect=None)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["1", None, "3", None, "5"]
    assert "error" in answers[1] and answers[2]["findings"][0]["rule"] == "github.pat.classic"


def test_sarif_is_valid(world, tmp_path):
    (tmp_path / "x.env").write_text(f"A={github_token(6)}\n")
    sarif = json.loads(world.cli("scan", "--format", "sarif", tmp_path, expect=1).stdout)
    assert sarif["version"] == "2.1.0"
    [run] = sarif["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    [result] = run["results"]
    assert result["ruleId"] == "github.pat.classic"
    rules = {r["id"] for r in run["tool"]["driver"]["rules"]}
    assert result["ruleId"] in rules
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (1, 3)


def test_redact_and_restore_give_the_text_back(world, tmp_path):
    token = github_token(7)
    text = f"a {token} b {iban(1)} c {token}\n".encode()
    map_file = tmp_path / "map.json"
    redacted = world.cli("redact", "--map-out", map_file, "-", input=text).stdout
    assert token.encode() not in redacted and iban(1).encode() not in redacted
    assert map_file.stat().st_mode & 0o077 == 0
    assert world.cli("redact", "--restore", map_file, "-", input=redacted).stdout == text


def test_rules_prove_themselves(world):
    assert b"proven" in world.cli("rules", "test").stdout
    world.cli("rules", "lint")
    assert b"github.pat.classic" in world.cli("rules", "list").stdout


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside this checkout")
def test_ordinary_logs_hold_no_secret(world):
    done = world.cli("scan", "--format", "json", CORPUS / "benign", expect=None)
    value = json.loads(done.stdout)
    findings = value["findings"] if isinstance(value, dict) else value
    assert [f["rule"] for f in findings if f["kind"] == "secret"] == []


def test_every_command_explains_itself(world):
    for command in ([], ["scan"], ["redact"], ["explain"], ["rules"], ["policy"], ["providers"], ["agent"], ["journal"],
                    ["pack"], ["agent", "run"], ["rules", "test"]):
        text = world.cli(*command, "--help").stdout.decode()
        assert "USAGE" in text and len(text) > 200, command
