"""`sluice ca`: who trusts what after install and after remove, and what a stolen key of the agent's is good for."""

import json
import os
import shutil
import subprocess

import pytest
from device import ALL_CLIENTS, Clients, Device, TLSServer, openssl
from world import BIN, ROOT, wait_until

HOST = "api.openai.com"


@pytest.fixture
def device():
    made = Device()
    yield made
    made.close()


@pytest.fixture(scope="module")
def installed():
    made = Device()
    made.install()
    yield made
    made.close()


def tool(name):
    return pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed"))


# Installation


def test_install_twice_is_once_and_remove_leaves_nothing(device):
    first = device.install()
    authority = (device.ca / "authority.pem").read_bytes()
    second = device.install()
    assert "trusts it now" in first and "FAIL" not in first
    assert "trusts it now" not in second and "trusts it already" in second
    assert (device.ca / "authority.pem").read_bytes() == authority
    assert "trusts it" in device.cli("ca", "status")
    device.cli("ca", "remove", "--yes", "--user-only")
    assert not device.ca.exists()
    assert not (device.folder / "home/.pki").exists()
    assert "sluice ca install" in device.cli("ca", "status", expect=1)


def test_what_others_put_into_a_database_stays(device):
    database = device.folder / "home/.pki/nssdb"
    database.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "x.key", "-out", "x.pem",
            "-subj", "/CN=company", "-days", "30", folder=device.folder)
    subprocess.run(["certutil", "-A", "-d", f"sql:{database}", "-n", "company", "-t", "C,,", "-a", "-i", device.folder / "x.pem"],
                   check=True)
    device.install()
    device.cli("ca", "remove", "--yes", "--user-only")
    names = subprocess.run(["certutil", "-L", "-d", f"sql:{database}"], capture_output=True, text=True, check=True).stdout
    assert "company" in names and "Sluice" not in names


def test_files_are_the_owners_alone(device):
    device.install()
    for path in [*device.ca.iterdir(), *device.root_folder.iterdir()]:
        assert path.stat().st_mode & 0o777 == 0o600, path
    for folder in (device.ca, device.root_folder):
        assert folder.stat().st_mode & 0o777 == 0o700
    # The root's key is in no file of the user's.
    root_key = (device.root_folder / "root.pem").read_text().split("-----BEGIN PRIVATE KEY-----")[1].split("-----")[0].strip()
    for path in device.ca.iterdir():
        assert root_key not in path.read_text()


@pytest.mark.parametrize("damage, says", [
    (lambda p: p.chmod(0o644), "chmod 600"),
    (lambda p: os.chown(p, 65534, 65534), "uid 65534"),
    (lambda p: (p.rename(p.with_suffix(".moved")), p.symlink_to(p.with_suffix(".moved"))), "is a link"),
    (lambda p: p.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "can't be used"),
    (lambda p: p.write_bytes(b"\0" * (2 << 20)), "larger than"),
], ids=["open-to-others", "another-owner", "link", "damaged", "too-large"])
def test_an_authority_that_others_could_have_made_is_not_used(device, damage, says):
    if says.startswith("uid") and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    device.install()
    damage(device.ca / "authority.pem")
    assert says in device.cli("ca", "status", expect=1)


def test_renew_does_nothing_while_the_hosts_are_covered(device):
    device.install()
    before = (device.ca / "authority.pem").read_bytes()
    device.cli("ca", "renew")
    assert (device.ca / "authority.pem").read_bytes() == before
    root = (device.ca / "root.pem").read_bytes()
    device.cli("ca", "renew", "--force")
    assert (device.ca / "authority.pem").read_bytes() != before
    assert (device.ca / "root.pem").read_bytes() == root, "root keeps the root's key, so the root stays"


