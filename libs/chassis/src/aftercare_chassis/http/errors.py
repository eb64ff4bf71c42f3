"""The refusals of the HTTP layer itself: any route may answer with them.

Refusals of one mechanism stand beside it: `idempotency`, `encryption`, `request_body`, `sse`, `database.cursors`,
`auth.tokens`.
"""

from aftercare_chassis.refusals import Kind, Refusal

RETRY_SECONDS = 1


class MalformedJson(Refusal):
    """The body is not JSON."""

    kind, code = Kind.MALFORMED, "malformed_json"
    zh, en = "请求体不是合法的 JSON。", "The body is not valid JSON."


class AddressMalformed(Refusal):
    """The path or the query holds a NUL or is not UTF-8."""

    kind, code = Kind.MALFORMED, "address_malformed"
    zh, en = "地址必须是不含 NUL 的 UTF-8 文本。", "The address must be UTF-8 text without NUL."


class ValidationFailed(Refusal):
    """Fields or parameters are invalid; `errors` names each of them and what is allowed."""

    kind, code = Kind.INVALID, "validation_failed"
    zh, en = "有 {count} 处内容不符合要求。", "{count} part(s) of the request do not fit."


class ConcurrentChange(Refusal):
    """Another command has just created what may exist only once."""

    kind, code, retry_after = Kind.CONFLICT, "concurrent_change", RETRY_SECONDS
    zh, en = (
        "同一对象刚刚被他人创建或修改，请重新读取后再试。",
        "Somebody else has just changed this; read it again and retry.",
    )


class TooManyRequests(Refusal):
    """The caller has used up its limit. `seconds` is the time until there is room again."""

    kind, code = Kind.TOO_MANY, "rate_limited"
    zh, en = "请求过于频繁，请稍后再试。", "Too many requests; try again later."

    def __init__(self, seconds: int) -> None:
        super().__init__(retry_after=seconds)
        self.seconds = seconds


class Unavailable(Refusal):
    """The database does not answer."""

    kind, code, retry_after = Kind.UNAVAILABLE, "unavailable", RETRY_SECONDS
    zh, en = "服务暂时不可用，请稍后重试。", "The service is unavailable for the moment; try again shortly."


class TimeLimitExceeded(Refusal):
    """The request took longer than the setting `request_seconds` allows."""

    kind, code, retry_after = Kind.UNAVAILABLE, "time_limit_exceeded", RETRY_SECONDS
    zh, en = (
        "处理超时，请稍后用同一个 Idempotency-Key 重试。",
        "This took too long; try again with the same Idempotency-Key.",
    )
