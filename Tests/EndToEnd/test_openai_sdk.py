"""The real `openai` package through the gateway."""

import openai
import pytest

SECRET_LOG = "2026-11-20T10:11:12Z ERROR deploy failed\nGITHUB_TOKEN={token}\nretrying in 5 s"


def ask(client, api, text, stream):
    """The reply's text, whichever API and way of delivery."""
    if api == "chat":
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
        answer = client.chat.completions.create(model="gpt-5", messages=messages, stream=stream)
        if stream:
            return "".join(c.choices[0].delta.content or "" for c in answer)
        return answer.choices[0].message.content
    if stream:
        with client.responses.stream(model="gpt-5", input=text, instructions="Be brief.") as events:
            deltas = "".join(e.delta for e in events if e.type == "response.output_text.delta")
            # The deltas, the item and the final response all repeat the text; they must agree.
            assert events.get_final_response().output_text == deltas
            return deltas
    return client.responses.create(model="gpt-5", input=text, instructions="Be brief.").output_text


both = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
apis = pytest.mark.parametrize("api", ["chat", "responses"])


@both
@apis
def test_a_clean_prompt_passes_and_the_reply_comes_back(world, api, stream):
    assert ask(world.openai(), api, "What is a mutex? é 😀", stream) == "Echo: What is a mutex? é 😀"
    assert len(world.standin.requests) == 1
    assert world.journal_events() == []


@both
@apis
def test_a_prompt_with_a_key_is_refused_once_with_the_ordinary_error(world, api, stream):
    token = world.github_token()
    with pytest.raises(openai.APIStatusError) as error:
        ask(world.openai(), api, SECRET_LOG.format(token=token), stream)
    assert type(error.value) in (openai.BadRequestError, openai.PermissionDeniedError)
    message = error.value.message
    for part in ("Sluice stopped this prompt", "GitHub", "line 2", "OpenAI API", "tolerated",
                 "https://github.com/settings/tokens", "Event "):
        assert part in message, message
    assert token not in str(error.value) + str(error.value.body)
    assert world.standin.requests == []
    [event] = world.wait_for_events(1)
    assert event["class_uid"] == 2006


@both
@apis
def test_a_redacted_prompt_leaves_without_the_value_and_the_reply_has_it_back(redacting, api, stream):
    token = redacting.github_token()
    text = SECRET_LOG.format(token=token)
    redacting.standin.behaviour.delta_chars = 3
    assert ask(redacting.openai(), api, text, stream) == "Echo: " + text
    assert token.encode() not in redacting.standin.bodies()
    assert b"SLUICE_" in redacting.standin.requests[0].body
    assert len(redacting.wait_for_events(1)) == 1


@apis
def test_a_placeholder_split_at_every_byte_is_restored(redacting, api):
    token = redacting.github_token()
    redacting.standin.behaviour.delta_chars = 1
    redacting.standin.behaviour.write_bytes = 1
    text = f"log: {token} end"
    assert ask(redacting.openai(), api, text, True) == "Echo: " + text


def test_tool_results_and_system_prompts_are_inspected(world):
    token = world.github_token()
    call = {"id": "c1", "type": "function", "function": {"name": "cat", "arguments": "{\"path\":\".env\"}"}}
    conversations = [
        [{"role": "system", "content": f"Use {token}"}, {"role": "user", "content": "hi"}],
        [{"role": "user", "content": "read it"}, {"role": "assistant", "tool_calls": [call]},
         {"role": "tool", "tool_call_id": "c1", "content": f"TOKEN={token}"}],
        [{"role": "user", "content": [{"type": "text", "text": "look:"}, {"type": "text", "text": token}]}],
        [{"role": "assistant", "tool_calls": [{**call, "function": {
            "name": "curl", "arguments": "{\"header\":\"Authorization: token " + token + "\"}"}}]},
         {"role": "tool", "tool_call_id": "c1", "content": "ok"}],
    ]
    for messages in conversations:
        with pytest.raises(openai.APIStatusError):
            world.openai().chat.completions.create(model="gpt-5", messages=messages)
    assert world.standin.requests == []


def test_two_turns_use_the_same_placeholder(redacting):
    token = redacting.github_token()
    client = redacting.openai()
    first = [{"role": "user", "content": f"my token is {token}"}]
    reply = client.chat.completions.create(model="gpt-5", messages=first).choices[0].message.content
    client.chat.completions.create(model="gpt-5", messages=first + [
        {"role": "assistant", "content": reply}, {"role": "user", "content": "and now?"}])
    one, two = redacting.standin.requests
    placeholder = one.json["messages"][0]["content"].removeprefix("my token is ")
    assert placeholder.startswith("SLUICE_")
    assert two.json["messages"][0]["content"] == f"my token is {placeholder}"
    assert placeholder in two.json["messages"][1]["content"]
    assert token.encode() not in redacting.standin.bodies()


def test_an_error_of_the_provider_passes_unchanged(world):
    world.standin.behaviour.fail_status = 422
    with pytest.raises(openai.UnprocessableEntityError, match="stand-in says no"):
        world.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    assert len(world.standin.requests) == 1


def test_models_can_be_listed(world):
    assert [m.id for m in world.openai().models.list()] == ["standin-1"]