def test_a_new_host_of_the_catalogue_is_covered_after_renew(device):
    config = device.folder / "agent-config"
    shutil.copytree(ROOT / "agent-config", config)
    device.env["SLUICE_CONFIG"] = str(config)
    device.install()
    file = config / "catalogue/openai.json"
    provider = json.loads(file.read_text())
    provider["surfaces"][0]["hosts"].append("new.example.net")
    file.write_text(json.dumps(provider))
    assert "sluice ca renew" in device.cli("ca", "status")
    device.cli("ca", "renew")
    assert "new.example.net" in names_of(device)
    assert "sluice ca renew" not in device.cli("ca", "status")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_alone_has_a_root_without_a_key(device):
    """As a user who is not root: no key of the root's is written anywhere, and renewing means a new root, said so."""
    shutil.chown(device.folder, 65534, 65534)
    for path in device.folder.rglob("*"):
        shutil.chown(path, 65534, 65534)
    as_user = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        text = device.cli("ca", "install", root_dir=False, **as_user)
    except PermissionError:
        pytest.skip("the program stands in a folder that the user can't enter")
    assert "destroyed" in text and "sudo" in text
    keys = [p for p in device.folder.rglob("*") if p.is_file() and b"PRIVATE KEY" in p.read_bytes()]
    assert keys == [device.ca / "authority.pem"]
    root = (device.ca / "root.pem").read_bytes()
    assert "new root" in device.cli("ca", "renew", "--force", root_dir=False, **as_user)
    assert (device.ca / "root.pem").read_bytes() != root
    listed = subprocess.run(["certutil", "-L", "-d", f"sql:{device.folder}/home/.pki/nssdb"], capture_output=True, text=True).stdout
    assert listed.count("Sluice device CA") == 1, "the old root was taken out"
    # Without a terminal nobody takes it away: an assistant that runs commands has none.
    refused = subprocess.run(["sh", "-c", '"$0" ca remove --yes; exit $?', str(BIN / "sluice")], env=device.env, capture_output=True,
                             stdin=subprocess.DEVNULL, **as_user)
    assert refused.returncode == 2 and b"human" in refused.stderr
    assert device.ca.exists()


# Trust


@pytest.mark.parametrize("client", ALL_CLIENTS)
def test_clients_trust_after_install_and_not_after_remove(device, client):
    device.install()
    chain = device.forge("good", f"DNS:{HOST}")
    use = getattr(Clients, client)
    with TLSServer(chain, device.folder / "good.key") as server:
        got = use(device, device.client_env(), HOST, server.port)
        if got is None:
            pytest.skip(f"{client} is not installed")
        assert got, f"{client} does not trust what ca install set up"
        device.cli("ca", "remove", "--yes", "--user-only")
        server.seen.clear()
        assert not use(device, device.env, HOST, server.port)
        assert server.seen == []


STOLEN = [
    ("bank.example.com", "DNS:bank.example.com", "/"),
    ("openai.com", "DNS:openai.com", "/"),
    ("127.0.0.1", "IP:127.0.0.1", "/"),
    ("bank.example.com", "DNS:api.openai.com,DNS:bank.example.com", "/"),
]


@pytest.mark.parametrize("client", ALL_CLIENTS)
@pytest.mark.parametrize("host, names, subject", STOLEN, ids=["other-host", "host-above", "address", "beside-a-good-one"])
def test_a_stolen_key_opens_no_other_host(installed, client, host, names, subject):
    chain = installed.forge("stolen", names, subject)
    with TLSServer(chain, installed.folder / "stolen.key") as server:
        got = getattr(Clients, client)(installed, installed.client_env(), host, server.port)
        if got is None:
            pytest.skip(f"{client} is not installed")
        assert not got
        assert server.seen == []


def verify_openssl(device, leaf):
    return subprocess.run(["openssl", "verify", "-purpose", "sslserver", "-CAfile", "root.pem", "-untrusted", "intermediate.pem",
                           leaf], cwd=device.folder, capture_output=True, text=True)


def verify_nss(device, leaf):
    return subprocess.run(["vfychain", "-pp", "-u", "1", "-d", f"sql:{device.folder}/home/.pki/nssdb", "-a", leaf,
                           "-a", "intermediate.pem"], cwd=device.folder, capture_output=True, text=True)


def verify_gnutls(device, leaf):
    (device.folder / "v.pem").write_text((device.folder / leaf).read_text() + (device.folder / "intermediate.pem").read_text())
    return subprocess.run(["certtool", "--verify", "--verify-purpose=1.3.6.1.5.5.7.3.1", "--load-ca-certificate", "root.pem",
                           "--infile", "v.pem"], cwd=device.folder, capture_output=True, text=True)


VERIFIERS = {"openssl": verify_openssl, "vfychain": verify_nss, "certtool": verify_gnutls}


