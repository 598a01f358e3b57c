"""No input makes a scan slow: ten times the work of clean text, or it ends as incomplete and says so."""

import os
import subprocess
import time

import pytest
from world import BIN, PACK

SIZE = 4 << 20
CLEAN = b"2016-12-20 00:04:03,231 INFO [Controller 0]: partition __consumer_offsets,47 moved from 2 to 0 (kafka.Log)\n"
INPUTS = {
    "one letter": b"a", "digits": b"4242", "digit groups": b"4242 ", "at signs": b"@", "quotes": b'"', "NUL": b"\0a",
    "invalid UTF-8": b"\xff\xc0\x80\xfe ", "backslashes": b"\\", "percent signs": b"%25", "words": b"password ",
    "assignments": b"password=", "quoted assignments": b'password="', "prefixes": b"ghp_", "mails": b"a@b.co ",
    "key heads": b"-----BEGIN PRIVATE KEY-----\n", "nested base64": b"WVdGaFlXRmhZV0ZoWVdGaFlXRT0K", "braces": b'{"a":',
    "escapes": b"\\u0041", "newlines": b"\n", "bearer": b"Authorization: Bearer ", "urls": b"https://a:b@c/",
}


def work(path) -> tuple[float, int]:
    """User seconds of the whole process, the better of two, and its status."""
    best = 1e9
    for _ in range(2):
        child = subprocess.Popen([str(BIN / "sluice"), "scan", "--threads", "1", "--format", "json", str(path)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SLUICE_PACK": str(PACK)})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = 0
        best = min(best, usage.ru_utime)
    return best, os.waitstatus_to_exitcode(status)


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    path = tmp_path_factory.mktemp("clean") / "clean.log"
    path.write_bytes((CLEAN * (SIZE // len(CLEAN) + 1))[:SIZE])
    return work(path)[0]


@pytest.mark.parametrize("name", INPUTS)
def test_costs_ten_times_clean_text_at_most(clean, tmp_path, name):
    path = tmp_path / "hostile.log"
    path.write_bytes((INPUTS[name] * (SIZE // len(INPUTS[name]) + 1))[:SIZE])
    began = time.monotonic()
    seconds, status = work(path)
    assert status in (0, 1, 2)
    assert seconds < 10 * clean or status == 2, f"{seconds:.2f} s against {clean:.2f} s of clean text"
    # Also what ends as incomplete ends soon.
    assert time.monotonic() - began < 60
