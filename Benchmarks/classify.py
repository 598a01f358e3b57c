#!/usr/bin/env python3
"""How fast and how lean the classifier is, as a table, and against the thresholds of thresholds.json.

Whole processes: logs, code and prompts (corpora.py, seeded), a long log, prompts by --jsonl, the start, the peak memory. In process
(classifier-bench): prompts of 4 KiB and logs of 64 KiB. By counting instead of timing, which a busy machine does not disturb:
instructions and allocations a megabyte, and what doubling the rules on the same literals, or the literals, costs (valgrind).

    python3 Benchmarks/classify.py [--bin .build/release] [--pack .build/default.pack] [--megabytes 64] [--only NAME ...]
                                   [--gate] [--record]

--gate ends with 1 where a threshold is broken. --record writes the counts that were found as the new references.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THRESHOLDS = ROOT / "Benchmarks/thresholds.json"
STARTS = 31
SYNTHETIC_RULES = 300


def run(line: list, stdin: Path | None = None) -> tuple[float, float]:
    """Seconds and peak MiB of one whole process; 0 and 1 are the good statuses."""
    with open(stdin or os.devnull, "rb") as source:
        began = time.monotonic()
        child = subprocess.Popen([str(a) for a in line], stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, line))}: status {child.returncode}")
    return seconds, usage.ru_maxrss / 1024


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = options.work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.sluice, self.inner = options.bin / "sluice", options.bin / "classifier-bench"
        self.scan = [self.sluice, "scan", "--threads", "1", "--format", "json", "--allow-incomplete", "--pack", options.pack]
        self.found: dict[str, float] = {}

    def say(self, name: str, value: float, unit: str) -> None:
        self.found[name] = value
        print(f"{name:34}{value:12.2f} {unit}", flush=True)

    def corpus(self, kind: str, megabytes: float) -> Path:
        folder = self.work / f"{kind}-{megabytes:g}".replace(".", "_")
        if not folder.exists():
            subprocess.run([sys.executable, ROOT / "Benchmarks/corpora.py", kind, "--megabytes", str(megabytes),
                            "--out", folder], check=True)
        return folder

    def joined(self, kind: str, megabytes: float) -> Path:
        """One file with the bytes of a corpus, repeated until there are enough."""
        path = self.work / f"one-{kind}-{megabytes:g}.txt"
        if not path.exists():
            parts = [p.read_bytes() for p in sorted(self.corpus(kind, min(megabytes, 64)).iterdir())]
            want, have = int(megabytes * (1 << 20)), 0
            with path.open("wb") as out:
                while have < want:
                    for part in parts:
                        out.write(part[:want - have])
                        have += len(part[:want - have])
        return path

    # Whole processes

    def throughput(self) -> None:
        for kind in ("logs", "code", "prompts"):
            folder = self.corpus(kind, self.options.megabytes)
            size = sum(f.stat().st_size for f in folder.iterdir()) / 1e6
            measured = [run(self.scan + [folder]) for _ in range(self.options.runs)]
            self.say(f"{kind}.mb_per_s", size / statistics.median(m[0] for m in measured), "MB/s, whole process")
            self.say(f"{kind}.rss_mib", max(m[1] for m in measured), "MiB at most")

    def steady(self) -> None:
        path = self.joined("logs", self.options.steady_megabytes)
        seconds, mib = min(run(self.scan + [path]) for _ in range(2))
        self.say("steady.mb_per_s", path.stat().st_size / 1e6 / seconds, f"MB/s over {self.options.steady_megabytes} MiB")
        self.say("steady.rss_mib", mib, "MiB at most")

    def lines(self) -> None:
        path = self.work / "prompts.jsonl"
        if not path.exists():
            with path.open("w") as out:
                for number, prompt in enumerate(sorted(self.corpus("prompts", 8).iterdir())):
                    out.write(json.dumps({"id": number, "text": prompt.read_text()}) + "\n")
        seconds = min(run([self.sluice, "scan", "--jsonl", "--allow-incomplete", "--pack", self.options.pack], path)[0] for _ in range(3))
        self.say("jsonl.mb_per_s", path.stat().st_size / 1e6 / seconds, "MB/s of lines")

    def start(self) -> None:
        tiny = self.work / "tiny.txt"
        tiny.write_text("nothing in here\n")
        times = sorted(run(self.scan + [tiny])[0] * 1000 for _ in range(STARTS))
        self.say("start.ms", times[len(times) // 2], "ms, whole process, a tiny file")

    # In process

    def prompts(self) -> None:
        for name, size in (("prompt_4k", 4 << 10), ("log_64k", 64 << 10)):
            path = self.work / f"{name}.txt"
            if not path.exists():
                text = self.joined("prompts" if size < 10_000 else "logs", 8).read_bytes()
                pieces = [text[at:at + size - 1].replace(b"\n", b"\r") for at in range(0, len(text) - size, size)]
                path.write_bytes(b"\n".join(pieces) + b"\n")
            done = subprocess.run([self.inner, "prompts", self.options.pack, path], capture_output=True, text=True, check=True)
            p50, p99 = re.search(r"p50 ([\d.]+) us, p99 ([\d.]+) us", done.stdout).groups()
            self.say(f"{name}.p50_us", float(p50), "us")
            self.say(f"{name}.p99_us", float(p99), "us")

    # Counts

    def stripped(self) -> Path:
        """Valgrind can't read the debug information of every Swift compiler."""
        path = self.work / "classifier-bench"
        shutil.copy(self.inner, path)
        subprocess.run(["strip", "-g", path], check=True)
        return path

    def counted(self, tool: str, rules: Path, text: Path) -> int:
        arguments = {"instructions": ["--tool=callgrind", f"--callgrind-out-file={os.devnull}"], "allocations": ["--tool=memcheck"]}[tool]
        done = subprocess.run(["valgrind", *arguments, self.program, "time", rules, text, "1"], capture_output=True, text=True)
        pattern = {"instructions": r"Collected : (\d+)", "allocations": r"total heap usage: ([\d,]+) allocs"}[tool]
        match = re.search(pattern, done.stderr)
        if not match:
            sys.exit(f"valgrind: {done.stderr[-400:]}")
        return int(match[1].replace(",", ""))

    def a_megabyte(self, tool: str, rules: Path, kind: str = "logs") -> float:
        small, large = (self.counted(tool, rules, self.joined(kind, size)) for size in (1, 2))
        return large - small

    def counts(self) -> None:
        if not shutil.which("valgrind"):
            print("valgrind is not installed: no counts")
            return
        self.program = self.stripped()
        for kind in ("logs", "code"):
            self.say(f"{kind}.minstructions_per_mb", self.a_megabyte("instructions", self.options.pack, kind) / 1e6, "million a MiB")
            self.say(f"{kind}.allocations_per_mb", self.a_megabyte("allocations", self.options.pack, kind), "a MiB")
        base = self.a_megabyte("instructions", self.synthetic("base", 1, 1))
        self.say("doubled_rules.ratio", self.a_megabyte("instructions", self.synthetic("rules", 2, 1)) / base, "times, same literals")
        self.say("doubled_literals.ratio", self.a_megabyte("instructions", self.synthetic("literals", 1, 2)) / base, "times")

    def synthetic(self, name: str, rules_a_literal: int, literals: int) -> Path:
        """Rules on literals that clean text does not hold, as a rule file."""
        path = self.work / f"{name}.toml"
        with path.open("w") as out:
            for number in range(SYNTHETIC_RULES * literals):
                mark = "".join(chr(97 + number // 26 ** place % 26) for place in range(3))
                for copy in range(rules_a_literal):
                    out.write(f'[[rule]]\nid = "bench.{mark}{copy}"\nname = "{mark}"\nkind = "secret"\nclass = "credential"\n'
                              f'severity = "low"\nanchors = ["{mark}q_"]\nregex = \'\\b{mark}q_[0-9a-f]{{{20 + copy}}}\\b\'\n')
        return path


def gate(found: dict, thresholds: dict) -> int:
    broken = 0
    for name, bar in thresholds.items():
        if name not in found:
            continue
        value, ratio = found[name], bar.get("ratio", 1.0)
        if "max" in bar and value > bar["max"] * ratio:
            print(f"broken: {name} is {value:.2f}, at most {bar['max'] * ratio:.2f}")
            broken += 1
        if "min" in bar and value < bar["min"] / ratio:
            print(f"broken: {name} is {value:.2f}, at least {bar['min'] / ratio:.2f}")
            broken += 1
    return broken


def main() -> int:
    parts = ["throughput", "steady", "lines", "start", "prompts", "counts"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--pack", default=ROOT / ".build/default.pack", type=Path)
    parser.add_argument("--work", default=ROOT / ".build/bench", type=Path)
    parser.add_argument("--megabytes", type=float, default=64)
    parser.add_argument("--steady-megabytes", type=int, default=512)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    options.bin, options.pack = options.bin.resolve(), options.pack.resolve()
    bench = Bench(options)
    for part in options.only:
        getattr(bench, part)()
    thresholds = json.loads(THRESHOLDS.read_text())
    if options.record:
        for name, bar in thresholds.items():
            if not name.endswith(".ratio") and "ratio" in bar and name in bench.found:
                bar["max"] = round(bench.found[name], 2)
        THRESHOLDS.write_text(json.dumps(thresholds, indent=2) + "\n")
    return 1 if options.gate and gate(bench.found, thresholds) else 0


if __name__ == "__main__":
    sys.exit(main())
