#!/usr/bin/env python3
"""Seeded corpora for measuring: production logs, source code and prompts, with labelled secrets planted in them.

The same seed gives the same bytes. Secrets are made from the formats' public facts, with right checksums and no account
behind them; look-alikes (digests, UUIDs, trace ids, tokens with a wrong checksum, placeholders) are planted as well, and
finding one of those is a false alarm.

    python3 Benchmarks/corpora.py logs --megabytes 64 --out /tmp/logs [--secrets-per-megabyte 20] [--seed 1]
    python3 Benchmarks/corpora.py code|prompts|people ...

Writes files of at most 16 MiB into the folder, and labels.jsonl beside it: {"file","start","end","kind","real"}.
"""

import argparse
import base64
import json
import random
import uuid
import zlib
from pathlib import Path

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
HEX = "0123456789abcdef"
WORDS = ("request worker started finished connection upstream timeout retry user service handler index status cache queue "
         "latency bytes thread deploy release config healthy instance region cluster node pod metric partition leader "
         "session token key auth password secret login account order invoice payment shard replica commit snapshot").split()
SERVICES = "api auth billing cart checkout gateway ingest mailer orders payments search sessions users".split()
LEVELS = ["INFO"] * 12 + ["DEBUG"] * 5 + ["WARN"] * 2 + ["ERROR"]
MAX_FILE_BYTES = 16 << 20


