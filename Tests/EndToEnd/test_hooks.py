"""Coding assistants' hooks: the real program, asked in each host's own words, with the daemon up, down and silent."""

import itertools
import json
import os
import pty
import socket
import subprocess
import threading
import time

from world import BIN, github_token

HOSTS = ["claude-code", "codex", "cursor", "copilot", "gemini"]
BLOCK = '[table.credential]\napproved = "block"\ntolerated = "block"\nunapproved = "block"\nforbidden = "block"\n'
REDACT = '[tiers]\ndefault = "tolerated"\n[table.credential]\ntolerated = "redact"\n'


def prompt(host, text, cwd="/"):
    return {
        "claude-code": {"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": cwd, "prompt": text},
        "codex": {"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": cwd, "prompt": text, "turn_id": "t"},
        "cursor": {"hook_event_name": "beforeSubmitPrompt", "conversation_id": "s", "workspace_roots": [cwd],
                   "prompt": text, "attachments": []},
        "copilot": {"sessionId": "s", "timestamp": 1, "cwd": cwd, "prompt": text},
        "gemini": {"hook_event_name": "BeforeModel", "session_id": "s", "cwd": cwd,
                   "llm_request": {"model": "gemini-x", "messages": [{"role": "user", "content": text}]}},
    }[host]


