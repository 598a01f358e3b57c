#!/usr/bin/env python3
"""Scores the classifier on labelled cases.

    Benchmarks/score.py CORPUS [--sluice PATH] [--pack PATH] [--list WHAT] [--command CMD ...]

CORPUS is a folder with secrets.jsonl and pii.jsonl, one case a line:
    {"source", "rule", "category": "secret"|"pii", "text", "expect": true|false, "span"?}
and, if present, benign/ with logs that hold no secret, and decoders.jsonl with {"encoded", "decoded"} pairs: for each a rule is
made that finds the decoded text alone, and the pair counts when it does so in the encoded one.

Every text goes through one `sluice scan --jsonl`. A positive counts as found when a finding of its category overlaps the
span that the case names (anything in the text, where it names none). Macro recall is the mean over the corpus' rules of the
share of each rule's positives that were found, so that a rule with many rows doesn't drown the rest. A negative with a
finding of its category is a false positive; since a negative is often only one rule's ("scope": "rule"), the rate is an
upper bound. A span is exact when one finding covers the named value and nothing else. Some cases name a value that ends in
the middle of a token, or holds the quote or the sign beside it, since the rule that they come from does; such can't be taken for
exact without cutting secrets, so the share is stated with and without them. Rows of kind "checksum_only" are
counted apart: a bare number belongs to the check-digit function, not to the scanner.

--list missed|false|inexact prints the cases' rule and number in the file, never their text.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def cases(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            row["number"] = number
            yield row


def scan(command, rows):
    """The findings of each row's text, in order."""
    lines = "".join(json.dumps({"id": str(i), "text": r["text"]}) + "\n" for i, r in enumerate(rows))
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(rows):
        sys.exit(f"{' '.join(command)}: {len(answers)} answers to {len(rows)} lines (status {done.returncode})")
    return [answer.get("findings", []) for answer in answers]


def wanted_spans(row):
    """Every place of the named value, as byte ranges of the text; none if the case names no value."""
    value = row.get("span")
    if not value:
        return []
    text, value = row["text"].encode(), value.encode()
    places, at = [], text.find(value)
    while at >= 0:
        places.append((at, at + len(value)))
        at = text.find(value, at + 1)
    return places


def is_cut(row):
    """Whether the named value begins or ends within a token, or with a sign or a quote that is none of it."""
    text, value = row["text"], row.get("span") or ""
    at = text.find(value)
    if at < 0 or not value:
        return False
    token = lambda c: c.isalnum() or c in "_-+/="  # noqa: E731
    before, after = text[at - 1:at], text[at + len(value):at + len(value) + 1]
    starts_within = bool(before) and token(before) and token(value[0]) and not before == "="
    ends_within = bool(after) and token(after) and token(value[-1])
    return starts_within or ends_within or value[0] in "=:\"'-. " or value[-1] in "\"'= " and value.count("=") == 0


def share(good, all_):
    return f"{100 * good / all_:5.1f} %" if all_ else "    -  "


def score(category, rows, answers, listing):
    by_rule = collections.defaultdict(lambda: [0, 0])
    false = negatives = filtered = false_filtered = exact = with_span = whole = exact_whole = scoped = false_scoped = 0
    for row, findings in zip(rows, answers):
        findings = [f for f in findings if f["kind"] == category]
        label = f"{row['rule']} #{row['number']}"
        if not row["expect"]:
            hard = row.get("needs_filter", False)
            negatives, filtered = negatives + 1, filtered + hard
            is_scoped = row.get("scope") == "rule"
            scoped += is_scoped
            if findings:
                false, false_filtered = false + 1, false_filtered + hard
                false_scoped += is_scoped
                if listing == "false":
                    print(f"{category} false {label}: {', '.join(f['rule'] for f in findings)}")
            continue
        spans = wanted_spans(row)
        hit = any(not spans or any(f["start"] < e and s < f["end"] for s, e in spans) for f in findings)
        tally = by_rule[row["source"], row["rule"]]
        tally[1] += 1
        tally[0] += hit
        if not hit and listing == "missed":
            print(f"{category} missed {label}")
        if hit and spans:
            with_span += 1
            is_exact = any((f["start"], f["end"]) in spans for f in findings)
            exact += is_exact
            if not is_cut(row):
                whole, exact_whole = whole + 1, exact_whole + is_exact
            if not is_exact and listing == "inexact":
                print(f"{category} inexact {label}: {', '.join(f['rule'] for f in findings)}")
    found, total = sum(t[0] for t in by_rule.values()), sum(t[1] for t in by_rule.values())
    macro = sum(t[0] / t[1] for t in by_rule.values()) / max(1, len(by_rule))
    print(f"{category}")
    print(f"  macro recall          {100 * macro:5.1f} %   over {len(by_rule)} rules")
    print(f"  micro recall          {share(found, total)}   {found} of {total}")
    for source in sorted({key[0] for key in by_rule}):
        part = [t for key, t in by_rule.items() if key[0] == source]
        print(f"    {source:<20}{100 * sum(t[0] / t[1] for t in part) / len(part):5.1f} %   macro, {len(part)} rules")
    print(f"  false positives       {share(false, negatives)}   {false} of {negatives} (hard ones {false_filtered} of {filtered})")
    print(f"    for every rule      {share(false - false_scoped, negatives - scoped)}   {false - false_scoped} of {negatives - scoped}")
    print(f"    for one rule alone  {share(false_scoped, scoped)}   {false_scoped} of {scoped}: often another rule's secret")
    print(f"  exact spans           {share(exact, with_span)}   {exact} of {with_span} found")
    print(f"    of whole tokens     {share(exact_whole, whole)}   {exact_whole} of {whole}")


