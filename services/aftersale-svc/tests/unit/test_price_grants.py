"""Who bears a price adjustment: shares that add up to the amount, whatever of it goes back, and amounts that follow from the prices."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.errors import GrantNotDifference, SharesDoNotAddUp
from aftersale_svc.domain.cases.price_grants.model import AdjustmentBearer, Granted
from aftersale_svc.domain.cases.price_grants.policy import borne, check_bearers, check_verified, with_amount, with_grant
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.cost_shares import with_cost_shares
from aftersale_svc.domain.money.model import GivenBack
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


def a_line(units: int, asked: int = 1) -> CaseLine:
    return CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="X",
        quantity=units,
        amount_minor=asked,
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
    assume(all(shares.values()))  # a share of nothing is refused as such
    amount = sum(shares.values())
    check_bearers(granted(amount, shares), "/lines/0", "agent")
    for other in (amount + more, max(amount - more, 0)):
        assume(other != amount)
        with pytest.raises(SharesDoNotAddUp):
            check_bearers(granted(other, shares), "/lines/0", "agent")


MINOR = st.integers(1, 10**6)


@given(MINOR, MINOR, st.integers(1, 9), st.integers(0, 10**7), st.integers(1, 10**7), st.integers(-2, 2))
def test_the_amount_is_the_difference_of_the_prices_as_far_as_it_was_asked_for_and_is_left(
    difference: int, checked: int, units: int, left: int, asked: int, wrong: int
) -> None:
    due, line = min(difference * units, asked, left), a_line(units, asked)
    prices = {"reference_minor": checked + difference, "checked_minor": checked}
    named = granted(due + wrong, {}, **prices)
    if wrong:
        with pytest.raises(GrantNotDifference) as refused:
            check_verified(named, line, left, "/lines/0", NOW)
        assert refused.value.facts["difference"] == due
    else:
        check_verified(named, line, left, "/lines/0", NOW)


def goods_of(amount: int) -> RefundPart:
    return RefundPart(
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


@given(st.lists(SHARES, min_size=1, max_size=2), st.lists(st.tuples(st.integers(0, 10**9), st.booleans()), max_size=6))
def test_each_share_is_borne_once_over_all_refunds_of_a_case(
    lines: list[dict[AdjustmentBearer, int]], steps: list[tuple[int, bool]]
) -> None:
    """Each step awards so much in all; where its refund fails, nothing of it is paid, and what follows is shared anew."""
    checks = [
        with_grant(replace(CHECK, line_id=f"line_{at}"), granted(sum(shares.values()), shares))
        for at, shares in enumerate(lines)
    ]
    paid, borne_by = 0, Counter[tuple[str | None, PartParty]]()
    for total, fails in [*steps, (2 * 10**9, False)]:
        if total < paid:
            continue
        parts = spread(total, [each.granted_minor or 0 for each in checks])
        checks = [with_amount(each, part) for each, part in zip(checks, parts, strict=True)]
        amount = total - paid
        before = [
            GivenBack(
                line_id=line_id,
                kind=PartKind.COST_SHARE,
                payer=by,
                payee=PartParty.MERCHANT,
                units=0,
                due_minor=minor,
            )
            for (line_id, by), minor in borne_by.items()
        ]
        shares = with_cost_shares([goods_of(amount)], checks, amount, before)[1:]
        assert all(part.amount_minor > 0 for part in shares)
        assert sum(part.amount_minor for part in shares) <= amount, "the rest is the merchant's"
        if not fails:
            paid = total
            borne_by.update({(part.line_id, part.payer): part.amount_minor for part in shares})
    due = Counter({(check.line_id, PartParty(by)): minor for check, by, minor in borne(checks)})
    assert all(abs(due[key] - minor) <= len(steps) for key, minor in borne_by.items())
    if not any(fails for _, fails in steps):
        assert borne_by == {key: minor for key, minor in due.items() if key[1] is not PartParty.MERCHANT}


@given(SHARES)
def test_what_others_bear_are_parts_beside_the_amount(shares: dict[AdjustmentBearer, int]) -> None:
    amount = sum(shares.values())
    goods = goods_of(amount)
    parts = with_cost_shares([goods], [with_grant(CHECK, granted(amount, shares))], amount)
    assert [part.position for part in parts] == list(range(1, len(parts) + 1))
    assert parts[0] == goods
    assert {part.payer for part in parts[1:]} <= {PartParty.PLATFORM, PartParty.CREATOR}
    merchant = amount - sum(part.amount_minor for part in parts[1:])
    assert merchant == shares.get(AdjustmentBearer.MERCHANT, 0)


def test_where_nobody_is_named_the_merchant_bears_it() -> None:
    check = replace(CHECK, granted_minor=700)
    assert [(who, minor) for _, who, minor in borne([check])] == [(AdjustmentBearer.MERCHANT, 700)]
    assert borne([CHECK]) == []
