"""The courier simulator: its formats, their order, and how each partner repeats what is not acknowledged."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aftercare_simulators.couriers import (
    LIVES,
    PARTNERS,
    Courier,
    Disorder,
    Fault,
    Partner,
    Reply,
    Request,
    Scan,
    StatusUnknown,
    life,
    schedule,
    statuses_of,
    with_fault,
)

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="
EACH = pytest.mark.parametrize("partner", PARTNERS.values(), ids=PARTNERS.keys())
OK = {
    "zto": b'{"message":"","result":"success","status":true,"statusCode":"0"}',
    "kuaidi100": '{"result":true,"returnCode":"200","message":"成功"}'.encode(),
    "kdniao": b'{"EBusinessID":"1","UpdateTime":"2026-03-02 12:00:00","Success":true,"Reason":""}',
    "sf": b'{"return_code":"0000","return_msg":"ok"}',
    "yto": b"<Response><txLogisticID>1</txLogisticID><success>true</success></Response>",
    "jt": b'{"code":"1","msg":"success","data":"SUCCESS"}',
    "jt-my": b'{"code":"1","msg":"success","data":null}',
    "jt-vn": b'{"code":"1","msg":"success","data":"SUCCESS"}',
    "sf-xml": b'<?xml version="1.0"?><Response service="RoutePushService"><Head>OK</Head></Response>',
}
REFUSED = {
    "zto": b'{"status":false}',
    "kuaidi100": b'{"result":false}',
    "kdniao": b'{"Success":false}',
    "sf": b'{"return_code":"1000"}',
    "yto": b"<Response><success>false</success></Response>",
    "jt": b'{"code":"0"}',
    "jt-my": b'{"code":"0"}',
    "jt-vn": b'{"code":"0"}',
    "sf-xml": b'{"return_code":"1000"}',
}


def a_life(partner: Partner, name: str = "delivered", waybill_no: str = "73001") -> list[Scan]:
    return list(life(partner, name, waybill_no=waybill_no, since=START, carrier="zto", reference=f"ref-{waybill_no}"))


def courier(partner: Partner, *replies: Reply) -> tuple[Courier, list[Request], list[float]]:
    """A courier whose shop gives these replies, the last one for ever; its posts, and the pauses between them."""
    posts: list[Request] = []
    pauses: list[float] = []

    async def post(request: Request) -> Reply:
        posts.append(request)
        return replies[min(len(posts), len(replies)) - 1]

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    return Courier(partner, post, pause=pause), posts, pauses


@EACH
@pytest.mark.parametrize("name", LIVES)
def test_every_partner_reports_a_life_as_far_as_it_has_codes(partner: Partner, name: str) -> None:
    history = a_life(partner, name)
    assert [scan.status for scan in history] == list(statuses_of(partner, name))
    for push in schedule(partner, [history], SECRET):
        assert push.request.body


@EACH
def test_a_status_without_a_code_is_refused(partner: Partner) -> None:
    with pytest.raises(StatusUnknown, match=f"{partner.name} has no status `teleported`"):
        partner.encode([Scan(waybill_no="73001", status="teleported", at=START)], SECRET)


@pytest.mark.parametrize(
    "name", [name for name, each in PARTNERS.items() if name in OK or each.is_acknowledged(200, b"")]
)
async def test_what_is_acknowledged_is_not_repeated(name: str) -> None:
    partner = PARTNERS[name]
    sender, posts, _ = courier(partner, Reply(200, OK.get(name, b"")))
    assert await sender.deliver(partner.encode(a_life(partner), SECRET))
    assert (len(posts), sender.tally.acknowledged, sender.tally.given_up) == (1, 1, 0)


@EACH
@pytest.mark.parametrize("status", [0, 302, 401, 500])
async def test_what_is_not_acknowledged_is_repeated_unchanged_and_given_up(partner: Partner, status: int) -> None:
    sender, posts, pauses = courier(partner, Reply(status, REFUSED.get(partner.name, b"")))
    assert not await sender.deliver(partner.encode(a_life(partner), SECRET))
    assert pauses == list(partner.pauses)
    assert posts == [posts[0]] * (1 + len(partner.pauses))
    assert (sender.tally.given_up, sender.tally.tries) == (1, len(posts))


@pytest.mark.parametrize("name", REFUSED)
async def test_partners_that_read_the_body_take_no_other_response_with_200(name: str) -> None:
    partner = PARTNERS[name]
    for body in (REFUSED[name], b"", b"<html>200 OK</html>", b"[]"):
        assert not partner.is_acknowledged(200, body)


async def test_a_response_after_a_failure_ends_the_repetition() -> None:
    partner = PARTNERS["zto"]
    sender, posts, pauses = courier(partner, Reply(0, b""), Reply(503, b""), Reply(200, OK["zto"]))
    assert await sender.deliver(partner.encode(a_life(partner), SECRET))
    assert (len(posts), pauses) == (3, list(partner.pauses[:2]))


async def test_a_gone_endpoint_gets_no_further_push() -> None:
    partner = PARTNERS["standard-webhooks"]
    sender, posts, _ = courier(partner, Reply(410, b""))
    for _ in range(2):
        assert not await sender.deliver(partner.encode(a_life(partner), SECRET))
    assert (len(posts), sender.is_disabled, sender.tally.not_posted) == (1, True, 1)


async def test_a_partner_that_counts_failures_disables_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = PARTNERS["easypost"]
    monkeypatch.setattr(partner, "gives_up_after", 2, raising=False)
    sender, _, _ = courier(partner, Reply(500, b""))
    for _ in range(3):
        await sender.deliver(partner.encode(a_life(partner), SECRET))
    assert (sender.tally.given_up, sender.tally.not_posted) == (2, 1)


def test_pushes_come_as_their_scans_happened() -> None:
    partner = PARTNERS["zto"]
    pushes = schedule(partner, [a_life(partner), a_life(partner, "refused", "73002")], SECRET)
    assert [push.scan.at for push in pushes] == sorted(push.scan.at for push in pushes)
    assert {push.scan.waybill_no for push in pushes} == {"73001", "73002"}


def test_pushes_come_in_any_order_twice_and_late() -> None:
    partner = PARTNERS["zto"]
    history = a_life(partner)
    disorder = Disorder(shuffled=True, twice=1, late=0.5)
    pushes = schedule(partner, [history], SECRET, disorder=disorder, dice=random.Random(3))
    assert len(pushes) == 2 * len(history)
    assert [push.scan.at for push in pushes] != sorted(push.scan.at for push in pushes)
    again = schedule(partner, [history], SECRET, disorder=disorder, dice=random.Random(3))
    assert [push.scan for push in again] == [push.scan for push in pushes], "the same dice, the same order"


@EACH
@pytest.mark.parametrize("fault", Fault)
def test_a_wrong_push_differs_from_the_right_one(partner: Partner, fault: Fault) -> None:
    history = a_life(partner)
    wrong, right = with_fault(partner, history, SECRET, fault), partner.encode(history, SECRET)
    assert (wrong.body, dict(wrong.headers)) != (right.body, dict(right.headers))


def test_only_the_signature_of_a_forged_push_is_wrong() -> None:
    partner, forged = PARTNERS["zto"], with_fault(PARTNERS["zto"], a_life(PARTNERS["zto"]), SECRET, Fault.BAD_SIGNATURE)
    right = partner.encode(a_life(partner), SECRET)
    fields: Callable[[Request], list[bytes]] = lambda request: request.body.split(b"&")  # noqa: E731
    differing = [a for a, b in zip(fields(forged), fields(right), strict=True) if a != b]
    assert [each.partition(b"=")[0] for each in differing] == [b"data_digest"]


def test_a_history_of_a_partner_has_every_scan_so_far() -> None:
    partner = PARTNERS["kuaidi100"]
    history = a_life(partner)
    assert partner.content(history).count("statusCode") == len(history)
    assert partner.content(history[:2]).count("statusCode") == 2
    assert timedelta(hours=3) == history[1].at - history[0].at