def benign(command, folder):
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    if not files:
        return
    rows = [{"text": p.read_text(encoding="utf-8", errors="replace")} for p in files]
    print("benign")
    for path, findings in zip(files, scan(command, rows)):
        kinds = collections.Counter(f["kind"] for f in findings)
        print(f"  {path.name:<24}{kinds['secret']} secret, {kinds['pii']} pii, {kinds['marking']} marking")


def with_rules(command, rules):
    """The command, made to use other rules: the last argument, or what follows --pack."""
    if "--pack" in command:
        return command[: command.index("--pack") + 1] + [rules]
    return command[:-1] + [rules] if "jsonl" in command else command + ["--pack", rules]


def decoders(command, path, listing):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    good = 0
    for number, row in enumerate(rows, 1):
        # One rule file a case: with all rules at once the longer of two decoded texts would hide the shorter.
        rule = "\n".join(
            [
                "[[rule]]",
                'id = "decoded"',
                'name = "Decoded"',
                'kind = "pii"',
                'class = "personal"',
                'severity = "low"',
                "confidence = 1.0",
                f"anchors = [{json.dumps(row['decoded'][:24])}]",
                f"regex = {json.dumps(re.escape(row['decoded']))}",
                f"hits = [{json.dumps('«' + row['decoded'] + '»', ensure_ascii=False)}]",
                'misses = ["x"]',
                "",
            ]
        )
        with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
            file.write(rule)
            file.flush()
            answer = scan(with_rules(command, file.name), [{"text": row["encoded"]}])[0]
        good += bool(answer)
        if not answer and listing == "missed":
            print(f"decoders missed {row['source']} {number}: {row['case']}")
    print("decoders")
    print(f"  decoded               {share(good, len(rows))}   {good} of {len(rows)}")


def main():
    parser = argparse.ArgumentParser(description="Scores the classifier on labelled cases.")
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--sluice", default="sluice", help="the executable (default: sluice)")
    parser.add_argument("--pack", help="pack or rules folder to scan with")
    parser.add_argument("--list", choices=["missed", "false", "inexact"])
    parser.add_argument("--command", nargs=argparse.REMAINDER, help="scan with this command instead")
    options = parser.parse_args()
    command = options.command or [options.sluice, "scan", "--jsonl"] + (
        ["--pack", options.pack] if options.pack else []
    )
    for category, name in (("secret", "secrets.jsonl"), ("pii", "pii.jsonl")):
        path = options.corpus / name
        if not path.exists():
            continue
        rows = [r for r in cases(path) if r["category"] == category]
        answers = scan(command, rows)
        plain = [(r, a) for r, a in zip(rows, answers) if r.get("kind") != "checksum_only"]
        score(category, [r for r, _ in plain], [a for _, a in plain], options.list)
        apart = [(r, a) for r, a in zip(rows, answers) if r.get("kind") == "checksum_only" and r["expect"]]
        if apart:
            found = sum(any(f["kind"] == category for f in a) for _, a in apart)
            print(f"  bare check numbers    {share(found, len(apart))}   {found} of {len(apart)} (not counted above)")
    if (options.corpus / "decoders.jsonl").exists():
        decoders(command, options.corpus / "decoders.jsonl", options.list)
    benign(command, options.corpus / "benign")


if __name__ == "__main__":
    main()
