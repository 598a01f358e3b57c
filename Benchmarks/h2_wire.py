"""Just enough of HTTP/2 (RFC 9113) to send one request after the other, and to answer each with the same bytes.

Fields are literals without a table (RFC 7541, 6.2.2), so nothing of a peer's state matters; replies are read up to the frame that ends
their stream.
"""

from __future__ import annotations

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
MAX_FRAME = 16_384
WIDE = (1 << 30) - 65_535


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def field(name: str, value: str) -> bytes:
    def text(s: str) -> bytes:
        raw = s.encode()
        # An integer with a prefix of seven bits.
        if len(raw) < 127:
            return bytes((len(raw),)) + raw
        rest, out = len(raw) - 127, bytearray((127,))
        while rest >= 128:
            out.append(rest % 128 + 128)
            rest //= 128
        out.append(rest)
        return bytes(out) + raw

    return b"\0" + text(name) + text(value)


class Reader:
    """Frames of a connection, one by one."""

    def __init__(self, connection: socket.socket):
        self.connection, self.buffer = connection, bytearray()

    def fill(self, count: int) -> None:
        while len(self.buffer) < count:
            piece = self.connection.recv(1 << 18)
            if not piece:
                raise ConnectionError("the peer closed")
            self.buffer += piece

    def next(self):
        self.fill(9)
        size = int.from_bytes(self.buffer[:3], "big")
        self.fill(9 + size)
        kind, flags, stream = self.buffer[3], self.buffer[4], int.from_bytes(self.buffer[5:9], "big") & 0x7FFFFFFF
        payload = bytes(self.buffer[9 : 9 + size])
        del self.buffer[: 9 + size]
        return kind, flags, stream, payload


class Client:
    """One connection; `ask` sends a POST and returns when its reply has ended."""

    def __init__(self, connection: socket.socket, authority: str):
        self.connection, self.authority = connection, authority
        self.reader, self.stream, self.window = Reader(connection), 1, 65_535
        # SETTINGS_INITIAL_WINDOW_SIZE of ours, and a wide window for the connection.
        connection.sendall(PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 20)) + frame(WINDOW, 0, 0, struct.pack(">I", WIDE)))
        while True:
            kind, flags, _, _ = self._next()
            if kind == SETTINGS and not flags & ACK:
                break

    def _next(self):
        kind, flags, stream, payload = self.reader.next()
        if kind == SETTINGS and not flags & ACK:
            self.connection.sendall(frame(SETTINGS, ACK, 0))
        elif kind == WINDOW and stream == 0:
            self.window += int.from_bytes(payload, "big")
        elif kind == PING and not flags & ACK:
            self.connection.sendall(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            raise ConnectionError(f"the peer goes away: {payload[4:8].hex()} {payload[8:]!r}")
        return kind, flags, stream, payload

    def ask(self, path: str, body: bytes) -> bytes:
        stream, self.stream = self.stream, self.stream + 2
        block = b"".join(
            field(n, v) for n, v in ((":method", "POST"), (":scheme", "https"), (":authority", self.authority), (":path", path),
                                     ("content-type", "application/json"), ("authorization", "Bearer bench"),
                                     ("content-length", str(len(body)))))
        out = [frame(HEADERS, END_HEADERS, stream, block)]
        for at in range(0, len(body), MAX_FRAME):
            piece = body[at : at + MAX_FRAME]
            while self.window < len(piece):
                self.connection.sendall(b"".join(out))
                out = []
                self._next()
            self.window -= len(piece)
            out.append(frame(DATA, END_STREAM if at + MAX_FRAME >= len(body) else 0, stream, piece))
        self.connection.sendall(b"".join(out))
        answer = b""
        while True:
            kind, flags, of, payload = self._next()
            if of != stream:
                continue
            if kind == DATA:
                answer += payload
            if kind in (DATA, HEADERS) and flags & END_STREAM:
                return answer
            if kind not in (DATA, HEADERS, WINDOW):
                raise ConnectionError(f"frame {kind} on the stream")


def serve(connection: socket.socket, reply: bytes) -> None:
    """Answers every request of a connection with status 200 and the same body."""
    reader = Reader(connection)
    reader.fill(len(PREFACE))
    del reader.buffer[: len(PREFACE)]
    connection.sendall(frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 20)) + frame(WINDOW, 0, 0, struct.pack(">I", WIDE)))
    taken = 0
    # :status 200 stands in the static table; a length as a literal.
    head = b"\x88" + field("content-type", "application/json") + field("content-length", str(len(reply)))
    while True:
        kind, flags, stream, payload = reader.next()
        if kind == SETTINGS and not flags & ACK:
            connection.sendall(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            connection.sendall(frame(PING, ACK, 0, payload))
        elif kind == DATA:
            taken += len(payload)
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            refill = frame(WINDOW, 0, 0, struct.pack(">I", taken)) if taken else b""
            taken = 0
            connection.sendall(refill + frame(HEADERS, END_HEADERS, stream, head) + frame(DATA, END_STREAM, stream, reply))
