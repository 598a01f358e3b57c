"""CONNECT and absolute URLs to where the proxy must not go, in every spelling that a client can send."""

import pytest
from test_wire import host

FORBIDDEN = [
    "169.254.169.254:80", "169.254.169.254:443", "169.254.1.1:443", "127.0.0.1:443", "127.1.2.3:443", "0.0.0.0:443", "0:443",
    "localhost:443", "LOCALHOST.:443", "2130706433:443", "0x7f000001:443", "017700000001:443", "127.1:443",
    "2852039166:80", "0xa9fea9fe:80", "[::1]:443", "[::]:443", "[::ffff:127.0.0.1]:443", "[::ffff:169.254.169.254]:80",
    "[64:ff9b::a9fe:a9fe]:80", "[2002:7f00:1::]:443", "[fe80::1]:443", "[fd00:ec2::254]:80", "168.63.129.16:80",
    "100.100.100.200:80", "192.0.0.192:80", "224.0.0.1:443", "255.255.255.255:443", "ip6-localhost:443",
    # Ports that are no web server's.
    "192.0.2.1:22", "192.0.2.1:25", "192.0.2.1:11211", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:99999999",
    # Not in the form of an authority.
    "192.0.2.1", ":443", "[::1:443", "a b:443", "api.openai.com:443:443", "user@api.openai.com:443", "api.openai.com:443/x",
    "[fe80::1%25lo]:443", "api..openai.com:443", "http://api.openai.com:443",
]


@pytest.fixture(scope="module")
def shared():
    import shutil

    from world import World, temporary_folder

    folder = temporary_folder()
    world = World(folder, collector=False)
    yield world
    world.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("target", FORBIDDEN)
def test_connect_is_refused(shared, target):
    answer = shared.raw(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode(), seconds=5)
    assert answer.split(b" ", 2)[1:2] and answer.split(b" ", 2)[1] in (b"400", b"403", b"502"), answer[:200]


def test_connect_to_the_ports_own_port_is_refused(shared):
    port = host(shared).rsplit(":", 1)[1]
    for name in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "192.0.2.1"):
        answer = shared.raw(f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n".encode(), seconds=5)
        assert answer.split(b" ", 2)[1] in (b"400", b"403"), answer[:200]


@pytest.mark.parametrize("target", [t for t in FORBIDDEN if t.endswith((":443", ":80")) and "//" not in t and "@" not in t])
def test_an_absolute_url_is_refused(shared, target):
    answer = shared.raw(f"GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n".encode(), seconds=5)
    assert answer.split(b" ", 2)[1] in (b"400", b"403", b"502"), answer[:200]


def test_nothing_reached_the_stand_in(shared):
    assert shared.standin.connections == 0
