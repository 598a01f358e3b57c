#!/usr/bin/env python3
"""Trains the model that tells random strings from words, identifiers and paths, and writes it as Swift.

    scripts/train-randomness.py [--check] [--out Sources/Classifier/Scoring/RandomnessTable.swift]

What text looks like is learnt from what a Debian system with Python holds offline: the Python standard library (PSF-2.0), the
messages of gettext catalogues in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish, the names of
installed files, and this repository's own sources. Only counts of three symbols in a row are kept. What random looks like is
drawn from a seeded source for each alphabet in use. The same inputs give the same table; with other versions of the packages
it differs a little, so the table is checked in.

A value's bytes become 32 symbols (edge, 26 letters without case, digit, _, -, . / :, the rest). A byte costs, as text, the
bits of its symbol after the two before it, of its case after the kinds of the three before it, and of one digit in ten; as
random it costs log2 of the alphabet that the value shows. The difference in bits is what each byte says for random; a digit
never speaks against it, for only letters make words. The mean, the largest sum over any stretch, the entropy normalised by
length and alphabet, and the length go into one logistic function.
"""

import argparse
import math
import pathlib
import random
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LANGUAGES = "de fr es it pt nl pl".split()
STEPS_PER_BIT = 5
MAX_STEPS = 74
MAX_BYTES = 256
TOKEN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:-]{2,62}[A-Za-z0-9_]")
DIGEST = re.compile(r"(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{12,}|[A-Za-z0-9+/]{48,}")
LOWER, UPPER, DIGIT = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
ALPHABETS = {
    "hex": DIGIT + "abcdef", "HEX": DIGIT + "ABCDEF", "lower": LOWER, "lowernum": LOWER + DIGIT, "uppernum": UPPER + DIGIT,
    "base32": UPPER + "234567", "base62": LOWER + UPPER + DIGIT, "letters": LOWER + UPPER,
    "base64": LOWER + UPPER + DIGIT + "+/", "base64url": LOWER + UPPER + DIGIT + "-_",
    "printable": LOWER + UPPER + DIGIT + "!#$%&*+-./:;<=>?@^_~",
}


# What text is made of


def messages(path):
    """The strings of a gettext catalogue (.mo), both sides."""
    data = path.read_bytes()
    if len(data) < 28 or struct.unpack("<I", data[:4])[0] != 0x950412DE:
        return
    count, originals, translations = struct.unpack("<III", data[8:20])
    for table in (originals, translations):
        for index in range(count):
            length, offset = struct.unpack_from("<II", data, table + 8 * index)
            yield data[offset:offset + length].decode("utf-8", "replace")


