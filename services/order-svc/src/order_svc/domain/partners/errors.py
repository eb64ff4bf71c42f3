"""The refusals about endpoints of couriers."""

from aftercare_chassis.refusals import Kind, Refusal


class UnknownPartner(Refusal):
    """No courier partner of this name is connected."""

    kind, code = Kind.INVALID, "unknown_partner"
    zh = "不支持该承运商伙伴：{partner}。可用：{known}。"
    en = "No such courier partner: {partner}. Known are {known}."


class SecretUnfit(Refusal):
    """The secret cannot be used with the partner's signature scheme."""

    kind, code = Kind.INVALID, "secret_unfit"
    zh = "该密钥不符合 {partner} 的签名要求（不含控制字符与首尾空格；standard-webhooks 为 whsec_ 加 24 至 64 字节的 base64，或 whpk_ 加 32 字节的 base64）。"
    en = (
        "This secret does not fit the signature scheme of {partner}: printable, without blanks around it; for standard-webhooks"
        " whsec_ and the base64 of 24 to 64 bytes, or whpk_ and that of 32."
    )


class EndpointRevoked(Refusal):
    """The endpoint was revoked; a courier needs a new one."""

    kind, code = Kind.CONFLICT, "endpoint_revoked"
    zh = "该接收地址已停用，请新建。"
    en = "This endpoint was revoked: open a new one."


class NetworkUnfit(Refusal):
    """An entry of the allowed networks is none."""

    kind, code = Kind.INVALID, "network_unfit"
    zh = "“{given}”不是 CIDR 网段或 IP 地址，或前缀之后仍有非零位；例如 203.0.113.0/24、2001:db8::/32、203.0.113.7。"
    en = (
        "“{given}” is neither a network in CIDR notation nor an address, or has bits behind its prefix; such as 203.0.113.0/24,"
        " 2001:db8::/32 or 203.0.113.7."
    )
