"""A local stand-in for the providers' APIs: OpenAI chat completions and Responses, Anthropic messages.

It keeps every request as it came over the wire (request line, header fields in order, body bytes), so that a test can
compare what left with what the client sent, and it answers in the provider's own shapes, streamed or not. The answer
repeats the prompt's last text, so that a placeholder that went out comes back in the reply.

Standard library only: the demo runs it without installing anything. Alone: `python3 standin.py --port 9999`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Request:
    """One request as it stood on the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        return values[-1] if values else None

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Behaviour:
    """How the next answers are given; a test changes it between calls."""

    # Characters of text in one streamed delta.
    delta_chars: int = 7
    # Bytes written to the socket at once while streaming; 0 writes an event whole.
    write_bytes: int = 0
    # Seconds between two streamed events.
    event_pause: float = 0.0
    # Answers every request with this status instead.
    fail_status: int | None = None
    # Answers this text instead of repeating the prompt.
    fixed_text: str | None = None
    # Answers this JSON to anything.
    fixed_json: dict | None = None
    # Closes the connection after each answer.
    close: bool = False


class StandIn:
    """The server; `start()` returns when it listens, `stop()` when it has ended."""

    def __init__(self, port: int = 0):
        self.port = port
        self.requests: list[Request] = []
        self.behaviour = Behaviour()
        self.connections = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "StandIn":
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the stand-in did not start")
        return self

    def stop(self) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    def bodies(self) -> bytes:
        """Everything that any request carried, to search for a value that must not have left."""
        heads = b"".join(f"{n}: {v}\n".encode() for r in self.requests for n, v in r.headers)
        return heads + b"\n".join(r.body for r in self.requests)

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

        async def listen():
            server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 20)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()

        self._loop.run_until_complete(listen())
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                request = await self._read(reader, writer)
                if request is None:
                    break
                self.requests.append(request)
                await self._answer(request, writer)
                if self.behaviour.close:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _read(self, reader, writer) -> Request | None:
        line = await reader.readline()
        if not line:
            return None
        method, target, _ = line.decode("latin-1").rstrip("\r\n").split(" ", 2)
        headers: list[tuple[str, str]] = []
        while True:
            raw = (await reader.readline()).decode("latin-1").rstrip("\r\n")
            if not raw:
                break
            name, _, value = raw.partition(":")
            headers.append((name, value.strip()))
        lower = {n.lower(): v for n, v in headers}
        if lower.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = b""
        if "content-length" in lower:
            body = await reader.readexactly(int(lower["content-length"]))
        elif lower.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = int((await reader.readline()).split(b";")[0], 16)
                chunk = await reader.readexactly(size + 2)
                if size == 0:
                    break
                body += chunk[:-2]
        return Request(method, target, headers, body)

    # Answers

    async def _answer(self, request: Request, writer) -> None:
        path = request.target.split("?")[0]
        if self.behaviour.fail_status:
            error = {"error": {"message": "stand-in says no", "type": "invalid_request_error", "param": None, "code": None}}
            return await self._json(writer, error, self.behaviour.fail_status)
        if self.behaviour.fixed_json is not None:
            return await self._json(writer, self.behaviour.fixed_json)
        if request.method in ("GET", "HEAD"):
            return await self._json(writer, {"object": "list", "data": [{"id": "standin-1", "object": "model"}]})
        try:
            body = json.loads(request.body)
        except ValueError:
            return await self._json(writer, {"received": len(request.body)})
        text = self.behaviour.fixed_text
        if path.endswith("/chat/completions"):
            text = text if text is not None else "Echo: " + last_text(body.get("messages", []))
            if body.get("stream"):
                return await self._stream(writer, chat_events(text, body, self.behaviour.delta_chars))
            return await self._json(writer, chat_reply(text, body))
        if path.endswith("/responses"):
            text = text if text is not None else "Echo: " + responses_text(body.get("input", ""))
            if body.get("stream"):
                return await self._stream(writer, responses_events(text, body, self.behaviour.delta_chars))
            return await self._json(writer, responses_reply(text, body))
        if path.endswith("/messages"):
            text = text if text is not None else "Echo: " + last_text(body.get("messages", []))
            if body.get("stream"):
                return await self._stream(writer, messages_events(text, body, self.behaviour.delta_chars))
            return await self._json(writer, messages_reply(text, body))
        if path.endswith("/count_tokens"):
            return await self._json(writer, {"input_tokens": len(request.body) // 4})
        return await self._json(writer, {"received": len(request.body)})

    async def _json(self, writer, value, status: int = 200) -> None:
        body = json.dumps(value).encode()
        head = (
            f"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nX-Request-Id: standin\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()

    async def _stream(self, writer, events: list[bytes]) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        step = self.behaviour.write_bytes
        for event in events:
            pieces = [event] if step == 0 else [event[i : i + step] for i in range(0, len(event), step)]
            for piece in pieces:
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                await writer.drain()
                if step:
                    await asyncio.sleep(0)
            if self.behaviour.event_pause:
                await asyncio.sleep(self.behaviour.event_pause)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def text_of(content) -> str:
    if isinstance(content, str):
        return content
    parts = []
    for part in content or []:
        if isinstance(part, dict):
            parts.append(part.get("text") or text_of(part.get("content") or []))
    return "\n".join(p for p in parts if p)


def last_text(messages: list) -> str:
    for message in reversed(messages):
        text = text_of(message.get("content"))
        if text:
            return text
    return ""


def responses_text(value) -> str:
    if isinstance(value, str):
        return value
    for item in reversed(value):
        text = text_of(item.get("content") or item.get("output") or "")
        if text:
            return text
    return ""


def pieces(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)] or [""]


def sse(data: dict | str, event: str | None = None) -> bytes:
    body = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {event}\n" if event else "").encode() + f"data: {body}\n\n".encode()


def chat_reply(text: str, body: dict) -> dict:
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": int(time.time()), "model": body.get("model", "m"),
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def chat_events(text: str, body: dict, size: int) -> list[bytes]:
    def chunk(delta, finish=None):
        return sse({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model", "m"),
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        })

    events = [b": keep-alive\n\n", chunk({"role": "assistant", "content": ""})]
    events += [chunk({"content": piece}) for piece in pieces(text, size)]
    return events + [chunk({}, "stop"), sse("[DONE]")]


def output_item(text: str, status: str = "completed") -> dict:
    return {
        "type": "message", "id": "msg_1", "status": status, "role": "assistant",
        "content": [{"type": "output_text", "text": text, "annotations": []}] if status == "completed" else [],
    }


def responses_reply(text: str, body: dict, status: str = "completed") -> dict:
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": body.get("model", "m"),
        "output": [output_item(text)] if status == "completed" else [], "parallel_tool_calls": True, "tool_choice": "auto",
        "tools": [], "metadata": {}, "error": None, "incomplete_details": None, "instructions": None, "temperature": 1.0,
        "top_p": 1.0,
    }


def responses_events(text: str, body: dict, size: int) -> list[bytes]:
    number = iter(range(10_000_000))

    def event(kind: str, **fields) -> bytes:
        return sse({"type": kind, "sequence_number": next(number), **fields}, kind)

    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    events = [
        event("response.created", response=responses_reply("", body, "in_progress")),
        event("response.output_item.added", output_index=0, item=output_item("", "in_progress")),
        event("response.content_part.added", **place, part=part),
    ]
    events += [event("response.output_text.delta", **place, delta=p, logprobs=[]) for p in pieces(text, size)]
    events += [
        event("response.output_text.done", **place, text=text, logprobs=[]),
        event("response.content_part.done", **place, part={**part, "text": text}),
        event("response.output_item.done", output_index=0, item=output_item(text)),
        event("response.completed", response=responses_reply(text, body)),
    ]
    return events


def messages_reply(text: str, body: dict) -> dict:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": body.get("model", "m"),
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def messages_events(text: str, body: dict, size: int) -> list[bytes]:
    def event(kind: str, **fields) -> bytes:
        return sse({"type": kind, **fields}, kind)

    start = {**messages_reply("", body), "content": [], "stop_reason": None}
    events = [
        event("message_start", message=start),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        event("ping"),
    ]
    events += [
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece}) for piece in pieces(text, size)
    ]
    return events + [
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 1}),
        event("message_stop"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    server = StandIn(parser.parse_args().port).start()
    print(f"stand-in ready on {server.url}", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.stop()
