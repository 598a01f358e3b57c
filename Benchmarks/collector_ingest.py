#!/usr/bin/env python3
"""What the collector takes and how quickly it shows it, against the bars of the design.

Starts a collector on an empty database (or uses a running one), delivers realistic events of many devices over keep-alive
connections as agents do, each batch answered only when it is durable, then reads the console's list many times.

    python3 Benchmarks/collector_ingest.py [--bin .build/release] [--events 100000] [--batch 50] [--connections 8] [--gate]
    python3 Benchmarks/collector_ingest.py --url http://127.0.0.1:7790 --token-file FILE --events 300 --batch 5

The second form fills a running collector, to look at its pages. Prints one JSON object. With --gate the status is 1 where a
bar is broken.
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MIN_EVENTS_PER_SECOND = 2_000
MAX_RSS_MIB = 512
MAX_LIST_P95_MS = 50

PROVIDERS = [
    # provider, name, surface, name, tier, host, jurisdiction, trains, retention, weight
    ("openai", "OpenAI", "openai-api", "OpenAI API", "tolerated", "api.openai.com", "US", "no", "30 days", 30),
    ("anthropic", "Anthropic", "anthropic-api", "Anthropic API", "approved", "api.anthropic.com", "US", "no", "30 days", 34),
    ("mistral", "Mistral AI", "mistral-api", "La Plateforme", "approved", "api.mistral.ai", "FR", "no", "30 days", 9),
    ("google", "Google", "gemini-api-free", "Gemini API (free tier)", "unapproved", "generativelanguage.googleapis.com", "US", "yes", "unknown time", 10),
    ("deepseek", "DeepSeek", "deepseek-api", "DeepSeek API", "forbidden", "api.deepseek.com", "CN", "yes", "unknown time", 6),
    ("ollama", "Ollama", "ollama-local", "Ollama on this machine", "approved", "localhost", "this machine", "no", "no time at all", 11),
]
MODELS = {"openai": "gpt-5", "anthropic": "claude-sonnet-4-5", "mistral": "mistral-large-latest", "google": "gemini-2.5-pro",
          "deepseek": "deepseek-chat", "ollama": "qwen3-coder"}
RULES = [
    # rule, name, kind, class, severity, prefix, revoke, reasons, excerpt with {} for the value, value, weight
    ("github.pat.classic", "GitHub personal access token (classic)", "secret", "credential", "critical",
     "https://github.com/settings/tokens", ["format_matches", "github-crc32_check_passed"],
     "9999-99-99T99:99:99Z ERROR xxxxxx xxxxx: token={} xxxxxxx xx xxxxxxxxxx", "ghp_xxxxxx99xXxxXx9xxXXxx9xXxxxxxxx9xXxx", "token", 22),
    ("aws.access-key", "AWS access key id", "secret", "credential", "critical",
     "https://console.aws.amazon.com/iam/home#/security_credentials", ["format_matches"],
     "xxxxxx xxx_ACCESS_KEY_ID={} xxx_XXXXXX=xx-xxxx-9", "AKIAXX9XXXXX9XXXXXXX", "access_key_id", 14),
    ("generic.password", "Password in a connection string", "secret", "credential", "high", None,
     ["assigned_to_a_secret_s_name", "looks_random"],
     "xxxxxxxx://xxx_xxx:{}@xx-xxxxxxx-9.xxxxxxxx:9999/xxxxxx?xxxxxxx=xxxxxxx", "xX9xxxx-xx9x", "password", 12),
    ("anthropic.api-key", "Anthropic API key", "secret", "credential", "critical",
     "https://console.anthropic.com/settings/keys", ["format_matches", "looks_random"],
     "xxxxxx ANTHROPIC_API_KEY=\"{}\"", "sk-ant-xxx99-xxxxXXXx9xxx9xXXxxx…", "api_key", 8),
    ("pem.private-key", "Private key (PEM)", "secret", "credential", "critical", None, ["format_matches", "pem_check_passed"],
     "{}", "-----BEGIN XXXXXXX XXX-----xxxXxxxXXXXXXxxxXXXx…", None, 5),
    ("iban", "IBAN", "pii", "financial", "high", None, ["format_matches", "iban_check_passed"],
     "xxxxx xxxxxxxx xxx {} xxx xxxx xx xxxxx xxxxxxxx", "XX99 9999 9999 9999 9999 99", None, 13),
    ("payment.card", "Payment card number", "pii", "financial", "high", None, ["format_matches", "luhn_check_passed"],
     "\"card\": \"{}\", \"xxxxxxx\": \"99/99\"", "9999 9999 9999 9999", "card", 8),
    ("personal.email", "E-mail address", "pii", "personal", "low", None, ["format_matches"],
     "xxxx: {} xxxxxxxx xxx xxxxx xxxx xxxxxxx", "xxxxx.xxxxxxxx@xxxxxxx.xxx", None, 18),
    ("de.steuer-id", "German tax identification number", "pii", "government-id", "high", None, ["format_matches", "de-steuer-id_check_passed"],
     "Xxxxxx-XX xxx Xxxxxxxxx: {}", "99 999 999 999", None, 5),
    ("marking.confidential", "Confidentiality marking", "marking", "confidential", "medium", None, ["format_matches"],
     "{} -- xxx xx xx xxxxx xxxxxxx xx xxxxxxx", "XXXXXXXX XXXXXXXXXXXX", None, 6),
]
PEOPLE = ["amara.diallo", "jonas.weber", "mei.tanaka", "lucia.ferri", "noah.lindqvist", "priya.nair", "tomasz.zielinski", "sofia.almeida",
          "elif.kaya", "ben.okafor", "hannah.vogt", "marco.rossi"]
APPLICATIONS = [("claude-code", 30), ("python-openai", 22), ("curl", 8), ("cursor", 14), ("codex-cli", 12), ("node", 9), ("xxxxxxxx-xxxxx", 4)]
CHANNELS = ["gateway"] * 9 + ["hook"]
PLACES = [("messages[{m}].content", "user", "log output"), ("messages[{m}].content[0].text", "user", "stack trace"),
          ("messages[{m}].content", "tool", "shell commands"), ("system", "system", None), ("messages[{m}].content", "user", ".env file"),
          ("messages[{m}].content[1].text", "user", "source code"), ("input[{m}].content[0].text", "user", "JSON")]
TABLE = {
    "credential": {"approved": "redact", "tolerated": "block", "unapproved": "block", "forbidden": "block"},
    "financial": {"approved": "redact", "tolerated": "redact", "unapproved": "block", "forbidden": "block"},
    "personal": {"approved": "allow", "tolerated": "redact", "unapproved": "redact", "forbidden": "block"},
    "government-id": {"approved": "redact", "tolerated": "redact", "unapproved": "block", "forbidden": "block"},
    "confidential": {"approved": "coach", "tolerated": "coach", "unapproved": "justify", "forbidden": "block"},
}
ACTIONS = ["allow", "coach", "redact", "justify", "reroute", "block"]
VERBS = {"allow": "allowed", "coach": "let pass with a note", "redact": "redacted", "justify": "held", "reroute": "rerouted", "block": "stopped"}
SEVERITY = {"low": 2, "medium": 3, "high": 4, "critical": 5}
OUTCOME = {"allow": (1, 1), "coach": (1, 19), "redact": (1, 11), "reroute": (1, 11), "justify": (2, 14), "block": (2, 2)}


def ulid(milliseconds: int, chance: random.Random) -> str:
    number = milliseconds << 80 | chance.getrandbits(80)
    return "".join(BASE32[number >> shift & 31] for shift in range(125, -1, -5))


def weighted(items, chance):
    return chance.choices(items, weights=[item[-1] for item in items])[0]


def finding(chance: random.Random, rule, tier: str) -> dict:
    identifier, name, kind, data_class, severity, revoke, reasons, line, value, key, _ = rule
    path, role, text_kind = chance.choice(PLACES)
    message = chance.randint(1, 14)
    start = len(line.split("{}")[0].encode())
    place = {"path": path.format(m=message - 1), "message": message, "role": role, "line": chance.randint(1, 240), "column": start + 1}
    if text_kind:
        place["text_kind"] = text_kind
    record = {
        "rule": identifier, "name": name, "kind": kind, "class": data_class, "severity": severity,
        "confidence": round(chance.uniform(0.7, 1), 2), "action": TABLE[data_class][tier], "place": place,
        "length_class": (len(value) + 7) // 8 * 8, "views": chance.choice([[], [], [], ["json"], ["base64"]]), "reasons": reasons,
        "excerpt": {"text": line.format(value), "mark": [start, start + len(value.encode())]}, "count": chance.choice([1, 1, 1, 2, 3]),
    }
    if key:
        record["key"] = key
    if revoke:
        record["revoke"] = revoke
    if kind == "secret":
        record["fingerprint"] = {"scope": "org", "value": f"{chance.getrandbits(256):064x}"}
    return record


def event(chance: random.Random, device: dict, sequence: int, milliseconds: int) -> dict:
    provider, provider_name, surface, surface_name, tier, host, jurisdiction, trains, retention, _ = weighted(PROVIDERS, chance)
    findings = [finding(chance, weighted(RULES, chance), tier) for _ in range(chance.choices([1, 2, 3], weights=[70, 22, 8])[0])]
    action = max((f["action"] for f in findings), key=ACTIONS.index)
    gravest = max(findings, key=lambda f: (ACTIONS.index(f["action"]), SEVERITY[f["severity"]]))
    more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
    uid = ulid(milliseconds, chance)
    trace = [
        {"step": "fact", "text": f"{surface_name} is run by {provider_name} ({jurisdiction}); trains by default: {trains}; stored for {retention}; checked 2026-10-02"},
        {"step": "term", "text": "no-training: attested (until 2027-03-31, by security@example.org)"} if trains == "no" else
        {"step": "fact", "text": "no term holds: prompts may be used to train models"},
        {"step": "tier", "text": f"{tier}: [tiers] {surface} = \"{tier}\""},
    ] + [{"step": "cell", "text": f"{f['class']} to {tier}: {f['action']}"} for f in findings]
    action_id, disposition_id = OUTCOME[action]
    return {
        "action_id": action_id, "activity_id": 1, "actor": {"app_name": device["app"], "user": {"name": device["user"]}}, "category_uid": 2,
        "class_uid": 2006, "count": 1, "data_security": {"data_lifecycle_state_id": 2, "detection_system_id": 1, "policy": {"name": "balanced"}},
        "device": {"hostname": device["host"], "os": {"name": device["os"], "type_id": 200}, "type_id": 0, "uid": device["uid"]},
        "disposition_id": disposition_id,
        "finding_info": {"first_seen_time": milliseconds, "last_seen_time": milliseconds, "title": gravest["name"] + more + " " + VERBS[action],
                         "types": sorted({f["class"] for f in findings}), "uid": uid},
        "metadata": {"product": {"name": "Sluice", "vendor_name": "Sluice", "version": "0.1.0"}, "profiles": ["security_control", "host"],
                     "sequence": sequence, "uid": uid, "version": "1.5.0"},
        "severity_id": max(SEVERITY[f["severity"]] for f in findings), "status_id": 1, "time": milliseconds, "type_uid": 200601,
        "unmapped": {"sluice": {
            "kind": "verdict", "action": action,
            "origin": {"channel": chance.choice(CHANNELS), "application": device["app"], "user": device["user"]},
            "destination": {
                "provider": provider, "provider_name": provider_name, "surface": surface, "surface_name": surface_name, "tier": tier,
                "model": MODELS[provider], "host": host,
                "facts": {"run_by": provider_name, "jurisdiction": jurisdiction, "trains_by_default": trains, "retention": retention,
                          "terms": [{"name": "no-training", "standing": "attested"}, {"name": "zero-retention", "standing": "assumed"}] if trains == "no" else [],
                          "source": "https://example.org/terms", "checked": "2026-10-02"}},
            "policy": {"name": "balanced", "digest": "4be2c1f0a9d34c7e8a15f3b2c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9", "trace": trace},
            "findings": findings, "omitted_findings": 0, "opaque": [], "inspected_bytes": chance.randint(400, 90_000),
            "inspection_us": chance.randint(40, 900), "previous": f"{chance.getrandbits(256):064x}"}},
    }


def devices(count: int, chance: random.Random) -> list[dict]:
    made = []
    for index in range(count):
        user = PEOPLE[index % len(PEOPLE)]
        made.append({"uid": f"{chance.getrandbits(64):016x}", "host": f"{user.split('.')[0]}-{chance.choice(['laptop', 'desk', 'dev'])}" + (f"-{index // len(PEOPLE)}" if index >= len(PEOPLE) else ""),
                     "user": user, "os": "Linux", "app": weighted(APPLICATIONS, chance)[0], "journal": f"{chance.getrandbits(64):016x}"})
    return made


def deliver(url: str, token: str, bodies: list[bytes], errors: list) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for body in bodies:
        while True:
            connection.request("POST", "/api/v1/events", body, headers)
            reply = connection.getresponse()
            answer = reply.read()
            if reply.status == 200:
                break
            if reply.status not in (429, 503):
                errors.append((reply.status, answer[:200]))
                return
            time.sleep(float(reply.headers.get("Retry-After", "1")))


def batches(args, chance: random.Random) -> list[list[bytes]]:
    """One list of bodies a connection; the batches of one device stay on one connection, in order, as an agent sends them."""
    fleet = devices(args.devices, chance)
    now = int(time.time() * 1000)
    lanes: list[list[bytes]] = [[] for _ in range(args.connections)]
    times = sorted(now - int(chance.expovariate(1) * args.hours * 1_200_000) for _ in range(args.events))
    sequences = {device["uid"]: 0 for device in fleet}
    for first in range(0, args.events, args.batch):
        index = chance.randrange(len(fleet))
        device = fleet[index]
        events = []
        for at in times[first:first + args.batch]:
            sequences[device["uid"]] += 1
            events.append(event(chance, device, sequences[device["uid"]], at))
        body = {"device": device["uid"], "journal": device["journal"], "oldest": events[0]["metadata"]["sequence"], "events": events}
        lanes[index % args.connections].append(json.dumps(body, separators=(",", ":")).encode())
    return lanes


def read_pages(url: str, paths: list[str], rounds: int) -> dict:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    out = {}
    for path in paths:
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            connection.request("GET", path)
            reply = connection.getresponse()
            size = len(reply.read())
            assert reply.status == 200, (path, reply.status)
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        out[path] = {"p50_ms": round(times[len(times) // 2], 2), "p95_ms": round(times[int(len(times) * 0.95)], 2), "bytes": size}
    return out


def rss_mib(pid: int, field: str) -> float:
    return round(int(re.search(rf"{field}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--devices", type=int, default=400)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--hours", type=float, default=24, help="time over which the events lie, roughly")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gate", action="store_true")
    args = parser.parse_args()
    lanes = batches(args, random.Random(args.seed))
    process = None
    if args.url is None:
        folder = Path(tempfile.mkdtemp(prefix="sluice-bench-"))
        args.token_file = folder / "token"
        args.token_file.write_text(os.urandom(24).hex())
        args.token_file.chmod(0o600)
        process = subprocess.Popen([args.bin / "sluice-collector", "serve", "--port", "0", "--database", folder / "c.db",
                                    "--enrolment-token-file", args.token_file], stdout=subprocess.PIPE, text=True)
        args.url = re.search(r"http://\S+", process.stdout.readline()).group(0)
    result = {"events": args.events, "batch": args.batch, "connections": args.connections, "devices": args.devices,
              "event_bytes": round(sum(len(b) for lane in lanes for b in lane) / args.events)}
    try:
        token = args.token_file.read_text().strip()
        errors: list = []
        threads = [threading.Thread(target=deliver, args=(args.url, token, lane, errors)) for lane in lanes]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        if errors:
            print(errors[0], file=sys.stderr)
            return 2
        result["events_per_second"] = round(args.events / seconds)
        if process:
            result["rss_after_ingest_mib"] = rss_mib(process.pid, "VmRSS")
            result["pages"] = read_pages(args.url, [
                "/console", "/console?action=block", "/console?tier=forbidden&class=financial", "/console?q=github",
                "/console?range=1h", "/console/devices", "/api/v1/events?limit=100"], args.rounds)
            result["rss_peak_mib"] = rss_mib(process.pid, "VmHWM")
    finally:
        if process:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    print(json.dumps(result, indent=2))
    if not args.gate:
        return 0
    slow = max(page["p95_ms"] for path, page in result["pages"].items() if path.startswith("/console"))
    return int(result["events_per_second"] < MIN_EVENTS_PER_SECOND or result["rss_peak_mib"] > MAX_RSS_MIB or slow > MAX_LIST_P95_MS)


if __name__ == "__main__":
    sys.exit(main())
