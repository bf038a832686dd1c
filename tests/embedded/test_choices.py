"""HOST and PORT: loopback unless asked, and one sentence about what cannot be."""

import socket

import pytest

from sentinel.embedded.choices import Listening, allowed_hosts, listening
from sentinel.embedded.processes import StartFailed, free_port


def test_it_listens_on_loopback_unless_asked() -> None:
    port = free_port()
    place = listening({"PORT": str(port)})
    assert place == Listening("127.0.0.1", port)
    assert place.address == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000.5", "²"])
def test_what_is_not_a_port_is_refused(port: str) -> None:
    with pytest.raises(StartFailed, match=r"is not a port: choose a number from 1 to 65535\.$"):
        listening({"PORT": port})


def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartFailed, match=f"Port {port} on 127.0.0.1 is in use by another program"):
            listening({"PORT": str(port)})


@pytest.mark.parametrize("host", ["192.0.2.7", "no such host", "example.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(StartFailed, match="is not an address of this machine"):
        listening({"HOST": host, "PORT": str(free_port())})


def test_a_server_on_all_addresses_is_opened_on_loopback() -> None:
    assert Listening("0.0.0.0", 8000).address == "http://127.0.0.1:8000"
    assert Listening("::", 8000).address == "http://[::1]:8000"


def test_only_the_names_that_lead_to_us_are_allowed() -> None:
    assert allowed_hosts("127.0.0.1") == "localhost,127.0.0.1,[::1]"
    assert allowed_hosts("192.168.1.5").split(",")[-1] == "192.168.1.5"
    assert socket.gethostname() in allowed_hosts("0.0.0.0").split(",")
    assert "*" not in allowed_hosts("0.0.0.0")