class Maker:
    """Draws everything from one seeded source of chance."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)

    def text(self, alphabet: str, count: int) -> str:
        return "".join(self.chance.choices(alphabet, k=count))

    def crc62(self, body: str) -> str:
        number, digits = zlib.crc32(body.encode()), ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            digits = BASE62[digit] + digits
        return digits

    def luhn(self, digits: str) -> str:
        total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
        return str(-total % 10)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def github(self) -> str:
        body = self.text(BASE62, 30)
        return "gh" + self.chance.choice("pous") + "_" + body + self.crc62(body)

    def jwt(self) -> str:
        def part(value):
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        head = part({"alg": "HS256", "typ": "JWT"})
        body = part({"sub": str(self.chance.randrange(10**6)), "iat": 1700000000, "jti": self.uuid()})
        return f"{head}.{body}.{self.text(BASE62 + '-_', 43)}"

    def secret(self) -> tuple[str, str]:
        kinds = {
            "github": self.github,
            "aws-access-key": lambda: "AKIA" + self.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
            "stripe": lambda: "sk" + "_live_" + self.text(BASE62, 24),
            "slack": lambda: "xox" + "b-" + self.text("123456789", 12) + "-" + self.text("123456789", 13) + "-" + self.text(BASE62, 24),
            "google-api-key": lambda: "AI" + "zaSy" + self.text(BASE62 + "-_", 33),
            "gitlab": lambda: "gl" + "pat-" + self.text(BASE62 + "-_", 20),
            "sendgrid": lambda: "SG" + "." + self.text(BASE62 + "-_", 22) + "." + self.text(BASE62 + "-_", 43),
            "jwt": self.jwt,
            "openai": lambda: "sk-" + "proj-" + self.text(BASE62, 58) + "T3Blbk" + "FJ" + self.text(BASE62, 58),
            "digitalocean": lambda: "dop" + "_v1_" + self.text(HEX, 64),
            "url-password": lambda: self.text(BASE62, 16),
        }
        kind = self.chance.choice(list(kinds))
        return kind, kinds[kind]()

    def lookalike(self) -> tuple[str, str]:
        wrong = self.github()
        kinds = {
            "github-wrong-checksum": lambda: wrong[:-1] + ("a" if wrong[-1] != "a" else "b"),
            "sha1": lambda: self.text(HEX, 40), "sha256": lambda: "sha256:" + self.text(HEX, 64), "uuid": self.uuid,
            "placeholder": lambda: "gh" + "p_" + "x" * 36, "env": lambda: "${GITHUB_TOKEN}",
            "aws-example": lambda: "AKIAIOSF" + "ODNN7EXAMPLE",
        }
        kind = self.chance.choice(list(kinds))
        return kind, kinds[kind]()

    # Personal data

    def card(self) -> str:
        body = "4" + self.text("0123456789", 14)
        return body + self.luhn(body)

    def iban(self) -> str:
        body = self.text("0123456789", 18)
        return f"DE{98 - int(body + '131400') % 97:02d}{body}"

    def email(self) -> str:
        return f"{self.text('abcdefghijklmnoprstuvw', 6)}.{self.text('abcdefghijklmnoprstuvw', 7)}@{self.chance.choice(SERVICES)}-works.de"

    def person(self) -> tuple[str, str]:
        kinds = {"card": self.card, "iban": self.iban, "email": self.email,
                 "phone": lambda: f"+49 30 {self.text('123456789', 8)}"}
        kind = self.chance.choice(list(kinds))
        return kind, kinds[kind]()

    def no_person(self) -> tuple[str, str]:
        card, iban = self.card(), self.iban()
        kinds = {"card-wrong-digit": lambda: card[:-1] + str((int(card[-1]) + 1) % 10),
                 "iban-wrong-digit": lambda: iban[:-1] + str((int(iban[-1]) + 1) % 10),
                 "uuid": self.uuid, "trace-id": lambda: self.text(HEX, 32)}
        kind = self.chance.choice(list(kinds))
        return kind, kinds[kind]()

    # Lines

    def log_line(self) -> str:
        c = self.chance
        when = f"2026-11-{c.randrange(1, 29):02d}T{c.randrange(24):02d}:{c.randrange(60):02d}:{c.randrange(60):02d}.{c.randrange(1000):03d}Z"
        ip = f"10.{c.randrange(256)}.{c.randrange(256)}.{c.randrange(256)}"
        shape = c.randrange(6)
        if shape == 0:
            return (f'{ip} - - [{when}] "GET /{c.choice(SERVICES)}/v{c.randrange(1, 4)}/{c.choice(WORDS)}/{self.uuid()}?page='
                    f'{c.randrange(90)} HTTP/1.1" {c.choice([200, 200, 200, 304, 404, 500])} {c.randrange(90000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"')
        if shape == 1:
            return json.dumps({"ts": when, "level": c.choice(LEVELS), "service": c.choice(SERVICES), "trace_id": self.text(HEX, 32),
                               "msg": " ".join(c.choices(WORDS, k=c.randrange(4, 12))), "ms": c.randrange(900)})
        if shape == 2:
            return (f"{when} {c.choice(LEVELS)} [{c.choice(SERVICES)}-{c.randrange(20)}] c.e.{c.choice(SERVICES)}.Handler - "
                    + " ".join(c.choices(WORDS, k=c.randrange(5, 14))) + f" id={c.getrandbits(48)}")
        if shape == 3:
            return (f"time={when} level={c.choice(LEVELS).lower()} svc={c.choice(SERVICES)} request_id={self.uuid()} "
                    f"dur={c.random() * 900:.3f}ms " + " ".join(f"{w}={c.randrange(999)}" for w in c.choices(WORDS, k=3)))
        if shape == 4:
            return f"{when} {c.choice(SERVICES)} image=registry.local/{c.choice(SERVICES)}@sha256:{self.text(HEX, 64)} pulled in {c.randrange(90)}s"
        return f"Nov {c.randrange(1, 29):2d} {when[11:19]} host-{c.randrange(40)} sshd[{c.randrange(30000)}]: Failed password for invalid user {c.choice(WORDS)} from {ip} port {c.randrange(65535)} ssh2"

    def code_line(self) -> str:
        c = self.chance
        a, b, d = c.choices(WORDS, k=3)
        return c.choice([
            f"    let {a}_{b} = {d}.get(\"{a}\").unwrap_or({c.randrange(99)});", f"def {a}_{b}(self, {d}: str) -> int:",
            f"        return self.{a}[{b!r}] + {c.randrange(9)}  # {d} {a}", f"import {{ {a}, {b} }} from './{d}';",
            f"if ({a}.{b} !== null && {d}.length > {c.randrange(50)}) {{", f"    private final String {a}{b.title()} = {d}.toString();",
            f"// {a} {b} {d}: see {a}.{b}()", "}", "", f"    {a}: {{ type: {b!r}, required: true }},",
            f"const {a.upper()}_{b.upper()} = process.env.{d.upper()}_KEY;", f"  password = os.environ['{a.upper()}_PASSWORD']",
        ])

    def prompt_line(self) -> str:
        c = self.chance
        return c.choice([
            " ".join(c.choices(WORDS, k=c.randrange(6, 18))).capitalize() + ".", "Why does this fail?", "```", self.log_line(),
            self.code_line(), f"Please explain the {c.choice(WORDS)} of the {c.choice(WORDS)}.", "",
        ])

    def carrier(self, value: str, kind: str) -> str:
        if kind in ("card", "iban", "email", "phone") or kind.endswith("-digit") or kind == "trace-id":
            name = {"card": "card number", "iban": "IBAN", "email": "mail", "phone": "phone"}.get(kind, "order")
            return self.chance.choice(["The customer gave {n} {v} yesterday.", "{n}: {v}", "please look into {n} {v} for me"]
                                      ).format(n=name, v=value)
        if kind == "url-password":
            return f"connecting to postgres://app:{value}@db-{self.chance.randrange(9)}.internal:5432/{self.chance.choice(SERVICES)}"
        return self.chance.choice([
            "{} deploy failed env TOKEN={}", '{} {{"authorization":"Bearer {}"}}', "{} config loaded api_key: {}", "{} using {} for upload",
        ]).format(self.chance.choice(LEVELS), value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["logs", "code", "prompts", "people"])
    parser.add_argument("--megabytes", type=float, default=64)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--secrets-per-megabyte", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    maker = Maker(options.seed)
    line = {"logs": maker.log_line, "code": maker.code_line, "prompts": maker.prompt_line, "people": maker.prompt_line}[options.kind]
    options.out.mkdir(parents=True, exist_ok=True)
    total, number = int(options.megabytes * (1 << 20)), 0
    with options.out.with_suffix(".labels.jsonl").open("w") as labels:
        while total > 0:
            # A prompt is 0.2 to 20 KB; a log or source file is as large as the limit allows.
            if options.kind in ("prompts", "people"):
                size = int(200 * 100 ** maker.chance.random())
            else:
                size = min(total, MAX_FILE_BYTES)
            name, have, parts = f"{options.kind}-{number:05d}.txt", 0, []
            gap = (1 << 20) / max(options.secrets_per_megabyte, 1e-9) / 2
            due = maker.chance.expovariate(1 / gap)
            while have < size:
                text = line()
                if have >= due:
                    real = maker.chance.random() < 0.5
                    if options.kind == "people":
                        kind, value = maker.person() if real else maker.no_person()
                    else:
                        kind, value = maker.secret() if real else maker.lookalike()
                    text = maker.carrier(value, kind)
                    start = have + len(text[:text.index(value)].encode())
                    labels.write(json.dumps({"file": name, "start": start, "end": start + len(value.encode()),
                                             "kind": kind, "real": real}) + "\n")
                    due = have + maker.chance.expovariate(1 / gap)
                parts.append(text)
                have += len(text.encode()) + 1
            (options.out / name).write_text("\n".join(parts) + "\n")
            total -= have
            number += 1


if __name__ == "__main__":
    main()
