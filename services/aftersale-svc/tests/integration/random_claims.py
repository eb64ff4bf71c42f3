"""What people do with claims of every kind in the random histories."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import httpx
from aftersale_shop import HASH
from hypothesis import strategies as st
from hypothesis.stateful import rule
from random_bodies import cny
from random_shop import PEOPLE

T = TypeVar("T")
number = st.integers(0, 999)
CLAIMS = ("courier-claims", "guarantee-claims", "refused-goods-claims")
DECLINED = {
    "courier-claims": {"reason": "not_liable"},
    "guarantee-claims": {"reason": "untrue"},
    "refused-goods-claims": {"reason": "goods_worthless", "note": "…"},
}
ROUTES = {"add_evidence": "evidence", "deliver": "confirm"}
"""Those that are not named as their action."""
GUARANTEES = ("freight_insurance", "merchant_deposit")


def _bodies(n: int) -> dict[str, dict[str, Any]]:
    """The body of each action that needs one."""
    return {
        "file": {"reference": f"LP-{n}"},
        "add_evidence": {"evidence": [HASH]},
        "submit_evidence": {"evidence": [HASH]},
        "accept": {"amount": cny(1 + n)},
        "pay": {"reference": "…"},
        "record_payment": {"reference": f"P-{n}"},
        "record_failure": {"cause": "deposit_exhausted"},
        "request_evidence": {"missing": "…"},
        "compensate": {"amount": cny(1 + n)},
        "keep": {"evidence": [HASH], "note": "…"},
    }


class ClaimRules:
    """Rules of a machine that has `run`, `check`, `all_of` and `people`."""

    people: Mapping[str, httpx.AsyncClient]

    def run(self, awaitable: Awaitable[T]) -> T:
        raise NotImplementedError

    def check(self, response: httpx.Response) -> None:
        raise NotImplementedError

    def all_of(self, documents: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    @rule(case=number, kind=st.sampled_from(GUARANTEES), role=st.sampled_from(("buyer", "agent")))
    def open_a_guarantee_claim(self, case: int, kind: str, role: str) -> None:
        if cases := self.all_of("cases"):
            path = f"/v1/cases/{cases[case % len(cases)]['id']}/guarantee-claims"
            amount = {"amount": cny(1 + case)} if kind == "freight_insurance" else {}
            self.check(self.run(self.people[role].post(path, json={"kind": kind, **amount})))

    @rule(claims=st.sampled_from(CLAIMS), role=st.sampled_from(PEOPLE), claim=number, action=number, choice=number)
    def act_on_a_claim(self, claims: str, role: str, claim: int, action: int, choice: int) -> None:
        found = self.all_of(claims)
        if not found:
            return
        client, path = self.people[role], f"/v1/{claims}/{found[claim % len(found)]['id']}"
        seen = self.run(client.get(path))
        shown = [each for each in seen.json().get("allowed_actions", ()) if each["allowed"]]
        if not shown:
            return
        name = shown[action % len(shown)]["action"]
        body = {**_bodies(choice), "decline": DECLINED[claims]}.get(name, {})
        route = ROUTES.get(name, name.replace("_", "-"))
        self.check(self.run(client.post(f"{path}/{route}", json=body)))
