"""Kuaidi100 快递100: snapshots, states of the subscription, corrected carriers, rows without a code. The digest is from openssl."""

import json

import pytest
from courier_pushes import SIGNERS, accepted, examined, examined_as, parsed, shown
from courier_wire import Signed, form
from order_svc.integrations.couriers.partners import kuaidi100
from order_svc.integrations.couriers.registry import COURIERS

PARAM = '{"status":"polling","lastResult":{"nu":"V030344422"}}'


def row(text: str, at: str, **more: str) -> dict[str, str]:
    return {"context": text, "time": at, "ftime": at} | more


def push(rows: list[dict[str, str]], **more: object) -> dict[str, object]:
    result = {"message": "ok", "status": "200", "com": "yuantong", "nu": "YT1", "data": rows}
    state = {"state": more.pop("state")} if "state" in more else {}
    return {"status": "polling", "message": "", "autoCheck": "0", "lastResult": result | state} | more


def test_the_digest_is_upper_case_hexadecimal() -> None:
    signed = form(param=PARAM, sign="F2CD1149CFBAA3561452278A2EB696F1")
    assert examined_as("kuaidi100", signed, "salt66").verified
    assert not examined_as("kuaidi100", signed, "salt67").verified


def test_a_push_that_is_signed_with_an_empty_salt_is_refused() -> None:
    assert not examined_as("kuaidi100", SIGNERS["kuaidi100"](push([]), ""), "salt66").verified


def test_every_row_is_a_scan_oldest_first() -> None:
    rows = [
        row("已签收，签收人：本人", "2026-03-01 12:00:00", statusCode="301"),
        row("正在派件", "2026-03-01 08:00:00", status="派件"),
        row("已揽收", "2026-02-28 20:00:00", statusCode="103"),
    ]
    reports = parsed("kuaidi100", push(rows, state="301"))
    assert shown(reports) == [
        ("picked_up", "103", "02-28 12:00:00"),
        ("out_for_delivery", "5", "03-01 00:00:00"),
        ("delivered", "301", "03-01 04:00:00"),
    ]
    assert [(each.carrier, each.waybill_no) for each in reports] == [("yto", "YT1")] * 3
    assert reports[-1].scan.delivered_to == "person"


def test_a_snapshot_repeats_its_rows_with_the_same_keys() -> None:
    rows = [row("在途", "2026-03-01 08:00:00", statusCode="0"), row("揽收", "2026-02-28 20:00:00")]
    first = parsed("kuaidi100", push(rows[1:], state="1"))
    second = parsed("kuaidi100", push(rows, state="0"))
    assert {each.scan.key for each in first} >= {second[0].scan.key}
    assert len({each.scan.key for each in [*first, *second]}) == 3


def test_the_code_counts_and_the_text_is_kept() -> None:
    [report] = parsed("kuaidi100", push([row("正在派送中", "2026-03-01 08:00:00", statusCode="0")]))
    assert (report.scan.status, report.text) == ("in_transit", "正在派送中")


def test_rows_without_any_code_get_no_status_and_the_state_is_a_report_of_its_own() -> None:
    rows = [row("签收 张三", "2026-03-01 12:00:00"), row("派件", "2026-03-01 08:00:00")]
    assert shown(parsed("kuaidi100", push(rows, state="3"))) == [
        ("unknown", None, "03-01 00:00:00"),
        ("unknown", None, "03-01 04:00:00"),
        ("delivered", "3", "03-01 04:00:00"),
    ]
    assert all(each.known for each in parsed("kuaidi100", push(rows)))


def test_a_name_that_is_in_no_list_is_listed() -> None:
    rows = [row("外包装破损", "2026-03-01 12:00:00", status="破损"), row("派件", "2026-03-01 08:00:00", status="派件")]
    assert [(each.scan.status, each.unlisted) for each in parsed("kuaidi100", push(rows))] == [
        ("out_for_delivery", None),
        ("unknown", "破损"),
    ]


@pytest.mark.parametrize(
    ("state", "statuses"), [("4", ["delivered", "returned"]), ("3", ["delivered"]), ("0", ["delivered"])]
)
def test_a_state_is_reported_beside_the_newest_row_where_it_states_more(state: str, statuses: list[str]) -> None:
    rows = [row("已签收", "2026-03-01 12:00:00", statusCode="3")]
    assert [each.scan.status for each in parsed("kuaidi100", push(rows, state=state))] == statuses