def sources():
    library = pathlib.Path("/usr/lib") / f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in sorted(library.rglob("*.py")):
        if not {"test", "tests", "dist-packages", "site-packages"} & set(path.parts):
            yield path.read_text("utf-8", "replace")
    for folder in ("Sources", "docs", "Benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".swift", ".md", ".py") and path.name != "RandomnessTable.swift":
                yield path.read_text("utf-8", "replace")
    for language in LANGUAGES:
        for path in sorted(pathlib.Path("/usr/share/locale", language, "LC_MESSAGES").glob("*.mo")):
            yield from messages(path)
    for folder in ("/usr/share", "/usr/lib", "/etc"):
        for path in sorted(pathlib.Path(folder).glob("*/*")):
            yield f"{path}\n{path.name}\n"
            if path.is_dir() and not path.is_symlink() and folder == "/usr/share":
                for inner in sorted(path.glob("*"))[:40]:
                    yield f"{inner}\n{inner.name}\n"


def has_series(token):
    """abcd, 1234: alphabets and made-up values, which are nobody's words."""
    codes = token.lower().encode()
    return any(codes[i] + 3 == codes[i + 1] + 2 == codes[i + 2] + 1 == codes[i + 3] for i in range(len(codes) - 3))


def tokens():
    """Distinct tokens with how often they occur."""
    counts = {}
    for text in sources():
        for token in TOKEN.findall(text):
            if not DIGEST.search(token) and not has_series(token):
                counts[token] = counts.get(token, 0) + 1
    return counts


# The model


def symbol(byte):
    if 65 <= byte <= 90:
        return byte - 64
    if 97 <= byte <= 122:
        return byte - 96
    if 48 <= byte <= 57:
        return 27
    return {95: 28, 45: 29, 46: 30, 47: 30, 58: 30}.get(byte, 31)


def kind(byte):
    return 1 if 97 <= byte <= 122 else 2 if 65 <= byte <= 90 else 3 if 48 <= byte <= 57 else 0


def steps(probability):
    return min(MAX_STEPS, round(-math.log2(probability) * STEPS_PER_BIT))


def tables(counts):
    """Steps for each symbol after two others, and for small or capital letter after three kinds."""
    three, two, one = [0.0] * 32768, [0.0] * 1024, [0.0] * 32
    case = [[1.0, 1.0] for _ in range(64)]
    for token, count in counts.items():
        weight = 1 + math.log2(count)
        a = b = kinds = 0
        for byte in token.encode("ascii"):
            c = symbol(byte)
            three[a << 10 | b << 5 | c] += weight
            two[b << 5 | c] += weight
            one[c] += weight
            if 1 <= c <= 26:
                case[kinds][kind(byte) - 1] += weight
            a, b, kinds = b, c, (kinds << 2 | kind(byte)) & 63
    total = sum(one)
    table = [0] * 32768
    for b in range(32):
        after = sum(two[b << 5:(b << 5) + 32])
        low = [(two[b << 5 | c] + 8 * (one[c] + 1) / (total + 32)) / (after + 8) for c in range(32)]
        for a in range(32):
            start = a << 10 | b << 5
            after = sum(three[start:start + 32])
            for c in range(32):
                table[start | c] = steps((three[start | c] + 8 * low[c]) / (after + 8))
    return table, [steps(pair[side] / sum(pair)) for pair in case for side in (0, 1)]


def alphabet_size(value):
    kinds = {kind(b) for b in value}
    if not kinds - {3}:
        return 10
    if not ({1, 2} <= kinds) and all(chr(b) in "0123456789abcdefABCDEF" for b in value):
        return 16
    size = 26 * (1 in kinds) + 26 * (2 in kinds) + 10 * (3 in kinds)
    others = {b for b in value if kind(b) == 0}
    return size + (0 if not others else 4 if others <= set(b"-_./:+=") else 32)


def entropy(value):
    count = len(value)
    if count < 2:
        return 0.0
    found = [value.count(b) for b in set(value)]
    bits = math.log2(count) - sum(n * math.log2(n) for n in found) / count
    return min(1.0, bits / math.log2(min(alphabet_size(value), count)))


def features(value, table, case):
    value = value[:MAX_BYTES]
    random_cost = math.log2(alphabet_size(value))
    a = b = kinds = 0
    total = stretch = largest = 0.0
    for byte in value:
        c = symbol(byte)
        cost = table[a << 10 | b << 5 | c] / STEPS_PER_BIT
        if 1 <= c <= 26:
            cost += case[kinds << 1 | kind(byte) - 1] / STEPS_PER_BIT
        elif c == 27:
            cost += math.log2(10)
        says = cost - random_cost
        if c == 27:
            says = max(0.0, says)
        total += says
        stretch = max(0.0, stretch + says)
        largest = max(largest, stretch)
        a, b, kinds = b, c, (kinds << 2 | kind(byte)) & 63
    return [total / len(value), min(largest, 64) / 16, entropy(value), min(len(value), 64) / 16, 1.0]


# Fitting and judging


def samples(counts, chance):
    """Values with 1 for random, 0 for text, as many of one as of the other."""
    words = [t for t in sorted(counts) if len(t) >= 4]
    short = [w for w in words if len(w) <= 9 and w.isalpha()]
    made = []
    for _ in range(30_000):
        shape = chance.randrange(6)
        if shape < 3:
            text = chance.choice(words)
        elif shape == 3:
            text = chance.choice("-_./:").join(chance.choices(short, k=chance.randrange(2, 5)))
        elif shape == 4:
            text = "".join(w.capitalize() for w in chance.choices(short, k=chance.randrange(2, 5)))
        else:
            text = chance.choice(words) + chance.choice("-_.") + str(chance.randrange(1, 10 ** chance.randrange(1, 9)))
        if len(text) >= 6:
            made.append((text.encode("ascii"), 0))
    for _ in range(len(made)):
        letters = ALPHABETS[chance.choice(sorted(ALPHABETS))]
        text = "".join(chance.choices(letters, k=chance.choice([8, 10, 12, 16, 20, 24, 32, 32, 40, 40, 48, 64])))
        if chance.random() < 0.15:
            text = chance.choice(short) + chance.choice("-_.") + text
        made.append((text.encode("ascii"), 1))
    chance.shuffle(made)
    return made


def fit(rows):
    """Logistic regression by Newton's method; five weights."""
    weights = [0.0] * len(rows[0][0])
    size = len(weights)
    for _ in range(12):
        gradient = [-1e-3 * w for w in weights]
        hessian = [[1e-3 * (i == j) for j in range(size)] for i in range(size)]
        for x, truth in rows:
            z = max(-30.0, min(30.0, sum(w * v for w, v in zip(weights, x))))
            p = 1 / (1 + math.exp(-z))
            for i in range(size):
                gradient[i] += (truth - p) * x[i]
                for j in range(size):
                    hessian[i][j] += p * (1 - p) * x[i] * x[j]
        # Gauss-Jordan on the small system.
        system = [row + [g] for row, g in zip(hessian, gradient)]
        for i in range(size):
            pivot = max(range(i, size), key=lambda r: abs(system[r][i]))
            system[i], system[pivot] = system[pivot], system[i]
            system[i] = [v / system[i][i] for v in system[i]]
            for r in range(size):
                if r != i:
                    system[r] = [v - system[r][i] * u for v, u in zip(system[r], system[i])]
        weights = [w + row[size] for w, row in zip(weights, system)]
    return weights


def swift(table, case, weights):
    text = "".join(chr(0x30 + step) for step in table)
    lines = [text[i:i + 104] for i in range(0, len(text), 104)]
    body = "\\#\n".join("        " + line for line in lines)
    names = ["mean", "stretch", "entropy", "length", "bias"]
    fixed = "\n".join(f"    static let {n}Weight = {w:.4f}" for n, w in zip(names, weights))
    return f'''// swift-format-ignore-file
// Made by scripts/train-randomness.py; don't edit.

/// What `Randomness` knows of text, learnt from words, identifiers and paths.
enum RandomnessTable {{
{fixed}

    /// Fifths of a bit that a letter's case costs: small, then capital, after each three kinds.
    static let cases: StaticString = #"{"".join(chr(0x30 + step) for step in case)}"#

    /// Fifths of a bit that a symbol costs after two others, as ASCII from `0` on.
    static let symbols: StaticString = #"""
{body}
        """#
}}
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "Sources/Classifier/Scoring/RandomnessTable.swift")
    options = parser.parse_args()
    counts = tokens()
    chance = random.Random(1)
    held = {t for t in sorted(counts) if chance.random() < 0.1}
    table, case = tables({t: n for t, n in counts.items() if t not in held})
    rows = [(features(v, table, case), truth) for v, truth in samples(counts, chance)]
    weights = [round(w, 4) for w in fit(rows)]
    judged = [(features(v, table, case), v, truth) for v, truth in samples({t: counts[t] for t in held}, chance)]
    for name, score in (("entropy >= 0.9", lambda x: x[2] - 0.9),
                        ("model", lambda x: sum(w * v for w, v in zip(weights, x)))):
        good = sum(score(x) > 0 for x, _, t in judged if t)
        false = sum(score(x) > 0 for x, _, t in judged if not t)
        missed = sum(score(x) <= 0 for x, _, t in judged if t)
        print(f"{name}: F1 {2 * good / (2 * good + false + missed):.4f} on held-out tokens "
              f"({false} false, {missed} missed of {len(judged)})")
    print(f"{len(counts)} distinct tokens, weights {weights}")
    options.out.write_text(swift(table, case, weights))


if __name__ == "__main__":
    main()
