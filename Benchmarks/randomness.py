#!/usr/bin/env python3
"""Compares the randomness model with plain entropy, on the values that rules without a format have to tell apart.

    Benchmarks/randomness.py CORPUS --bench .build/release/classifier-bench [--list]

CORPUS is the folder with secrets.jsonl. Random: the named values of generic rules' positives, and planted random values of the
alphabets in use. Not random: what stands behind a sign or in quotes in the negatives of generic rules that only a filter
rejects, and planted look-alikes (names, paths, versions, types, calls, placeholders). Digests and UUIDs are random by
nature and only their context tells, so they are on neither side. For each measure the best threshold is taken on this very
data, which favours entropy as much as the model; the threshold in use is shown as well.
"""

import argparse
import json
import pathlib
import random
import re
import subprocess

WORDS = ("access account admin backend batch billing bucket cache client cluster config connection context controller cookie "
         "credential database default deploy endpoint event factory gateway handler header index instance internal invoice key "
         "listener manager metric module network node option order parser password payment pipeline policy private process "
         "production provider public query queue reader record region registry release request resource response role schema "
         "secret server service session setting shard signer snapshot source staging storage stream table target template "
         "token type update user value vault vendor version webhook worker").split()
VALUE = re.compile(r"""["']([^"'\s]{6,120})["']|[=:]\s*([^\s"'{}$,;]{6,120})""")
DIGEST = re.compile(r"[0-9a-fA-F-]{16,}")
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def corpus_values(folder):
    random_values, text_values = set(), set()
    for line in (folder / "secrets.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if "generic" not in row["rule"]:
            continue
        if row["expect"]:
            if row.get("span") and " " not in row["span"]:
                random_values.add(row["span"])
        elif row.get("needs_filter"):
            for quoted, bare in VALUE.findall(row["text"]):
                if not DIGEST.fullmatch(quoted or bare):
                    text_values.add(quoted or bare)
    return random_values, text_values - random_values


def planted(chance, count):
    def words(low, high):
        return chance.choices(WORDS, k=chance.randrange(low, high))

    def text(alphabet, *sizes):
        return "".join(chance.choices(alphabet, k=chance.choice(sizes)))

    shapes = [
        lambda: chance.choice("-_.").join(words(2, 5)), lambda: "".join(w.capitalize() for w in words(2, 5)),
        lambda: "_".join(words(2, 4)).upper(), lambda: "/" + "/".join(words(2, 5)) + chance.choice([".json", ".pem", ".yml", ""]),
        lambda: f"{'-'.join(words(1, 4))}-v{chance.randrange(9)}.{chance.randrange(30)}.{chance.randrange(99)}",
        lambda: f"{'-'.join(words(1, 3))}-{chance.randrange(2020, 2030)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        lambda: f"get{''.join(w.capitalize() for w in words(1, 3))}()", lambda: ".".join(words(2, 4)) + ".example.com",
        lambda: "your-" + "-".join(words(1, 3)), lambda: "".join(words(2, 4)) + str(chance.randrange(999)),
    ]
    makers = [
        lambda: text(BASE62, 16, 20, 24, 32, 40), lambda: text(BASE62[:10] + BASE62[36:], 16, 20, 32),
        lambda: text(BASE62 + "-_", 22, 32, 43), lambda: text(BASE62 + "+/", 24, 40) + "=", lambda: text("0123456789abcdef", 32, 40),
        lambda: text(BASE62 + "!#$%&*@^", 12, 16, 20), lambda: text(BASE62, 8, 10, 12),
        lambda: chance.choice(WORDS) + "_" + text(BASE62, 16, 24),
    ]
    return ({chance.choice(makers)() for _ in range(count)}, {chance.choice(shapes)() for _ in range(count)})


def measures(bench, values):
    done = subprocess.run([bench, "randomness"], input="".join(v + "\n" for v in values), text=True, stdout=subprocess.PIPE, check=True)
    return [tuple(map(float, line.split())) for line in done.stdout.splitlines()]


def f1(scored, threshold):
    good = sum(s >= threshold for s, t in scored if t)
    false = sum(s >= threshold for s, t in scored if not t)
    missed = sum(t for _, t in scored) - good
    return 2 * good / max(1, 2 * good + false + missed), false, missed


def report(name, random_values, text_values, bench, listing):
    values = [(v, True) for v in sorted(random_values)] + [(v, False) for v in sorted(text_values)]
    found = measures(bench, [v for v, _ in values])
    print(f"{name}: {len(random_values)} random, {len(text_values)} not")
    for label, index, in_use in (("plain entropy", 0, 0.7), ("model", 1, 0.0), ("blend in use", 2, 0.6)):
        scored = [(m[index], truth) for m, (_, truth) in zip(found, values)]
        best = max(sorted({s for s, _ in scored}), key=lambda t: f1(scored, t)[0])
        for where, threshold in (("best", best), ("in use", in_use)):
            value, false, missed = f1(scored, threshold)
            print(f"  {label:<14}{where:<7}at {threshold:6.2f}   F1 {value:.3f}   {false} false, {missed} missed")
    if listing:
        for m, (value, truth) in zip(found, values):
            if truth != (m[2] >= 0.6):
                print(f"    {'missed' if truth else 'false '} {m[1]:6.2f} {value[:70]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--bench", default=".build/release/classifier-bench")
    parser.add_argument("--list", action="store_true", help="show what the blend in use gets wrong")
    options = parser.parse_args()
    ours, theirs = corpus_values(options.corpus)
    report("corpus", ours, theirs, options.bench, options.list)
    planted_random, planted_text = planted(random.Random(7), 2000)
    report("planted", planted_random, planted_text, options.bench, False)
    report("both", ours | planted_random, theirs | planted_text, options.bench, False)


if __name__ == "__main__":
    main()
