"""The real `anthropic` package through the gateway."""

import anthropic
import pytest


def ask(client, text, stream, system="Be brief."):
    request = {"model": "claude-sonnet-5", "max_tokens": 64, "system": system,
               "messages": [{"role": "user", "content": text}]}
    if stream:
        with client.messages.stream(**request) as events:
            return events.get_final_text()
    return client.messages.create(**request).content[0].text


both = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@both
def test_a_clean_prompt_passes_and_the_reply_comes_back(world, stream):
    assert ask(world.anthropic(), "What is a mutex? é 😀", stream) == "Echo: What is a mutex? é 😀"
    assert len(world.standin.requests) == 1


@both
def test_a_prompt_with_a_key_is_refused_once_with_the_ordinary_error(world, stream):
    token = world.github_token()
    with pytest.raises(anthropic.APIStatusError) as error:
        ask(world.anthropic(), f"first line\nsecond\nGH={token}", stream)
    assert type(error.value) in (anthropic.BadRequestError, anthropic.PermissionDeniedError)
    assert error.value.body["type"] == "error"
    message = error.value.body["error"]["message"]
    assert "Sluice stopped this prompt" in message and "line 3" in message and "Claude API" in message
    assert token not in str(error.value) + str(error.value.body)
    assert world.standin.requests == []
    world.wait_for_events(1)


@both
def test_a_redacted_prompt_leaves_without_the_value_and_the_reply_has_it_back(redacting, stream):
    token = redacting.github_token()
    redacting.standin.behaviour.delta_chars = 2
    text = f"It says {token} here"
    assert ask(redacting.anthropic(), text, stream) == "Echo: " + text
    assert token.encode() not in redacting.standin.bodies()


def test_system_tool_results_documents_and_token_counting_are_inspected(world):
    token = world.github_token()
    client = world.anthropic()
    tool = {"type": "tool_use", "id": "t1", "name": "read", "input": {"path": "x"}}
    prompts = [
        {"system": [{"type": "text", "text": f"key {token}"}], "messages": [{"role": "user", "content": "hi"}]},
        {"messages": [{"role": "user", "content": "go"}, {"role": "assistant", "content": [tool]},
                      {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1",
                                                    "content": [{"type": "text", "text": f"T={token}"}]}]}]},
        {"messages": [{"role": "user", "content": [
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": f"T={token}"}}]}]},
        {"messages": [{"role": "user", "content": "go"},
                      {"role": "assistant", "content": [{**tool, "input": {"deep": [{"token": token}]}}]},
                      {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "ok"}]}]},
    ]
    for prompt in prompts:
        with pytest.raises(anthropic.APIStatusError):
            client.messages.create(model="claude-sonnet-5", max_tokens=5, **prompt)
    with pytest.raises(anthropic.APIStatusError):
        client.messages.count_tokens(model="claude-sonnet-5", messages=[{"role": "user", "content": token}])
    assert world.standin.requests == []
