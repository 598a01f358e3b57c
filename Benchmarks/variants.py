#!/usr/bin/env python3
"""Measures recall and exact spans on values that no case holds: the formats of the labelled cases, drawn anew, in other places.

    Benchmarks/variants.py CORPUS [--seed 1] [--list missed|inexact] [--sluice PATH] [--pack PATH] [--command CMD ...]

Of each rule's positives in secrets.jsonl the value's make is kept (lengths, alphabets, separators, what all values of the rule begin
with) and the rest is drawn from a seeded source. Each value is written in turn as JSON, YAML, an environment file, logfmt, a
parameter of an address, a header, SQL, source code in six languages, and prose, behind the service's name as far as the rule's name
tells it. Values with a checksum are left out, since a drawn one is wrong. The source knows where the value stands, so a span is
exact or not without judgement. --list names rule, place and what was found, with the drawn value: it is nobody's.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re

from score import scan

PLACES = {
    "json": '{{"id": 7, "{name}": "{value}", "retries": 3}}',
    "yaml": "service:\n  {name}: {value}\n  region: eu-west-1\n",
    "env": "# staging\nexport {upper}={value}\nLOG_LEVEL=info\n",
    "logfmt": 'level=info msg="config loaded" {name}={value} took=12ms',
    "url": "GET https://api.{service}.com/v1/items?{name}={value}&page=2 HTTP/1.1",
    "header": "POST /v1 HTTP/1.1\r\nHost: api.{service}.com\r\nX-{title}: {value}\r\nAccept: */*\r\n",
    "sql": "INSERT INTO settings ({name}, active) VALUES ('{value}', true);",
    "python": 'client = Client(\n    timeout=3,\n    {name}="{value}",\n)',
    "javascript": "const {camel} = '{value}';",
    "java": 'private static final String {upper} = "{value}";',
    "go": '\tcfg.{pascal} = "{value}"\n',
    "swift": 'let {camel}: String = "{value}"',
    "csharp": 'services.Configure("{service}:{pascal}", "{value}");',
    "prose": "Hi, the {service} {words} is {value} and it stopped working.",
}
CHECKED = re.compile(r"github\.|^github-|^npm|\.npm\.|jwt|atlassian|age|pem|privkey|private-key|credentials|crypto|uri|mongodb|postgres|"
                     r"netrc|odbc|psexec|gradle|jdbc|curl|azure\.|weak_password|generic|service-account|webhook|url|salesforce|reactapp")
LOWER, UPPER, DIGITS, HEX = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "0123456789abcdef"


def cases(path):
    """The distinct values of each rule that are whole tokens."""
    rules = collections.defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        value = row.get("span") or ""
        if not row["expect"] or CHECKED.search(row["rule"]) or not re.fullmatch(r"[\w.+/=~-]{12,200}", value):
            continue
        at = row["text"].find(value)
        around = row["text"][at - 1:at] + row["text"][at + len(value):at + len(value) + 1]
        if re.search(r"[\w+/-]", around) or not value[0].isalnum() or value[-1] in "-._":
            continue
        if value not in rules[row["rule"]]:
            rules[row["rule"]].append(value)
    return rules


def redrawn(value, keep, chance):
    """Another value of the same make; its first `keep` characters stay."""
    head, rest = value[:keep], value[keep:]
    letters = [c for c in rest if c.isalnum()]
    is_hex = bool(letters) and all(c in HEX or c in HEX.upper() for c in letters) and any(c in DIGITS for c in letters)
    if is_hex:
        alphabet = HEX.upper() if any(c.isupper() for c in letters) and not any(c.islower() for c in letters) else HEX
    else:
        alphabet = "".join(a for a in (LOWER, UPPER, DIGITS) if any(c in a for c in letters))
    out = []
    for run in re.findall(r"[A-Za-z0-9]+|[^A-Za-z0-9]+", rest):
        pure = next((a for a in (DIGITS, LOWER, UPPER) if all(c in a for c in run)), None)
        if not run[0].isalnum():
            out.append(run)
        elif pure and pure != DIGITS and len(run) <= 8:
            out.append(run)  # a word between separators
        else:
            own = DIGITS if pure == DIGITS and not is_hex else alphabet
            out.append("".join(chance.choice(own) for _ in run))
    return head + "".join(out)


def variants(corpus, seed):
    chance = random.Random(seed)
    number = 0
    for rule, values in sorted(cases(corpus / "secrets.jsonl").items()):
        common = os.path.commonprefix(values) if len(values) > 1 else re.match(r"(?:[A-Za-z][A-Za-z0-9]{0,8}[_.-])*", values[0])[0]
        service = re.sub(r"^kingfisher\.|(?:\.\w?\d+)+$", "", rule).split(".")[0]
        service = re.sub(r"-(?:api|access|secret|token|key|client|personal|oauth|user|bot|app|config|pat|id|org|rw|short|long).*$", "", service)
        for value in values[:3]:
            for place in list(PLACES)[number % 2::2]:
                drawn = redrawn(value, len(common), chance)
                if not re.search(r"[A-Za-z]", drawn[len(common):]) and len(common) < 3:
                    continue
                kind = chance.choice(["api_key", "token", "secret", "api_token"])
                name = re.sub(r"\W", "_", service) + "_" + kind
                pascal = "".join(w.title() for w in name.split("_"))
                text = PLACES[place].format(
                    name=name, upper=name.upper(), title=name.title().replace("_", "-"), pascal=pascal,
                    camel=pascal[0].lower() + pascal[1:], service=service, words=kind.replace("_", " "), value=drawn)
                yield {"rule": rule, "place": place, "text": text, "value": drawn}
            number += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sluice", default="sluice")
    parser.add_argument("--pack")
    parser.add_argument("--list", choices=["missed", "inexact"])
    parser.add_argument("--command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command or [options.sluice, "scan", "--jsonl"] + (["--pack", options.pack] if options.pack else [])
    rows = list(variants(options.corpus, options.seed))
    by_rule, by_place = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0, 0])
    for row, findings in zip(rows, scan(command, rows)):
        start = len(row["text"][:row["text"].index(row["value"])].encode())
        end = start + len(row["value"].encode())
        hits = [f for f in findings if f["kind"] == "secret" and f["start"] < end and start < f["end"]]
        exact = any((f["start"], f["end"]) == (start, end) for f in hits)
        for tally in (by_rule[row["rule"]], by_place[row["place"]]):
            tally[0] += 1
            tally[1] += bool(hits)
        by_place[row["place"]][2] += exact
        if options.list == "missed" and not hits or options.list == "inexact" and hits and not exact:
            print(f"{row['rule']} in {row['place']}: {row['value']} {[(f['rule'], f['start'] - start, f['end'] - end) for f in hits]}")
    found, exact, total = (sum(t[i] for t in by_place.values()) for i in (1, 2, 0))
    print(f"{total} values of {len(by_rule)} rules: macro recall {100 * sum(t[1] / t[0] for t in by_rule.values()) / len(by_rule):.1f} %, "
          f"found {100 * found / total:.1f} %, exact {100 * exact / max(1, found):.1f} % of those found")
    for place, (all_, hit, right) in by_place.items():
        print(f"  {place:<12}{100 * hit / all_:5.1f} % found, {100 * right / max(1, hit):5.1f} % exact, of {all_}")


if __name__ == "__main__":
    main()