@pytest.mark.parametrize("name", [tool(name) for name in VERIFIERS])
def test_libraries_refuse_what_a_stolen_key_signs(installed, name):
    verify = VERIFIERS[name]
    installed.forge("control", f"DNS:{HOST}")
    done = verify(installed, "control.leaf.pem")
    assert done.returncode == 0, done.stdout + done.stderr
    for index, (_, names, subject) in enumerate(STOLEN):
        installed.forge(f"stolen{index}", names, subject)
        done = verify(installed, f"stolen{index}.leaf.pem")
        assert done.returncode != 0, f"{names}: {done.stdout}{done.stderr}"


def test_no_authority_can_be_made_below_the_intermediate(installed):
    """Path length 0, and the constraints hold further down."""
    installed.forge("sub", "", "/CN=sub", ca=True)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "below.key", "-out", "below.csr",
            "-subj", "/CN=below", folder=installed.folder)
    (installed.folder / "below.ext").write_text(f"subjectAltName=DNS:{HOST}\n")
    openssl("x509", "-req", "-in", "below.csr", "-CA", "sub.leaf.pem", "-CAkey", "sub.key", "-CAcreateserial", "-days", "5",
            "-out", "below.pem", "-extfile", "below.ext", folder=installed.folder)
    (installed.folder / "chain2.pem").write_text(
        (installed.folder / "sub.leaf.pem").read_text() + (installed.folder / "intermediate.pem").read_text())
    done = subprocess.run(["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "chain2.pem", "below.pem"],
                          cwd=installed.folder, capture_output=True, text=True)
    assert done.returncode != 0 and "path length" in done.stdout + done.stderr


def names_of(device) -> str:
    device.steal()
    return subprocess.run(["openssl", "x509", "-in", "intermediate.pem", "-noout", "-text"], cwd=device.folder, check=True,
                          capture_output=True, text=True).stdout


# The agent


def test_the_agent_takes_the_authority_up_while_it_runs(start_world):
    world = start_world(collector=False)
    assert "sluice ca install" in world.cli("agent", "status").stdout.decode()
    root = ["--root-dir", world.folder / "root"]
    world.cli("ca", "install", "--user-only", *root)
    shown = json.loads(world.cli("ca", "status", "--json", *root).stdout)
    status = wait_until(lambda: (s := world.cli("agent", "status").stdout.decode()) and "SHA-256" in s and s, 5, "status")
    assert shown["fingerprint"] in status and shown["not_after"] in status
    world.cli("ca", "remove", "--yes", "--user-only", *root)
    assert "SHA-256" not in world.cli("agent", "status").stdout.decode()


# The doctor


def test_the_doctor_tells_each_kind_of_program(device):
    """What it says is what the programs did above: without the variables they do not trust, with them they do."""
    def clients(env):
        done = subprocess.run([str(BIN / "sluice"), "doctor", "--json"], capture_output=True, env=env, timeout=120)
        return {c["id"]: c for c in json.loads(done.stdout)["clients"]}

    assert clients(device.env) == {}, "without an authority there is nothing to trust"
    device.install()
    before, after = clients(device.env), clients(device.client_env("--proxy"))
    asked = [name for name in ("curl", "git", "python", "python-requests", "python-httpx", "node") if name in before]
    assert "python" in asked
    for name in asked:
        assert (before[name]["trusts"], before[name]["uses_proxy"]) == ("no", "no"), before[name]
        assert any("sluice ca env --proxy" in step for step in before[name]["next"])
        assert (after[name]["trusts"], after[name]["uses_proxy"]) == ("yes", "yes"), after[name]
    if "chromium" in after:
        assert after["chromium"]["trusts"] == "yes"
        device.cli("ca", "remove", "--yes", "--user-only")
        device.install()
        subprocess.run(["certutil", "-D", "-d", f"sql:{device.folder}/home/.pki/nssdb", "-n",
                        next(line.split("  ")[0] for line in nss_list(device) if line.startswith("Sluice"))], check=True)
        assert clients(device.env)["chromium"]["trusts"] == "no"
    if "rust-webpki" in after:
        assert after["rust-webpki"]["pinned"] and after["rust-webpki"]["trusts"] == "no"
    # Another proxy is not ours.
    elsewhere = {**device.client_env("--proxy"), "HTTPS_PROXY": "http://10.0.0.1:3128", "https_proxy": "http://10.0.0.1:3128"}
    assert clients(elsewhere)["python"]["uses_proxy"] == "no"


def nss_list(device) -> list[str]:
    return subprocess.run(["certutil", "-L", "-d", f"sql:{device.folder}/home/.pki/nssdb"], capture_output=True, text=True,
                          check=True).stdout.splitlines()