def ask(world, host, payload, expect=0):
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    done = subprocess.run([BIN / "sluice", "hook", host], input=data, env=world.env, capture_output=True, timeout=30)
    assert done.returncode == expect, (done.returncode, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr.decode()


def is_blocked(answer):
    return (answer.get("decision") in ("block", "deny") or answer.get("continue") is False
            or answer.get("hookSpecificOutput", {}).get("permissionDecision") == "deny"
            or answer.get("permission") == "deny" or answer.get("permissionDecision") == "deny")


def test_a_prompt_with_a_secret_is_stopped_and_a_clean_one_passes(start_world):
    world = start_world(policy=BLOCK)
    token = world.plant(github_token(71))
    for host in HOSTS:
        answer, _ = ask(world, host, prompt(host, f"first line\nplease use {token} here"))
        assert is_blocked(answer)
        text = json.dumps(answer)
        assert "GitHub personal access token" in text and "line 2" in text and "Event " in text and token not in text
        clean, _ = ask(world, host, prompt(host, "please add a test for the parser"))
        assert not is_blocked(clean)
    assert all("hook" in json.dumps(event) for event in world.wait_for_events(len(HOSTS)))


def test_without_a_daemon_the_hook_looks_itself_and_the_events_arrive_later(start_world):
    world = start_world(policy=BLOCK)
    (world.folder / "config" / "sluice").mkdir(exist_ok=True)
    (world.folder / "config" / "sluice" / "policy.toml").write_text(BLOCK)
    token = world.plant(github_token(72))
    world.agent.kill()
    for host in HOSTS:
        answer, _ = ask(world, host, prompt(host, f"use {token}"))
        assert is_blocked(answer) and "Event " in json.dumps(answer)
    world.agent.start()
    world.wait_for_events(len(HOSTS))


def test_a_daemon_that_is_silent_counts_as_down(start_world):
    world = start_world(policy=BLOCK)
    token = world.plant(github_token(73))
    world.agent.kill()
    path = world.folder / "run" / "sluice" / "agent.sock"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen(4)
        began = time.monotonic()
        answer, _ = ask(world, "claude-code", prompt("claude-code", f"use {token}"))
        assert is_blocked(answer)
        assert time.monotonic() - began < 8


def test_where_nothing_can_be_inspected_the_answer_is_no_unless_the_settings_say_otherwise(start_world):
    world = start_world(policy=BLOCK)
    world.agent.kill()
    world.env["SLUICE_PACK"] = str(world.folder / "absent.pack")
    answer, _ = ask(world, "claude-code", prompt("claude-code", "hello"))
    assert is_blocked(answer) and "can't be inspected" in json.dumps(answer)
    (world.folder / "config" / "sluice").mkdir(exist_ok=True)
    (world.folder / "config" / "sluice" / "agent.toml").write_text("[hooks]\nfail_open = true\n")
    answer, stderr = ask(world, "claude-code", prompt("claude-code", "hello"))
    assert answer == {} and "not inspected" in stderr


def test_a_message_that_is_not_understood_stops_or_passes_and_never_crashes(start_world):
    world = start_world(policy=BLOCK)
    payloads = [b"", b"{", b"[]", b"\xff\xfe", b'{"a":' * 600, b"null", b"{\"hook_event_name\":1}"]
    for host, payload in itertools.product(HOSTS, payloads):
        done = subprocess.run([BIN / "sluice", "hook", host], input=payload, env=world.env, capture_output=True, timeout=30)
        assert done.returncode in (0, 2), done.stderr
        if done.returncode == 2:
            assert b"Sluice stopped this" in done.stderr and done.stdout == b""


def test_a_mentioned_file_is_inspected(start_world, tmp_path):
    world = start_world(policy=BLOCK)
    token = world.plant(github_token(74))
    (tmp_path / "app.log").write_text(f"line\ntoken {token}\n")
    (tmp_path / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    answer, _ = ask(world, "claude-code", prompt("claude-code", "what is wrong in @app.log?", str(tmp_path)))
    assert is_blocked(answer) and "line 2" in json.dumps(answer)
    answer, _ = ask(world, "claude-code", prompt("claude-code", "what is wrong in @absent.log?", str(tmp_path)))
    assert not is_blocked(answer)


def test_a_commands_output_reaches_the_model_with_placeholders(start_world):
    world = start_world(policy=REDACT)
    token = world.plant(github_token(75))
    payload = {"hook_event_name": "PostToolUse", "session_id": "s", "cwd": "/", "tool_name": "Bash",
               "tool_input": {"command": "env"},
               "tool_response": {"stdout": f"PATH=/bin\nGH={token}\n", "stderr": "", "interrupted": False, "isImage": False}}
    answer, _ = ask(world, "claude-code", payload)
    new = answer["hookSpecificOutput"]["updatedToolOutput"]
    assert token not in json.dumps(answer)
    assert new["stdout"].startswith("PATH=/bin\nGH=SLUICE") or "sluice" in new["stdout"].lower()
    assert new["interrupted"] is False
    again, _ = ask(world, "claude-code", payload)
    assert again["hookSpecificOutput"]["updatedToolOutput"] == new
    request = prompt("gemini", f"why does {token} fail?")
    answer, _ = ask(world, "gemini", request)
    content = answer["hookSpecificOutput"]["llm_request"]["messages"][0]["content"]
    assert token not in content and content.startswith("why does ") and content.endswith(" fail?")


def test_an_assistant_can_not_switch_the_gate_off(start_world):
    world = start_world(policy=BLOCK)
    attempts = ["sluice justify 7F3K", "rm ~/.claude/settings.json", "pkill sluice", "unset ANTHROPIC_BASE_URL",
                f"echo > {world.folder}/config/sluice/policy.toml", "sluice hook remove claude-code"]
    for command in attempts:
        payload = {"hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/", "tool_name": "Bash",
                   "tool_input": {"command": command}}
        answer, _ = ask(world, "claude-code", payload)
        assert is_blocked(answer), command
        assert "Only a human" in json.dumps(answer) and "Event " in json.dumps(answer)
    events = world.wait_for_events(len(attempts))
    assert sum("refused" in json.dumps(event) for event in events) == len(attempts)
    removed = subprocess.run([BIN / "sluice", "hook", "remove", "claude-code"], env=world.env, capture_output=True,
                             stdin=subprocess.DEVNULL, timeout=10)
    if os.geteuid() != 0:
        assert removed.returncode == 2 and b"human" in removed.stderr


def test_settings_are_edited_in_place_and_back(start_world):
    world = start_world(policy=BLOCK)
    file = world.folder / "home" / ".claude" / "settings.json"
    file.parent.mkdir()
    theirs = '{\n  "model": "opus",\n  "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}\n}\n'
    file.write_text(theirs)
    file.chmod(0o600)
    for _ in range(2):
        assert b"claude-code" in world.cli("hook", "install", "claude-code").stdout
    value = json.loads(file.read_text())
    assert value["hooks"]["Stop"][0]["hooks"][0]["command"] == "x"
    [entry] = value["hooks"]["UserPromptSubmit"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"in place" in world.cli("hook", "status", "claude-code").stdout
    # What the assistant would run, run as it would run it.
    token = world.plant(github_token(76))
    done = subprocess.run(entry["hooks"][0]["command"], shell=True, env=world.env, capture_output=True, timeout=10,
                          input=json.dumps(prompt("claude-code", token)).encode())
    assert is_blocked(json.loads(done.stdout))
    primary, secondary = pty.openpty()
    subprocess.run([BIN / "sluice", "hook", "remove", "claude-code"], env=world.env, stdin=secondary, check=True, timeout=10)
    os.close(primary), os.close(secondary)
    assert file.read_text() == theirs


def test_git_stops_a_secret_before_it_is_shared(start_world, tmp_path):
    world = start_world(policy=BLOCK)
    env = world.env | {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
                       "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": "/dev/null"}

    def git(*command, expect=0, cwd=tmp_path / "w"):
        done = subprocess.run(["git", *command], cwd=cwd, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == expect, done.stderr
        return done.stderr

    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote"], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path / "w"], check=True)
    git("remote", "add", "origin", str(tmp_path / "remote"))
    hook = tmp_path / "w" / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho theirs >&2\n")
    hook.chmod(0o755)
    subprocess.run([BIN / "sluice", "hook", "install", "git"], cwd=tmp_path / "w", env=env, check=True, timeout=10)
    (tmp_path / "w" / "a.txt").write_text("nothing\n" * 5)
    git("add", ".")
    assert "theirs" in git("commit", "-m", "clean")
    token = world.plant(github_token(77))
    (tmp_path / "w" / "a.txt").write_text("nothing\n" * 5 + f"token = {token}\n")
    git("add", ".")
    told = git("commit", "-m", "leak", expect=1)
    assert "a.txt:6: GitHub" in told and token not in told and "github.com/settings/tokens" in told
    git("commit", "--no-verify", "-m", "leak")
    told = git("push", "origin", "main", expect=1)
    assert "a.txt:6: GitHub" in told and token not in told
    git("reset", "-q", "--hard", "HEAD~1")
    git("push", "-q", "origin", "main")
    subprocess.run([BIN / "sluice", "hook", "remove", "git"], cwd=tmp_path / "w", env=env, stdin=pty.openpty()[1], check=True)
    assert hook.read_text() == "#!/bin/sh\necho theirs >&2\n"


def test_hooks_answer_at_the_same_time(start_world):
    world = start_world(policy=BLOCK)
    token = world.plant(github_token(78))
    answers = []

    def one(index):
        answers.append(is_blocked(ask(world, "claude-code", prompt("claude-code", f"{index} {token}"))[0]))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(12)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert answers == [True] * 12
