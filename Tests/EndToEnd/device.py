"""A private home with the device's certificate authority in it, and TLS servers under it or under a key that was stolen from it."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from world import BIN, PACK

GREETING = b"the stand-in behind the certificate"


def openssl(*arguments, folder):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)


class Device:
    """`sluice ca` in folders of its own; the system's stores stay as they are."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sluice-ca-", dir="/tmp"))
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "LANG": "C.UTF-8", "NO_COLOR": "1",
            "XDG_STATE_HOME": str(self.folder / "state"), "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"), "SLUICE_PACK": str(PACK),
        }
        for name in ("home", "state", "config", "run"):
            (self.folder / name).mkdir(mode=0o700)
        self.ca = self.folder / "state/sluice/ca"
        self.root_folder = self.folder / "root"

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def cli(self, *arguments, expect=0, root_dir=True, **options) -> str:
        extra = ["--root-dir", self.root_folder] if root_dir and arguments[0] == "ca" else []
        done = subprocess.run([str(BIN / "sluice"), *map(str, [*arguments, *extra])], capture_output=True, text=True,
                              env=self.env, timeout=120, stdin=subprocess.DEVNULL, **options)
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def install(self) -> str:
        return self.cli("ca", "install", "--user-only")

    def client_env(self, *flags) -> dict:
        """Our environment with what `sluice ca env` adds."""
        return {**self.env, **json.loads(self.cli("ca", "env", "--shell", "json", *flags))}

    # What a thief of the agent's key can do

    def steal(self) -> None:
        parts = (self.ca / "authority.pem").read_text().split("-----BEGIN ")[1:]
        for name, part in zip(("root.pem", "intermediate.pem", "intermediate.key"), parts, strict=True):
            (self.folder / name).write_text("-----BEGIN " + part)

    def forge(self, name: str, subject_names: str, subject: str = "/", ca: bool = False) -> Path:
        """A certificate signed with the stolen key; returns the file with leaf and intermediate, the key beside it."""
        self.steal()
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.csr", "-subj", subject, folder=self.folder)
        lines = [f"subjectAltName={'critical,' if subject == '/' else ''}{subject_names}"] if subject_names else []
        lines.append("basicConstraints=critical,CA:TRUE" if ca else "extendedKeyUsage=serverAuth")
        (self.folder / f"{name}.ext").write_text("\n".join(lines) + "\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "intermediate.pem", "-CAkey", "intermediate.key",
                "-CAcreateserial", "-days", "5", "-out", f"{name}.leaf.pem", "-extfile", f"{name}.ext", folder=self.folder)
        chain = self.folder / f"{name}.chain.pem"
        chain.write_text((self.folder / f"{name}.leaf.pem").read_text() + (self.folder / "intermediate.pem").read_text())
        return chain


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(GREETING)))
        self.end_headers()
        self.wfile.write(GREETING)

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that refuses the certificate breaks off: that is what is tested


class TLSServer:
    """Serves one page under a certificate."""

    def __init__(self, chain: Path, key: Path):
        self.server = _Server(("127.0.0.1", 0), _Page)
        self.server.seen = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def seen(self) -> list[str]:
        return self.server.seen

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def run(command, env, seconds=60) -> subprocess.CompletedProcess:
    return subprocess.run([str(c) for c in command], env=env, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)


PYTHON_CLIENT = """
import socket, ssl, sys
host, port = sys.argv[1], int(sys.argv[2])
with socket.create_connection(("127.0.0.1", port), 10) as plain:
    with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as tls:
        tls.sendall(f"GET / HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n".encode())
        data = b""
        while chunk := tls.recv(4096):
            data += chunk
print(data.decode())
"""

NODE_CLIENT = """
const [host, port] = process.argv.slice(1);
const s = require('tls').connect({host: '127.0.0.1', port: +port, servername: require('net').isIP(host) ? undefined : host,
  checkServerIdentity: (_, c) => require('tls').checkServerIdentity(host, c)}, () =>
  s.write(`GET / HTTP/1.1\\r\\nHost: ${host}\\r\\nConnection: close\\r\\n\\r\\n`));
s.on('data', d => process.stdout.write(d)); s.on('error', e => { console.error(e.code); process.exit(1) });
"""


def chromium_flags(profile: Path) -> list:
    return ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=8000",
            f"--user-data-dir={profile}"]


class Clients:
    """Each returns whether it got the page at https://HOST:PORT, HOST being this machine. None where it is not installed."""

    @staticmethod
    def curl(device, env, host, port):
        if not shutil.which("curl"):
            return None
        address = f"[{host}]" if ":" in host else host
        return GREETING in run(["curl", "-s", "--resolve", f"{host}:{port}:127.0.0.1", f"https://{address}:{port}/"], env).stdout

    @staticmethod
    def python_ssl(device, env, host, port):
        import sys

        return GREETING in run([sys.executable, "-c", PYTHON_CLIENT, host, port], env).stdout

    @staticmethod
    def node(device, env, host, port):
        if not shutil.which("node"):
            return None
        return GREETING in run(["node", "-e", NODE_CLIENT, host, port], env).stdout

    @staticmethod
    def chromium(device, env, host, port):
        if not shutil.which("chromium"):
            return None
        done = run(["chromium", *chromium_flags(device.folder / "chromium"), f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
                    "--dump-dom", f"https://{host}:{port}/"], env, 120)
        return GREETING in done.stdout


ALL_CLIENTS = ["curl", "python_ssl", "node", "chromium"]
