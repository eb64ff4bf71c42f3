"""Whether one pod may connect to another, by the rules of Kubernetes' NetworkPolicies."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod in the policies' own namespace, unless `elsewhere` names the labels of another one, or any host with an `address`."""

    labels: Labels
    ports: Mapping[str, int] = field(default_factory=dict)
    elsewhere: Labels | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The specs of the policies of one namespace, and that namespace's labels."""

    policies: Sequence[Policy]
    namespace: Labels

    def reaches(self, source: Pod, target: Pod, port: int) -> bool:
        """Whether the policies of both ends allow the connection. Pods of other namespaces have no policies here."""
        return self._lets("Egress", source, target, port, target) and self._lets(
            "Ingress", target, source, port, target
        )

    def _lets(self, direction: str, own: Pod, peer: Pod, port: int, target: Pod) -> bool:
        if own.elsewhere is not None:
            return True
        on = [p for p in self.policies if direction in p["policyTypes"] and _selects(p["podSelector"], own.labels)]
        rules = [rule for policy in on for rule in policy.get(direction.lower(), [])]
        peers = "to" if direction == "Egress" else "from"
        return not on or any(
            self._fits(rule.get(peers), peer) and _open(rule.get("ports"), port, target) for rule in rules
        )

    def _fits(self, peers: Iterable[Policy] | None, pod: Pod) -> bool:
        return peers is None or any(
            _contains(peer["ipBlock"], pod) if "ipBlock" in peer else self._is(peer, pod) for peer in peers
        )

    def _is(self, peer: Policy, pod: Pod) -> bool:
        if "namespaceSelector" in peer:
            there = self.namespace if pod.elsewhere is None else pod.elsewhere
            if not _selects(peer["namespaceSelector"], there):
                return False
        elif pod.elsewhere is not None:
            return False
        return _selects(peer.get("podSelector", {}), pod.labels)


def _contains(block: Policy, pod: Pod) -> bool:
    """Whether the block has the address; without one it does not."""
    if pod.address is None:
        return False
    address = ipaddress.ip_address(pod.address)
    return address in ipaddress.ip_network(block["cidr"]) and not any(
        address in ipaddress.ip_network(each) for each in block.get("except", [])
    )


def _open(ports: Iterable[Policy] | None, port: int, target: Pod) -> bool:
    return ports is None or any(target.ports.get(each["port"], each["port"]) == port for each in ports)


def _selects(selector: Policy, labels: Labels) -> bool:
    assert set(selector) <= {"matchLabels"}, "matchExpressions are not known here"
    return selector.get("matchLabels", {}).items() <= labels.items()
