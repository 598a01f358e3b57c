"""Real clients through the forward proxy: curl in HTTP/1.1 and HTTP/2, and the providers' own SDKs with HTTPS_PROXY."""

import gzip
import json
import os
import socket
import subprocess

import pytest

CHAT = "https://api.openai.com/v1/chat/completions"
versions = pytest.mark.parametrize("version", ["--http1.1", "--http2"])


def install(world) -> None:
    """Makes the device's authority in the world's own folders, and lets the agent take it up."""
    done = world.cli("ca", "install", "--user-only", "--root-dir", world.folder / "root", expect=None)
    assert done.returncode == 0, done.stderr.decode()
    world.cli("agent", "reload")


@pytest.fixture
def proxied(world):
    install(world)
    return world


@pytest.fixture
def redacting_proxy(redacting):
    install(redacting)
    return redacting


def root(world):
    return world.folder / "state/sluice/ca/root.pem"


def curl(world, version, url, *arguments, body: bytes | None = None, status=200) -> bytes:
    """What curl got; the status and the version of HTTP must be as expected."""
    path = world.folder / "curl.out"
    command = ["curl", "-sS", version, "-m", "20", "-x", world.agent.url, "--cacert", str(root(world)), "-o", str(path),
               "-w", "%{http_code} %{http_version}", url, *arguments]
    if body is not None:
        command += ["--data-binary", "@-", "-H", "Content-Type: application/json"]
    done = subprocess.run(command, input=body, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == f"{status} {'2' if version == '--http2' else '1.1'}"
    answer = path.read_bytes()
    path.unlink()
    return answer


def chat(text, **fields) -> bytes:
    return json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": text}], **fields}).encode()


@versions
def test_curl_reaches_the_provider_and_a_clean_body_is_the_same(proxied, version):
    body = chat("What is a mutex? é 😀")
    assert b"Echo: What" in curl(proxied, version, CHAT, body=body)
    (request,) = proxied.standin.requests
    assert request.body == body and request.header("host") == "api.openai.com"
    assert proxied.journal_events() == []


@versions
def test_a_key_is_stopped_on_its_way_through_the_proxy(proxied, version):
    answer = curl(proxied, version, CHAT, body=chat("GITHUB_TOKEN=" + proxied.github_token()), status=403)
    assert "Sluice stopped" in json.loads(answer)["error"]["message"]
    assert proxied.standin.requests == []
    (event,) = proxied.journal_events()
    assert "proxy" in json.dumps(event)


@versions
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_value_is_replaced_on_the_way_out_and_comes_back(redacting_proxy, version, stream):
    world = redacting_proxy
    token = world.github_token()
    world.standin.behaviour.write_bytes = 1 if stream else 0
    answer = curl(world, version, CHAT, body=chat(f"GITHUB_TOKEN={token}", stream=stream))
    assert token.encode() not in world.standin.bodies()
    text = "".join(
        json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in answer.decode().splitlines()
        if line.startswith("data: {")) if stream else json.loads(answer)["choices"][0]["message"]["content"]
    assert token in text


@versions
def test_a_large_body_waits_for_its_100(proxied, version):
    body = chat("words and words " * 200_000)
    curl(proxied, version, "https://api.openai.com/v1/chat/completions", "-H", "Expect: 100-continue", body=body)
    assert proxied.standin.requests[-1].body == body


@versions
def test_a_coded_body_is_read_and_goes_on_as_it_was(proxied, version):
    body = gzip.compress(chat("hello"))
    curl(proxied, version, CHAT, "-H", "Content-Encoding: gzip", body=body)
    (request,) = proxied.standin.requests
    assert request.body == body and request.header("content-encoding") == "gzip"
    coded = gzip.compress(chat("GITHUB_TOKEN=" + proxied.github_token()))
    curl(proxied, version, CHAT, "-H", "Content-Encoding: gzip", body=coded, status=403)
    assert len(proxied.standin.requests) == 1


@pytest.fixture
def environment(monkeypatch):
    def use(world):
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, world.agent.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(world.folder / "state/sluice/ca/bundle.pem"))

    return use


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_the_sdk_of_openai_needs_two_variables_only(redacting_proxy, environment, stream):
    import openai

    world = redacting_proxy
    environment(world)
    token = world.github_token()
    client = openai.OpenAI(api_key="sk-" + "test-client", max_retries=0)
    answer = client.chat.completions.create(
        model="gpt-5", messages=[{"role": "user", "content": f"GITHUB_TOKEN={token}"}], stream=stream)
    text = "".join(c.choices[0].delta.content or "" for c in answer) if stream else answer.choices[0].message.content
    assert token in text
    assert token.encode() not in world.standin.bodies() and len(world.standin.requests) == 1


def test_the_sdk_of_anthropic_shows_the_refusal(proxied, environment):
    import anthropic

    environment(proxied)
    client = anthropic.Anthropic(api_key="test-client", max_retries=0)
    ask = {"model": "claude-sonnet-4-5", "max_tokens": 10}
    answer = client.messages.create(messages=[{"role": "user", "content": "hello"}], **ask)
    assert answer.content[0].text == "Echo: hello"
    with pytest.raises(anthropic.BadRequestError, match="Sluice stopped"):
        client.messages.create(
            messages=[{"role": "user", "content": "GITHUB_TOKEN=" + proxied.github_token()}], **ask)
    assert len(proxied.standin.requests) == 1


@pytest.mark.parametrize("target", ["127.0.0.1:443", "[::1]:443", "localhost:443", "169.254.169.254:80", "0x7f.1:443",
                                    "2130706433:443", "[::ffff:127.0.0.1]:443", "example.org:22"])
def test_nothing_of_this_machine_or_its_cloud_is_connected_to(world, target):
    answer = world.raw(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403"), answer[:200]


def test_without_an_authority_a_provider_is_refused(world):
    answer = world.raw(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 503") and b"sluice ca install" in answer


def own_address() -> str | None:
    """An address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
            return s.getsockname()[0]
        except OSError:
            return None


@pytest.mark.skipif(not own_address(), reason="this machine has no address but loopback")
def test_any_other_host_is_tunnelled_byte_for_byte(start_world):
    listener = socket.create_server((own_address(), 0))
    port = listener.getsockname()[1]
    world = start_world()
    settings = world.folder / "config/sluice"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "agent.toml").write_text(f"[proxy]\nports = [{port}]\n")
    world.agent.stop()
    world.agent.start()
    gate = int(world.agent.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", gate), timeout=10) as client:
        name = f"{own_address()}:{port}"
        client.sendall(f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        server, _ = listener.accept()
        server.settimeout(10)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        assert head.startswith(b"HTTP/1.1 200")
        sent = os.urandom(200_000)
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        got = b""
        while piece := server.recv(65536):
            got += piece
        assert got == sent
        # The other direction is still open.
        server.sendall(b"the end")
        server.close()
        last = b""
        while piece := client.recv(65536):
            last += piece
        assert last == b"the end"
    listener.close()
