#!/usr/bin/env python3
"""The agent's start time, idle memory and idle wake-ups, against the bars of the design.

Start is the time from exec to the ready line, the median of several starts. Memory is read after a few idle seconds.
Wake-ups are context switches of all its threads while nothing happens.

    python3 Benchmarks/footprint.py [--bin .build/release] [--gate]

With --gate the status is 1 where a bar is broken.
"""

import argparse
import os
import shutil
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))
MAX_RSS_MIB = 35
MAX_PRIVATE_MIB = 10
# One a second is the monitor that libdispatch, under Swift's concurrency, keeps on Linux; ours may not add to it.
MAX_SWITCHES_A_SECOND = 1.5
IDLE_SECONDS = 8


def switches(pid: int) -> dict[str, int]:
    """Times that each thread has gone to sleep so far."""
    counts = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                counts[task.name] = int(line.split()[1])
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / ".build/release", type=Path)
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    os.environ["SLUICE_BIN"] = str(options.bin.resolve())
    from world import World, temporary_folder

    starts = []
    folder = temporary_folder()
    world = World(folder)
    try:
        for _ in range(5):
            world.agent.stop()
            began = time.monotonic()
            world.agent.start()
            starts.append((time.monotonic() - began) * 1000)
        time.sleep(3)
        pid = world.agent.process.pid
        before = switches(pid)
        time.sleep(IDLE_SECONDS)
        after = switches(pid)
        rate = sum(after[thread] - before.get(thread, 0) for thread in after) / IDLE_SECONDS
        fields = dict(l.split(":", 1) for l in Path(f"/proc/{pid}/status").read_text().splitlines())
        rss, private = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))
        threads = fields["Threads"].strip()
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
    size = (options.bin / "sluice").stat().st_size / 1048576
    print(f"agent: start {statistics.median(starts):.0f} ms (to the ready line, polled every 20 ms), "
          f"idle RSS {rss:.1f} MiB (bar {MAX_RSS_MIB}), private {private:.1f} MiB (bar {MAX_PRIVATE_MIB}), "
          f"{rate:.2f} wake-ups/s (gate {MAX_SWITCHES_A_SECOND}, one of them libdispatch's), {threads} threads, executable {size:.0f} MiB")
    broken = rss > MAX_RSS_MIB or private > MAX_PRIVATE_MIB or rate > MAX_SWITCHES_A_SECOND
    return 1 if options.gate and broken else 0


if __name__ == "__main__":
    sys.exit(main())
