"""A compositor with ext-data-control, made of one with wlr-data-control: passes everything on, descriptors too, and gives the interfaces the
newer protocol's names. The messages of both are the same; the test is that ours go out and come in under the right ones."""

from __future__ import annotations

import array
import os
import socket
import struct
import threading

OLD, NEW = b"zwlr_data_control_manager_v1", b"ext_data_control_manager_v1"


def string(text: bytes) -> bytes:
    text += b"\0"
    return struct.pack("=I", len(text)) + text + b"\0" * (-len(text) % 4)


class RenamingProxy:
    def __init__(self, upstream: str, path: str):
        self.upstream = upstream
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(4)
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.upstream)
            threading.Thread(target=self.carry, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.carry, args=(server, client, False), daemon=True).start()

    def carry(self, source: socket.socket, target: socket.socket, to_server: bool) -> None:
        held = b""
        while True:
            try:
                data, ancillary, _, _ = source.recvmsg(65536, socket.CMSG_SPACE(28 * 4))
            except OSError:
                data, ancillary = b"", []
            if not data:
                for end in (source, target):
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return
            descriptors = array.array("i")
            for level, kind, content in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
            held += data
            out = b""
            while len(held) >= 8:
                size = struct.unpack("=I", held[4:8])[0] >> 16
                if len(held) < size:
                    break
                out += self.rename(held[:size], to_server)
                held = held[size:]
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)] if descriptors else []
            if out or rights:
                target.sendmsg([out], rights)
            for descriptor in descriptors:
                os.close(descriptor)

    @staticmethod
    def rename(message: bytes, to_server: bool) -> bytes:
        """wl_registry.global (event 0: name, interface, version) and wl_registry.bind (request 0: name, interface, version, id)."""
        old, new = (NEW, OLD) if to_server else (OLD, NEW)
        if string(old) not in message:
            return message
        object_id = message[:4]
        before, after = message[8:].split(string(old), 1)
        body = before + string(new) + (after if to_server else struct.pack("=I", 1))
        if to_server:
            # Version 2 of the older protocol is what the newer one says.
            body = before + string(new) + struct.pack("=I", 2) + after[4:]
        opcode = struct.unpack("=I", message[4:8])[0] & 0xFFFF
        return object_id + struct.pack("=I", (8 + len(body)) << 16 | opcode) + body
