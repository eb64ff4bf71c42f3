"""From which addresses a partner may post, and which address a request came from."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_MAPPED = IPv6Network("::ffff:0:0/96")


def network(text: str) -> Network:
    """A network in CIDR notation, or an address as the network of itself; IPv4 in IPv6 (`::ffff:…`) is IPv4.

    Raises:
        ValueError: it is neither, or has bits behind its prefix.
    """
    found = ip_network(text)
    if isinstance(found, IPv6Network) and found.subnet_of(_MAPPED):
        return IPv4Network((found.network_address.packed[-4:], found.prefixlen - 96))
    return found


def address(text: str) -> Address | None:
    """An address, perhaps with a port behind it (IPv6 in brackets then); IPv4 in IPv6 is IPv4. None where it is none."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def is_within(sender: Address, networks: Iterable[Network]) -> bool:
    """Whether the address is in one of the networks."""
    return any(sender in each for each in networks)


def sender_of(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> Address | None:
    """The address that a request came from, or None where it is not known.

    `peer` is the other end of the connection, and `forwarded` the addresses that the header of the proxies names, the last proxy's
    last. Each of our `proxies` appends the address of its own peer, so the list is read from its end, and only as far as our proxies
    have written it: what stands before that is what the sender claims, and of a peer that is no proxy of ours nothing is read.
    """
    sender = address(peer or "")
    for claimed in reversed(forwarded):
        if sender is None or not is_within(sender, proxies):
            return sender
        sender = address(claimed)
    return sender
