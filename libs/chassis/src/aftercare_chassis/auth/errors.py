"""Why a request without a usable token is refused, each with a stable code."""

from aftercare_chassis.refusals import Kind, Refusal


class Unauthenticated(Refusal):
    """The caller is not known."""

    kind = Kind.UNAUTHENTICATED


class TokenMissing(Unauthenticated):
    """The request has no `Authorization: Bearer …` header."""

    code = "token_missing"
    zh, en = "请在 Authorization 头中提供 Bearer 令牌。", "Send a bearer token in the Authorization header."


class TokenMalformed(Unauthenticated):
    """The header does not hold a JSON Web Token."""

    code = "token_malformed"
    zh, en = "令牌格式有误。", "The token is malformed."


class TokenExpired(Unauthenticated):
    """The time in the token's `exp` has passed."""

    code = "token_expired"
    zh, en = "令牌已过期。", "The token has expired."


class TokenInvalid(Unauthenticated):
    """The signature, issuer, audience, times or claims of the token are not valid."""

    code = "token_invalid"
    zh, en = "令牌无效。", "The token is not valid."


class KeyUnknown(TokenInvalid):
    """The issuer of the token has no key of this id, as far as is known."""


class TokenWithdrawn(TokenInvalid):
    """The token, its key, its subject or its client has been withdrawn."""


class IssuerUnavailable(Refusal):
    """The keys of the token's issuer are not known, and the issuer does not answer. The token may be valid."""

    kind, code, retry_after = Kind.UNAVAILABLE, "unavailable", 5
    zh, en = "服务暂时不可用，请稍后重试。", "The service is temporarily unavailable; try again shortly."


class ClaimUnfit(TokenInvalid):
    """A claim names somebody by a text that cannot be used in bodies, filters, paths and events."""

    zh = "令牌的 {claim} 必须是 1 至 {longest} 个可打印字符，首尾不能是空格，且不能只是 . 或 .. 。"
    en = "The token's {claim} must be 1 to {longest} printable characters without spaces around them, other than . and .. alone."
