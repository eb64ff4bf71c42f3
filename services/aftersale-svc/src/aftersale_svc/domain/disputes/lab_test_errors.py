"""Refusals of what people do with a test that was ordered in a dispute."""

from aftercare_chassis.refusals import Kind, Refusal


class LabTestOpen(Refusal):
    """No verdict is given while a test is open: it is waited for, or cancelled."""

    kind, code = Kind.CONFLICT, "test_open"
    zh, en = "检测尚未结束，请等待检测或先取消检测。", "A test is open; wait for it, or cancel it first."


class SampleOfOtherSide(Refusal):
    """The other side has to send the sample."""

    kind, code = Kind.CONFLICT, "sample_of_other_side"
    zh, en = "样品应由对方寄送。", "The other side has to send the sample."


class NoReportAwaited(Refusal):
    """There is no test whose report is late."""

    kind, code = Kind.CONFLICT, "no_report_awaited"
    zh, en = "当前没有待提交的检测报告。", "No report of a test is awaited."


class TestingBodyUnknown(Refusal):
    """The platform works with no testing body of this id."""

    kind, code = Kind.INVALID, "testing_body_unknown"
    zh, en = "没有这个检测机构，可选：{known:or 无}。", "There is no such testing body. Known are: {known:or none}."


class SampleExceedsCase(Refusal):
    """More units of a line are to be tested than the case is about."""

    kind, code = Kind.INVALID, "sample_exceeds_case"
    zh, en = "检测数量超过该售后单的数量（{most}）。", "The case is about {most} units of this line."


class ReportUnsuitable(Refusal):
    """The file is no accepted report of a test for the order of the dispute."""

    kind, code = Kind.INVALID, "report_unsuitable"
    zh, en = (
        "该文件不是本订单已通过检查的检测报告。",
        "The file is no report of a test for this order that has passed its check.",
    )


class AnswersIncomplete(Refusal):
    """The report answers other questions than those that were asked."""

    kind, code = Kind.INVALID, "answers_incomplete"
    zh, en = "检测结果必须逐一回答：{asked}。", "The report answers each of these once: {asked}."
