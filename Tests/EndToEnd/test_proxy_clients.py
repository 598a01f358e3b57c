"""Real programs through the proxy: trusted after `sluice ca install`, not after `remove`; and bad certificates of providers."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from device import chromium_flags, openssl, run
from test_upstream_tls import certificate
from world import World

HOST = "api.openai.com"
CHAT = f"https://{HOST}/v1/chat/completions"


@pytest.fixture
def proxied(start_world):
    """An agent whose proxy sends one provider's host to the stand-in, and a home in which its root is installed."""
    from standin import StandIn

    other = StandIn().start()
    world = start_world(agent_flags=["--upstream", f"{HOST}={other.url}"], collector=False)
    world.proxied = other
    world.ca("install", "--user-only")
    yield world
    other.stop()


def ca(world, *arguments, **options):
    return world.cli("ca", *arguments, "--root-dir", world.folder / "root", **options)


World.ca = ca


def client_env(world, trusting=True) -> dict:
    port = world.agent.url.rsplit(":", 1)[1]
    proxy = {"HTTPS_PROXY": world.agent.url, "https_proxy": world.agent.url, "PORT": port}
    if not trusting:
        return {**world.env, **proxy}
    printed = json.loads(world.ca("env", "--proxy", "--shell", "json").stdout)
    assert printed["HTTPS_PROXY"] == world.agent.url
    return {**world.env, **printed, "PORT": port}


PYTHON = {
    "urllib": "import urllib.request as u; print(u.urlopen(u.Request(URL, BODY, {'Content-Type': 'application/json'})).read().decode())",
    "requests": "import requests; print(requests.post(URL, data=BODY, headers={'Content-Type': 'application/json'}).text)",
    "httpx": "import httpx; print(httpx.post(URL, content=BODY, headers={'Content-Type': 'application/json'}).text)",
    "openai": "import openai; print(openai.OpenAI(api_key='x', max_retries=0).chat.completions.create(model='gpt-5', "
              "messages=[{'role': 'user', 'content': TEXT}]).choices[0].message.content)",
}

NODE = """
const net = require('net'), tls = require('tls');
const [host, path, body] = process.argv.slice(1);
const plain = net.connect(+process.env.PORT, '127.0.0.1', () => plain.write(`CONNECT ${host}:443 HTTP/1.1\\r\\nHost: ${host}:443\\r\\n\\r\\n`));
plain.once('data', () => {
  const s = tls.connect({socket: plain, servername: host}, () => s.write(
    `POST ${path} HTTP/1.1\\r\\nHost: ${host}\\r\\nContent-Type: application/json\\r\\nContent-Length: ${Buffer.byteLength(body)}\\r\\nConnection: close\\r\\n\\r\\n${body}`));
  s.on('data', d => process.stdout.write(d)); s.on('error', e => { console.error(e.code); process.exit(1) });
});
"""


def speak(world, client, env, text) -> bytes:
    """Sends a chat request with the text, and returns what the program printed."""
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": text}]})
    if client == "curl":
        return run(["curl", "-sS", "-H", "Content-Type: application/json", "-d", body, CHAT], env).stdout
    if client == "node":
        return run(["node", "-e", NODE, HOST, "/v1/chat/completions", body], env).stdout
    if client == "chromium":
        profile = world.folder / "chromium"
        done = run(["chromium", *chromium_flags(profile), f"--proxy-server={world.agent.url}", "--dump-dom",
                    f"https://{HOST}/v1/models"], env, 120)
        return done.stdout
    program = f"URL={CHAT!r}\nBODY={body.encode()!r}\nTEXT={text!r}\n{PYTHON[client]}"
    return run([sys.executable, "-c", program], env).stdout


@pytest.mark.parametrize("client", ["curl", "node", *PYTHON, "chromium"])
def test_a_program_trusts_the_proxy_after_install_and_not_after_remove(proxied, client):
    if client in ("curl", "node", "chromium") and not shutil.which(client):
        pytest.skip(f"{client} is not installed")
    expected = b"standin-1" if client == "chromium" else b"hello to the stand-in"
    answer = speak(proxied, client, client_env(proxied), "hello to the stand-in")
    assert expected in answer, proxied.agent.log[-1500:]
    assert len(proxied.proxied.requests) >= 1
    before = len(proxied.proxied.requests)
    proxied.ca("remove", "--yes", "--user-only")
    shutil.rmtree(proxied.folder / "chromium", ignore_errors=True)
    assert expected not in speak(proxied, client, client_env(proxied, trusting=False), "hello to the stand-in")
    assert len(proxied.proxied.requests) == before


