"""Which network addresses a client's system may have. Pure.

A private, local or otherwise special address is refused unless the operator named it: else whoever holds a client's
name in the DNS could lead the desk to its own machine, or to its provider's metadata. A form in which IPv6 carries an
IPv4 address is special too, and where it is named, the address within must be allowed as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


def networks(named: Sequence[str]) -> tuple[Network, ...]:
    """The networks that an operator names: "10.0.0.5", "10.1.0.0/16", "fd00::/8". Raises ValueError."""
    return tuple(ip_network(one) for one in named)


def is_allowed(address: str, named: Sequence[Network]) -> bool:
    """Whether an address may be connected to: a public one, or one of those that were named."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    meant = [ip, *_carried(ip)]
    return all(_is_public(one) or any(one in network for network in named) for one in meant)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _carried(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses within an IPv6 one."""
    if isinstance(ip, IPv4Address):
        return []
    found = [one for one in (ip.ipv4_mapped, ip.sixtofour) if one]
    if teredo := ip.teredo:
        found += teredo
    if any(ip in one for one in _NAT64) or (ip in _COMPATIBLE and int(ip) > 1):
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return found
