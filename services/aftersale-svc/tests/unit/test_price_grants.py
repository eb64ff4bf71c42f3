"""Who bears a price adjustment: shares that add up to the amount, whatever of it goes back, and amounts that follow from the prices."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.errors import GrantNotDifference, SharesDoNotAddUp
from aftersale_svc.domain.cases.price_grants.model import AdjustmentBearer, Granted
from aftersale_svc.domain.cases.price_grants.policy import borne, check_bearers, check_verified, with_amount, with_grant
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.cost_shares import with_cost_shares
from aftersale_svc.domain.money.parts import RefundPart
from hypothesis import assume, given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHECK = PriceCheck(case_id="case_1", line_id="line_1", reference_minor=9900, checked_minor=9000)
SHARES = st.dictionaries(st.sampled_from(AdjustmentBearer), st.integers(0, 10**9), min_size=1)


def granted(amount: int, shares: dict[AdjustmentBearer, int], **prices: int) -> Granted:
    bearers = [{"bearer": who.value, "amount_minor": minor, "currency": "CNY"} for who, minor in shares.items()]
    verified = {**prices, "currency": "CNY", "checked_at": None, "link": None} if prices else None
    return Granted("line_1", amount, "CNY", verified, bearers)


def a_line(units: int) -> CaseLine:
    return CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="X",
        quantity=units,
        amount_minor=1,
        line_units=units,
        line_paid_minor=1,
        units_before=0,
    )


@given(SHARES, st.integers(0, 10**9))
def test_the_shares_add_up_to_whatever_goes_back(shares: dict[AdjustmentBearer, int], back: int) -> None:
    amount = sum(shares.values())
    check = with_grant(CHECK, granted(amount, shares))
    assert sum(minor for _, _, minor in borne([check])) == amount
    assert {who: minor for _, who, minor in borne([check])} == {who: minor for who, minor in shares.items() if minor}
    cut = with_amount(check, min(back, amount))
    assert sum(minor for _, _, minor in borne([cut])) == min(back, amount)
    assert all(0 <= minor <= shares[who] + 1 for _, who, minor in borne([cut]))
    assert with_amount(cut, amount).granted_minor == amount


@given(SHARES, st.integers(1, 100))
def test_shares_that_do_not_add_up_are_refused(shares: dict[AdjustmentBearer, int], more: int) -> None:
    amount = sum(shares.values())
    check_bearers(granted(amount, shares), "/lines/0", "agent")
    for other in (amount + more, max(amount - more, 0)):
        assume(other != amount)
        with pytest.raises(SharesDoNotAddUp):
            check_bearers(granted(other, shares), "/lines/0", "agent")


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 9), st.integers(0, 10**7), st.integers(-2, 2))
def test_the_amount_is_the_difference_of_the_prices_as_far_as_it_is_left(
    difference: int, checked: int, units: int, left: int, wrong: int
) -> None:
    due = min(difference * units, left)
    prices = {"reference_minor": checked + difference, "checked_minor": checked}
    named = granted(due + wrong, {}, **prices)
    if wrong:
        with pytest.raises(GrantNotDifference) as refused:
            check_verified(named, a_line(units), left, "/lines/0", NOW)
        assert refused.value.facts["difference"] == due
    else:
        check_verified(named, a_line(units), left, "/lines/0", NOW)


@given(SHARES)
def test_what_others_bear_are_parts_beside_the_amount(shares: dict[AdjustmentBearer, int]) -> None:
    amount = sum(shares.values())
    goods = RefundPart(
        refund_id="ref_1",
        position=1,
        kind=PartKind.GOODS,
        effect=PartEffect.ADDED,
        line_id="line_1",
        amount_minor=amount,
        due_minor=amount,
        payer=PartParty.MERCHANT,
        payee=PartParty.BUYER,
    )
    parts = with_cost_shares([goods], [with_grant(CHECK, granted(amount, shares))])
    assert [part.position for part in parts] == list(range(1, len(parts) + 1))
    assert parts[0] == goods
    assert {part.payer for part in parts[1:]} <= {PartParty.PLATFORM, PartParty.CREATOR}
    merchant = amount - sum(part.amount_minor for part in parts[1:])
    assert merchant == shares.get(AdjustmentBearer.MERCHANT, 0)


def test_where_nobody_is_named_the_merchant_bears_it() -> None:
    check = replace(CHECK, granted_minor=700)
    assert [(who, minor) for _, who, minor in borne([check])] == [(AdjustmentBearer.MERCHANT, 700)]
    assert borne([CHECK]) == []
