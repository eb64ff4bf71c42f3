"""The refusals of the HTTP layer itself: any route may answer with them.

Refusals of one mechanism stand beside it: `idempotency`, `encryption`, `request_body`, `sse`, `database.cursors`,
`auth.tokens`.
"""

from dataclasses import dataclass

from aftercare_chassis.refusals import Kind, Refusal

RETRY_SECONDS = 1


class MalformedJson(Refusal):
    """The body is not JSON."""

    kind, code = Kind.MALFORMED, "malformed_json"
    zh, en = "请求体不是合法的 JSON。", "The body is not valid JSON."


class AddressMalformed(Refusal):
    """The path or the query holds a NUL or is not UTF-8."""

    kind, code = Kind.MALFORMED, "address_malformed"
    zh, en = "地址必须是不含 NUL 的 UTF-8 文本。", "The path and query must be UTF-8 without NUL."


class ValidationFailed(Refusal):
    """Fields or parameters are invalid; `errors` names each of them and what is allowed."""

    kind, code = Kind.INVALID, "validation_failed"
    zh = "有 {count} 处内容不符合要求。"
    en = "{count:part of the request is|parts of the request are} invalid; see `errors`."


class ConcurrentChange(Refusal):
    """Another command has just created what may exist only once."""

    kind, code, retry_after = Kind.CONFLICT, "concurrent_change", RETRY_SECONDS
    zh, en = (
        "同一对象刚刚被他人创建或修改，请重新读取后再试。",
        "Another request has just created or changed the same object; read it again and retry.",
    )


class TooManyRequests(Refusal):
    """The caller has used up its limit. `seconds` is the time until there is room again."""

    kind, code = Kind.TOO_MANY, "rate_limited"
    zh, en = (
        "请求过于频繁，请在 Retry-After 所示时间后再试。",
        "Too many requests; try again after the time in Retry-After.",
    )

    def __init__(self, seconds: int) -> None:
        super().__init__(retry_after=seconds)
        self.seconds = seconds


class Overloaded(Refusal):
    """More requests arrive than this process can serve; this one was not begun."""

    kind, code, retry_after = Kind.UNAVAILABLE, "overloaded", RETRY_SECONDS
    zh, en = (
        "服务当前负载过高，请求未被处理；请在 Retry-After 所示时间后用同一个 Idempotency-Key 重试。",
        "The service is overloaded and did not begin this request; send it again after the time in Retry-After, with the same "
        "Idempotency-Key.",
    )


class ShareUsedUp(Refusal):
    """The service is overloaded, and this caller sends more than its share of what is left for each of those who call."""

    kind, code, retry_after = Kind.TOO_MANY, "share_used_up", RETRY_SECONDS
    zh, en = (
        "服务当前负载过高，且您的并发请求已超过可用份额；请降低频率，并在 Retry-After 所示时间后重试。",
        "The service is overloaded, and you send more than your share of requests; send fewer at a time, and again after the time in "
        "Retry-After.",
    )


class Unavailable(Refusal):
    """The database does not answer."""

    kind, code, retry_after = Kind.UNAVAILABLE, "unavailable", RETRY_SECONDS
    zh, en = "服务暂时不可用，请稍后重试。", "The service is temporarily unavailable; try again shortly."


class TimeLimitExceeded(Refusal):
    """The request took longer than the setting `request_seconds` allows."""

    kind, code, retry_after = Kind.UNAVAILABLE, "time_limit_exceeded", RETRY_SECONDS
    zh, en = (
        "处理超时，请稍后用同一个 Idempotency-Key 重试。",
        "The request took too long; try again with the same Idempotency-Key.",
    )


@dataclass(frozen=True, slots=True)
class StatusProblem:
    """The problem of an HTTP status that has no refusal."""

    code: str
    title_zh: str
    zh: str
    en: str


STATUS_PROBLEMS = {
    400: StatusProblem(
        "malformed_request", "请求格式有误", "不是合法的 HTTP 请求。", "This is not a valid HTTP request."
    ),
    404: StatusProblem("not_found", "未找到", "该地址不存在。", "There is nothing at this address."),
    405: StatusProblem(
        "method_not_allowed", "方法不允许", "该地址不支持此方法。", "This address does not support this method."
    ),
    408: StatusProblem("body_too_slow", "请求超时", "请求体发送过慢。", "The body took too long to arrive."),
    414: StatusProblem("address_too_long", "地址过长", "请求的地址过长。", "The address of the request is too long."),
    415: StatusProblem(
        "unsupported_media_type",
        "不支持的媒体类型",
        "请求体必须是未经压缩的 application/json。",
        "The body must be application/json, without a content coding.",
    ),
    431: StatusProblem(
        "headers_too_large", "请求头过大", "请求头过多或过大。", "The request has too many or too large header fields."
    ),
    500: StatusProblem(
        "internal_error",
        "内部错误",
        "服务器出现内部错误；联系支持时请提供 trace_id。",
        "The server failed. Quote the trace_id when you report this.",
    ),
}
