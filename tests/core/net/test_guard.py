"""The address guard: nothing private is reached, and nothing honest is refused."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel.core.net.addresses import check_address, read_ipv4
from sentinel.core.net.guard import (
    RefusedAddressError,
    SystemResolver,
    Target,
    allow_list,
    parse_target,
    resolve_checked,
)
from sentinel.core.net.types import FetchError
from tests.core.net.hostile_urls import HONEST, HOSTILE, NAMES


async def resolve_from_table(host: str, port: int) -> list[str]:
    return NAMES.get(host, [])


async def addresses_of(url: str, *allowed: str) -> list[str]:
    return await resolve_checked(parse_target(url), allow_list(allowed), resolve_from_table)


def test_the_table_of_hostile_addresses_is_long_and_names_each_once() -> None:
    urls = [url for url, _ in HOSTILE]
    assert len(urls) >= 300
    assert len(set(urls)) == len(urls)


@pytest.mark.parametrize(("url", "reason"), HOSTILE)
async def test_a_hostile_address_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(RefusedAddressError) as refusal:
        await addresses_of(url)
    assert refusal.value.reason == reason
    assert refusal.value.code == "refused-address"


@pytest.mark.parametrize(("url", "canonical"), HONEST)
async def test_an_honest_address_passes_in_its_canonical_spelling(url: str, canonical: str) -> None:
    assert parse_target(url).url == canonical
    assert await addresses_of(url)


def test_a_canonical_spelling_reads_as_itself() -> None:
    for _, canonical in HONEST:
        assert parse_target(canonical).url == canonical


def test_a_target_names_machine_port_and_resource() -> None:
    assert parse_target("https://Example.com:8443/a?b#c") == Target("https", "example.com", 8443, "/a?b")
    assert parse_target("http://example.com").authority == "example.com"
    assert parse_target("http://[2606:4700::1]:81/").authority == "[2606:4700::1]:81"
    assert parse_target("https://example.com/a").at("2606:4700::1") == "https://[2606:4700::1]:443/a"


async def test_the_allow_list_opens_exactly_one_host_and_port() -> None:
    assert await addresses_of("http://127.0.0.1:8000/", "127.0.0.1:8000") == ["127.0.0.1"]
    assert await addresses_of("http://2130706433:8000/", "127.0.0.1:8000") == ["127.0.0.1"]
    assert await addresses_of("http://router.local:8080/", "router.local:8080") == ["192.168.1.1"]
    assert await addresses_of("http://INTRANET/", "Intranet:80") == ["10.1.2.3"]
    assert await addresses_of("http://[::1]:9/", "[::1]:9") == ["::1"]
    for url in ("http://127.0.0.1:8001/", "http://127.0.0.1/", "http://127.0.0.2:8000/", "http://localhost:8000/"):
        with pytest.raises(RefusedAddressError):
            await addresses_of(url, "127.0.0.1:8000")


async def test_a_name_is_resolved_once_and_a_refusal_shows_all_it_resolved_to() -> None:
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["93.184.215.14", "10.0.0.8"]

    with pytest.raises(RefusedAddressError) as refusal:
        await resolve_checked(parse_target("https://half.example.com/"), frozenset(), resolve)
    assert asked == [("half.example.com", 443)]
    assert refusal.value.addresses == ("93.184.215.14", "10.0.0.8")


async def test_a_name_that_is_private_by_itself_is_never_asked_for() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    for url in ("http://localhost/", "http://forum.internal/", "http://metadata.google.internal/"):
        with pytest.raises(RefusedAddressError):
            await resolve_checked(parse_target(url), frozenset(), resolve)


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long"), TimeoutError(), None])
async def test_a_name_without_an_address_is_unresolvable(error: Exception | None) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        if error:
            raise error
        return []

    with pytest.raises(FetchError) as failure:
        await resolve_checked(parse_target("https://gone.example.com/"), frozenset(), resolve)
    assert (failure.value.code, failure.value.detail) == ("unresolvable", "gone.example.com")


async def test_the_systems_resolver_knows_the_loopback() -> None:
    with SystemResolver(threads=1) as resolve:
        assert set(await resolve("localhost", 80)) <= {"127.0.0.1", "::1"}


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_public_only_where_every_registry_says_so(address: ipaddress.IPv4Address) -> None:
    if check_address(address) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_public_only_where_every_registry_says_so(address: ipaddress.IPv6Address) -> None:
    if check_address(address) is None:
        assert address.is_global
        carriers = ("2000::/3", "64:ff9b::/96", "::ffff:0:0/96")
        assert any(address in ipaddress.ip_network(network) for network in carriers)


@given(
    st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "::", "64:ff9b::", "2606:4700::5efe:0:0", "2002::", "2001::"])
)
def test_an_address_inside_an_address_is_held_to_the_same_rules(inner: ipaddress.IPv4Address, scheme: str) -> None:
    reason = check_address(inner)
    if reason and int(inner) > 1:
        outer = int(ipaddress.IPv6Address(scheme))
        shifted = {"2002::": int(inner) << 80, "2001::": int(inner) ^ 0xFFFFFFFF}.get(scheme, int(inner))
        assert check_address(ipaddress.IPv6Address(outer | shifted)) is not None


@given(st.ip_addresses(v=4))
def test_every_spelling_of_an_ipv4_address_is_read_alike(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    a, b, c, d = address.packed
    spellings = [
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a:#x}.0{b:o}.{(c << 8) + d}",
    ]
    assert {read_ipv4(spelling) for spelling in spellings} == {address}


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://127.0.0.1", "http://example.com"]))
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    try:
        target = parse_target(start + text)
    except RefusedAddressError:
        return
    assert parse_target(target.url) == target
    assert target.url.isascii()
