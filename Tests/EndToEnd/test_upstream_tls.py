"""The provider's certificate is verified in full: only a good one lets a prompt leave."""

import json
import ssl
import subprocess
import threading

import pytest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from test_wire import host, post

CHAT = "/openai/v1/chat/completions"
BODY = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]}).encode()


def openssl(*arguments, folder):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)


def certificate(folder, name, subject_names, ca="ca", days=("-days", "30")):
    """A key and a certificate for the names, signed by that authority."""
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
            "-out", f"{name}.csr", "-subj", f"/CN={name}", folder=folder)
    (folder / f"{name}.ext").write_text(f"subjectAltName={subject_names}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial",
            "-out", f"{name}.pem", "-extfile", f"{name}.ext", *days, folder=folder)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    for ca in ("ca", "stranger"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{ca}.key",
                "-out", f"{ca}.pem", "-subj", f"/CN={ca}", "-days", "30", folder=folder)
    certificate(folder, "good", "DNS:localhost")
    certificate(folder, "wrong-name", "DNS:api.example.org")
    certificate(folder, "untrusted", "DNS:localhost", ca="stranger")
    certificate(folder, "expired", "DNS:localhost", days=("-days", "-1"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "self-signed.key",
            "-out", "self-signed.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "30",
            folder=folder)
    return folder


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.seen.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("name", ["good", "wrong-name", "untrusted", "expired", "self-signed"])
def test_only_a_good_certificate_lets_a_prompt_leave(start_world, lab, name):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.seen = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab / f"{name}.pem", lab / f"{name}.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    world = start_world(agent_flags=["--upstream", f"openai=https://localhost:{server.server_address[1]}",
                                     "--upstream-ca-file", lab / "ca.pem"])
    answer = world.raw(post(CHAT, BODY, [], host(world)))
    server.shutdown()
    if name == "good":
        assert answer.startswith(b"HTTP/1.1 200") and server.seen == [BODY]
    else:
        assert answer.startswith(b"HTTP/1.1 502"), answer[:200]
        assert "certificate" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"].lower()
        assert server.seen == []
