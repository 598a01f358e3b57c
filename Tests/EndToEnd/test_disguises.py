"""What becomes of a key that is dressed up: the table in docs/limits.md, measured through an assistant's hook."""

import base64
import codecs
import gzip
import io
import json
import re
import struct
import zipfile
import zlib

from test_hooks import ask, prompt
from world import ROOT, github_token


def png(text: str) -> bytes:
    """A picture whose pixels are the text's bytes, uncompressed to the eye of nobody."""
    rows = b"\0" + text.encode()
    piece = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # noqa: E731
    head = struct.pack(">IIBBBBB", len(text), 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", zlib.compress(rows)) + piece(b"IEND", b"")


def zipped(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", text)
    return out.getvalue()


# Form -> the messages in which it goes, and the file that they mention.
FORMS = {
    "as it is": lambda key: ([f"use {key} here"], None),
    "split over two messages": lambda key: ([f"first half: {key[:20]}", f"second half: {key[20:]}"], None),
    "reversed": lambda key: ([f"backwards: {key[::-1]}"], None),
    "with spaces between its characters": lambda key: (["spaced: " + " ".join(key)], None),
    "in hexadecimal": lambda key: ([f"hex: {key.encode().hex()}"], None),
    "in hexadecimal, with spaces": lambda key: ([f"hex: {key.encode().hex(' ')}"], None),
    "in base64": lambda key: ([f"b64: {base64.b64encode(key.encode()).decode()}"], None),
    "in rot13": lambda key: ([f"rot13: {codecs.encode(key, 'rot13')}"], None),
    "in gzip and base64": lambda key: ([f"gz: {base64.b64encode(gzip.compress(key.encode())).decode()}"], None),
    "in a zip file": lambda key: (["look at @notes.zip"], ("notes.zip", zipped(f"use {key} here"))),
    "in a PNG": lambda key: (["look at @picture.png"], ("picture.png", png(f"use {key} here"))),
}


def published() -> dict[str, str]:
    text = (ROOT / "docs/limits.md").read_text()
    section = text.split("## A key in disguise", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([^|]+?) \| (caught|opaque|missed) \|$", section, re.M)
    return dict(rows)


def test_the_published_table_is_what_happens(start_world):
    world = start_world(collector=False)
    measured = {}
    for index, (form, make) in enumerate(FORMS.items()):
        key = world.plant(github_token(600 + index))
        messages, file = make(key)
        work = world.folder / f"work-{index}"
        work.mkdir()
        if file:
            (work / file[0]).write_bytes(file[1])
        before = len(world.journal_events())
        for message in messages:
            ask(world, "claude-code", prompt("claude-code", message, cwd=str(work)))
        if file:
            # The file is the test's own, and holds the key.
            (work / file[0]).unlink()
        new = json.dumps(world.journal_events()[before:])
        measured[form] = "caught" if "github" in new.lower() else "opaque" if new != "[]" else "missed"
    assert measured == published()