def test_a_program_without_the_variables_does_not_trust_it(proxied):
    assert b"hello" not in speak(proxied, "curl", client_env(proxied, trusting=False), "hello")
    assert proxied.proxied.requests == []


def test_a_secret_is_stopped_for_a_program_that_names_the_provider_itself(proxied):
    token = proxied.github_token()
    answer = speak(proxied, "requests", client_env(proxied), f"deploy with {token}")
    assert b"error" in answer and token.encode() not in proxied.proxied.bodies()


# Bad certificates of providers


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    for name in ("ca", "stranger"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "30", folder=folder)
    certificate(folder, "good", "DNS:localhost")
    certificate(folder, "wrong-name", "DNS:api.example.org")
    certificate(folder, "untrusted-root", "DNS:localhost", ca="stranger")
    certificate(folder, "expired", "DNS:localhost", days=("-days", "-1"))
    certificate(folder, "not-yet-valid", "DNS:localhost", days=("-not_before", "20400101000000Z", "-not_after", "20410101000000Z")) \
        if newer_openssl() else None
    weak(folder, "weak-key", ["rsa:1024"], "sha256")
    weak(folder, "weak-digest", ["rsa:2048"], "sha1")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "self-signed.key",
            "-out", "self-signed.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "30",
            folder=folder)
    # RFC 7633: a certificate that says "refuse me without a stapled OCSP reply".
    extended(folder, "must-staple", "tlsfeature=status_request\n")
    extended(folder, "client-only", "extendedKeyUsage=clientAuth\n")
    extended(folder, "no-host-names", "", names="")
    return folder


def newer_openssl() -> bool:
    return b"-not_before" in subprocess.run(["openssl", "x509", "-help"], capture_output=True).stderr


def weak(folder, name, key, digest):
    openssl("req", "-newkey", *key, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}", folder=folder)
    (folder / f"{name}.ext").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", f"-{digest}", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", f"{name}.pem", "-extfile", f"{name}.ext", "-days", "30", folder=folder)


def extended(folder, name, extensions, names="subjectAltName=DNS:localhost\n"):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out",
            f"{name}.csr", "-subj", "/CN=localhost", folder=folder)
    (folder / f"{name}.ext").write_text(names + extensions)
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.pem",
            "-extfile", f"{name}.ext", "-days", "30", folder=folder)


BAD = ["wrong-name", "untrusted-root", "expired", "not-yet-valid", "self-signed", "weak-key", "weak-digest", "must-staple",
       "client-only", "no-host-names"]


@pytest.mark.parametrize("name", ["good", *BAD])
def test_a_bad_certificate_of_the_provider_is_refused_with_a_clear_page(start_world, lab, name):
    import ssl
    import threading
    from http.server import ThreadingHTTPServer

    from test_upstream_tls import Provider

    if not (lab / f"{name}.pem").exists():
        pytest.skip("this OpenSSL makes no such certificate")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.seen = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(lab / f"{name}.pem", lab / f"{name}.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    world = start_world(collector=False, agent_flags=["--upstream", f"{HOST}=https://localhost:{server.server_address[1]}",
                                                      "--upstream-ca-file", lab / "ca.pem"])
    world.ca("install", "--user-only")
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]})
    done = run(["curl", "-sS", "-i", "-H", "Content-Type: application/json", "-d", body, CHAT], client_env(world))
    head, _, page = done.stdout.rpartition(b"\r\n\r\n")
    server.shutdown()
    server.server_close()
    if name == "good":
        assert b" 200 " in head and server.seen == [body.encode()]
        return
    assert head.rpartition(b"HTTP/")[2].split(b" ")[1] == b"502", done.stdout + done.stderr
    message = json.loads(page)["error"]["message"]
    assert "certificate" in message.lower() and "Nothing was sent" in message, message
    assert server.seen == []