@pytest.mark.parametrize("message", ["3天查询无记录", "60天无变化时"])
def test_an_aborted_subscription_is_no_state_of_the_parcel(message: str) -> None:
    reports = parsed("kuaidi100", push([], status="abort", message=message, state="3"))
    assert (list(reports), reports.notes) == ([], (f"subscription aborted: {message}",))


def test_a_corrected_carrier_is_the_new_one_and_parcels_may_have_the_old_one() -> None:
    rows = [row("已揽收", "2026-02-28 20:00:00", statusCode="103")]
    [before] = parsed("kuaidi100", push(rows))
    [after] = parsed("kuaidi100", push(rows, autoCheck="1", comOld="yuantong", comNew="ems"))
    assert (after.carrier, after.former_carrier) == ("ems", "yto")
    assert before.scan.key == after.scan.key


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("shunfeng", "sf"),
        ("yunda", "yunda"),
        ("huitongkuaidi", "best"),
        ("SF", "sf"),
        ("jtexpress", "jt"),
        ("ups", "ups"),
    ],
)
def test_carriers(name: str, code: str) -> None:
    pushed = push([row("", "2026-03-01 08:00:00", statusCode="0")])
    pushed["lastResult"] |= {"com": name}  # type: ignore[operator]
    assert [each.carrier for each in parsed("kuaidi100", pushed)] == [code]


def test_a_row_that_cannot_be_read_does_not_hold_up_the_others() -> None:
    rows = [row("", "gestern", statusCode="0"), row("", "2026-03-01 08:00:00", statusCode="0")]
    reports = parsed("kuaidi100", push(rows))
    assert len(reports) == 1
    assert reports.notes[0].startswith("entry 1: ")


def test_where_no_row_can_be_read_the_push_cannot() -> None:
    assert examined("kuaidi100", push([row("", "gestern", statusCode="0")])).rejection is not None


@pytest.mark.parametrize(
    ("code", "status", "reason", "receiver"),
    [
        ("501", "ready_for_pickup", None, None),
        ("303", "delivered", None, "proxy"),
        ("304", "delivered", None, "station"),
        ("14", "exception", "consignee_refused", None),
        ("203", "exception", "consignee_refused", None),
        ("206", "attempt_failed", "consignee_not_available", None),
        ("6", "returning", None, None),
        ("4", "returned", None, None),
        ("401", "cancelled", None, None),
        ("13", "customs", "customs_delay", None),
        ("777", "unknown", None, None),
    ],
)
def test_states(code: str, status: str, reason: str | None, receiver: str | None) -> None:
    [report] = parsed("kuaidi100", push([row("", "2026-03-01 08:00:00", statusCode=code)]))
    assert (report.scan.status, report.scan.reason, report.scan.delivered_to) == (status, reason, receiver)
    assert report.known is (code != "777")


def test_a_push_without_a_result_is_about_something_else() -> None:
    assert parsed("kuaidi100", {"status": "polling"}) == []


def test_names_beside_numbers_are_masked() -> None:
    [report] = parsed("kuaidi100", push([row("【宋德鑫18354556186】正在派件", "2026-03-01 08:00:00", statusCode="5")]))
    assert report.text == "【**】正在派件"


def test_acknowledgements() -> None:
    assert json.loads(accepted("kuaidi100", push([])).body) == {"result": True, "returnCode": "200", "message": "成功"}
    refused = COURIERS["kuaidi100"].refused("signature_invalid", "sign does not fit")
    assert (refused.status, json.loads(refused.body)["result"]) == (200, False)


def test_a_sign_in_lower_case_is_the_same_sign() -> None:
    signed = SIGNERS["kuaidi100"]("{}", "salt66")
    field, _, sign = signed.raw.rpartition(b"=")
    assert examined_as("kuaidi100", Signed(field + b"=" + sign.lower()), "salt66").verified


def test_every_name_of_a_state_has_a_code() -> None:
    assert set(kuaidi100._NAMES.values()) <= set(kuaidi100._STATES)
