"""What the environment says about where to listen, and which servers to use."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from .processes import StartFailed, port_is_free

KINDS = {
    "DATABASE_URL": (("postgresql", "postgres"), "postgresql://user:password@host:5432/name"),
    "REDIS_URL": (("redis", "rediss"), "redis://:password@host:6379/0"),
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  how this machine reaches a server on all addresses


@dataclass(frozen=True)
class Listening:
    """Where the web process listens."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """What a browser on this machine opens."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def listening(variables: Mapping[str, str]) -> Listening:
    """Where to listen, by HOST and PORT. Raises StartFailed when that is not possible."""
    host, text = variables.get("HOST") or "127.0.0.1", variables.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise StartFailed(f"PORT={text} is not a port: choose a number from 1 to 65535.")
    if not port_is_free(host, int(text)):
        raise StartFailed(f"Port {text} on {host} is in use by another program: choose another with PORT.")
    return Listening(host, int(text))


def check_kinds(variables: Mapping[str, str]) -> None:
    """Raises StartFailed when DATABASE_URL or REDIS_URL is no address of the kind of server that we need."""
    for name, (schemes, example) in KINDS.items():
        url = variables.get(name)
        if url and url.partition("://")[0] not in schemes:
            raise StartFailed(f"{name} does not name such a server as Sentinel needs: it looks like {example}.")


def allowed_hosts(host: str) -> str:
    """The host names that browsers may ask for when we listen on `host`, comma-separated."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in EVERYWHERE:
        names += [socket.gethostname(), socket.getfqdn(), *own_addresses()]
    elif host not in LOOPBACK:
        names.append(f"[{host}]" if ":" in host else host)
    return ",".join(dict.fromkeys(names))


def own_addresses() -> list[str]:
    """The addresses that this machine's outgoing connections have; nothing is sent."""
    found = []
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                address = probe.getsockname()[0]
        except OSError:
            continue  # no network of that kind
        found.append(f"[{address}]" if ":" in address else address)
    return found
