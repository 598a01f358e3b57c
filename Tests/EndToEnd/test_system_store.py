"""`sluice ca` as root: the system's store, Firefox's policies, and the user who called sudo. In a mount namespace of its own, on copies of the
system's folders, so that the machine's own stores stay as they are."""

import json
import os
import shutil
import subprocess

import pytest
from device import GREETING, Device, TLSServer
from world import BIN

HOST = "api.openai.com"
UID = 54321


def can_unshare() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not can_unshare() or not shutil.which("update-ca-certificates"),
                                reason="needs root, mount namespaces and Debian's ca-certificates")

# Copies of what is written, laid over the originals; then the steps, each stopping the script when it fails.
PREPARE = """
set -eu
mkdir -p "$T/certs" "$T/local" "$T/firefox" "$T/var"
cp -a /etc/ssl/certs/. "$T/certs"; cp -a /usr/local/share/ca-certificates/. "$T/local"
mkdir -p /etc/firefox /var/lib/sluice
mount --bind "$T/certs" /etc/ssl/certs
mount --bind "$T/local" /usr/local/share/ca-certificates
mount --bind "$T/firefox" /etc/firefox
mount --bind "$T/var" /var/lib/sluice
cp /etc/passwd "$T/passwd"; echo "sluicetest:x:UID:UID::$T/user:/bin/sh" >> "$T/passwd"
mount --bind "$T/passwd" /etc/passwd
""".replace("UID", str(UID))


@pytest.fixture
def device():
    made = Device()
    made.folder.chmod(0o755)
    (made.folder / "user").mkdir(mode=0o700)
    os.chown(made.folder / "user", UID, UID)
    yield made
    made.close()


def script(device, text, **variables) -> str:
    env = {**device.env, "T": str(device.folder), "SLUICE": str(BIN / "sluice"), **variables}
    done = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-c", PREPARE + text], env=env, timeout=300,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_system_trusts_it_after_install_and_not_after_remove(device):
    # A certificate to serve is needed before the script runs: the authority's files come from a first run.
    chain = device.folder / "good.chain.pem"
    out = script(device, """
        mkdir -p /etc/firefox/policies; echo '{"policies": {"DisableTelemetry": true}}' > /etc/firefox/policies/policies.json
        cp /etc/firefox/policies/policies.json "$T/policies.before"
        cp /etc/ssl/certs/ca-certificates.crt "$T/bundle.before"
        "$SLUICE" ca install --yes
        cp /etc/ssl/certs/ca-certificates.crt "$T/bundle.between"; cp /etc/firefox/policies/policies.json "$T/policies.between"
        "$SLUICE" ca install --yes > "$T/second.out"
        "$SLUICE" ca status > "$T/status.out"
        "$SLUICE" ca env > "$T/env.out"
        stat -c '%a %n' /usr/local/share/ca-certificates/sluice-device-ca.crt /var/lib/sluice/ca /var/lib/sluice/ca/root.pem
        cp -a "$XDG_STATE_HOME/sluice/ca" "$T/kept"
        "$SLUICE" ca remove --yes
        ls /usr/local/share/ca-certificates /etc/ssl/certs > "$T/after.ls"
        cp /etc/ssl/certs/ca-certificates.crt "$T/bundle.after"; cp /etc/firefox/policies/policies.json "$T/policies.after"
        ls -A /var/lib/sluice/ca 2>/dev/null || true
    """)
    read = lambda name: (device.folder / name).read_text()  # noqa: E731
    assert "644 /usr/local/share/ca-certificates/sluice-device-ca.crt" in out
    assert "700 /var/lib/sluice/ca\n" in out and "600 /var/lib/sluice/ca/root.pem" in out
    assert "trusts it already (/usr/local" in read("second.out")
    assert "The system's store trusts it" in read("status.out")
    assert "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in read("env.out")
    assert json.loads(read("policies.between")) == {"policies": {"DisableTelemetry": True, "Certificates": {
        "Install": ["/usr/local/share/ca-certificates/sluice-device-ca.crt"]}}}
    assert read("policies.after") == read("policies.before")
    assert read("bundle.after") == read("bundle.before") != read("bundle.between")
    assert "sluice" not in read("after.ls")
    # What the bundle was in between makes curl trust the intermediate, with no variable set.
    shutil.copytree(device.folder / "kept", device.ca, dirs_exist_ok=True)
    chain = device.forge("good", f"DNS:{HOST}")
    with TLSServer(chain, device.folder / "good.key") as server:
        for bundle, trusted in (("bundle.between", True), ("bundle.after", False)):
            done = subprocess.run(["curl", "-s", "--cacert", device.folder / bundle, "--resolve",
                                   f"{HOST}:{server.port}:127.0.0.1", f"https://{HOST}:{server.port}/"], capture_output=True)
            assert (GREETING in done.stdout) == trusted


def test_without_a_terminal_or_yes_the_system_stays_as_it_is(device):
    out = script(device, """
        "$SLUICE" ca install
        test ! -e /usr/local/share/ca-certificates/sluice-device-ca.crt
    """)
    assert "were not changed" in out and "--yes" in out


def test_sudo_does_the_users_part_as_the_user(device):
    out = script(device, """
        "$SLUICE" ca install --yes
        find "$T/user" -type f -exec stat -c '%u %a %n' {} +
        "$SLUICE" ca renew --force > "$T/renew.out"
        "$SLUICE" ca remove --yes
        find "$T/user" -type f
    """, SUDO_UID=str(UID), SUDO_USER="sluicetest")
    listed = [line for line in out.splitlines() if line.startswith(f"{UID} ")]
    names = {line.rsplit("/", 1)[1] for line in listed}
    assert {"authority.pem", "root.pem", "bundle.pem", "record.json"} <= names
    assert all(line.startswith(f"{UID} 600 ") for line in listed), listed
    assert "An intermediate for" in (device.folder / "renew.out").read_text()
    assert out.rstrip().splitlines()[-1].startswith(("ok", "      ->")), "files were left behind"
    assert not (device.folder / "state/sluice").exists(), "root's own folders were not touched"


def test_root_names_the_user_whose_agent_it_is(device):
    out = script(device, """
        "$SLUICE" ca install --yes --user sluicetest
        find "$T/user" -type f -exec stat -c '%u %a %n' {} +
        if "$SLUICE" ca install --yes --user nobody-of-that-name; then exit 1; fi
        if "$SLUICE" ca install --yes --user root; then exit 1; fi
        "$SLUICE" ca remove --yes --user sluicetest
    """)
    assert f"{UID} 600 {device.folder}/user/.local/state/sluice/ca/authority.pem" in out


def test_another_file_in_our_place_is_not_removed(device):
    script(device, """
        "$SLUICE" ca install --yes
        openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=other \
            -out /usr/local/share/ca-certificates/sluice-device-ca.crt 2>/dev/null
        if "$SLUICE" ca remove --yes > "$T/remove.out"; then exit 1; fi
        grep -q BEGIN /usr/local/share/ca-certificates/sluice-device-ca.crt
    """)
    assert "another certificate" in (device.folder / "remove.out").read_text()
