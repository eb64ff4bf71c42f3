"""Hosts of a small network on this machine: network namespaces, each joined to one bridge by a virtual cable (veth(4), bridge(8)).

A cable that is unplugged drops every packet without an answer, which no proxy of TCP can do. Making namespaces needs root.
"""

import ctypes
import itertools
import os
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CLONE_NEWNET = 0x40000000
"""Of setns(2)."""
NAMESPACES = Path("/run/netns")


@dataclass(frozen=True, slots=True)
class Host:
    """Where a process runs and listens. Without a cable it is this machine itself."""

    address: str = "127.0.0.1"
    cable: str = ""

    @property
    def namespace(self) -> Path:
        return NAMESPACES / self.cable

    def enter(self) -> list[str]:
        """The command prefix that runs a command there."""
        return ["nsenter", f"--net={self.namespace}"] if self.cable else []

    def environment(self) -> dict[str, str]:
        """The variables by which a service listens there, and `launch.py` enters it."""
        there = {"FAILURE_NETWORK": str(self.namespace)} if self.cable else {}
        return {"AFTERCARE_HOST": self.address, **there}

    def unplug(self) -> None:
        """Drop every packet from it and to it, silently."""
        _ip("link", "set", self.cable, "down")

    def plug_in(self) -> None:
        _ip("link", "set", self.cable, "up")


LOOPBACK = Host()


@dataclass(slots=True)
class Network:
    """A bridge, at which this machine has the first address, and the hosts at it."""

    bridge: str
    prefix: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    @property
    def here(self) -> Host:
        """This machine, as the hosts reach it."""
        return Host(f"{self.prefix}.1")

    def host(self) -> Host:
        """One more host."""
        number = next(self._numbers)
        made = Host(f"{self.prefix}.{number}", f"{self.bridge}-{number}")
        _ip("netns", "add", made.cable)
        _ip("link", "add", made.cable, "type", "veth", "peer", "name", "eth0", "netns", made.cable)
        _ip("link", "set", made.cable, "master", self.bridge, "up")
        _ip("-n", made.cable, "address", "add", f"{made.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", made.cable, "link", "set", device, "up")
        return made

    def separate(self, hosts: Sequence[Host]) -> None:
        """Let none of these hosts reach another one of them; every other host reaches all."""
        self._isolate(hosts, "on")

    def join(self, hosts: Sequence[Host]) -> None:
        self._isolate(hosts, "off")

    def _isolate(self, hosts: Sequence[Host], state: str) -> None:
        for each in hosts:
            _ip("link", "set", each.cable, "type", "bridge_slave", "isolated", state)


@contextmanager
def network() -> Iterator[Network]:
    """A network without hosts; it and its hosts are removed afterwards, when their processes have ended."""
    made = Network(f"ac{secrets.token_hex(3)}", f"10.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}")
    _ip("link", "add", made.bridge, "type", "bridge")
    try:
        _ip("address", "add", f"{made.here.address}/24", "dev", made.bridge)
        _ip("link", "set", made.bridge, "up")
        yield made
    finally:
        for each in NAMESPACES.glob(f"{made.bridge}-*"):
            _ip("netns", "delete", each.name)
        _ip("link", "delete", made.bridge)


def enter(namespace: str) -> None:
    """Let this process, which has one thread, run in the network namespace.

    Raises:
        OSError: there is no such namespace, or entering it is not permitted.
    """
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns", namespace)
    finally:
        os.close(descriptor)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
