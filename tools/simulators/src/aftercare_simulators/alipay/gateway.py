"""How the two sides of Alipay's gateway sign (RSA2): requests and callbacks as sorted forms, responses as the text of their node."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi.responses import Response

from aftercare_simulators.payment.rsa import KeyPair


@dataclass(slots=True)
class Account:
    """An application of a merchant with the account `seller_id`: its own key, and the key that Alipay signs with."""

    merchant: KeyPair
    alipay: KeyPair
    app_id: str = "2021000000000001"
    seller_id: str = "2088000000000000"


def signed_text(form: dict[str, str], *without: str) -> str:
    """What is signed of a form: its filled fields in the order of their names."""
    return "&".join(f"{name}={form[name]}" for name in sorted(form) if form[name] and name not in without)


def authorizes(account: Account, form: dict[str, str]) -> bool:
    """Whether the request is signed by the merchant."""
    is_known = form.get("app_id") == account.app_id and form.get("sign_type") == "RSA2"
    return is_known and account.merchant.verifies(signed_text(form, "sign"), form.get("sign", ""))


def notification(account: Account, fields: dict[str, str]) -> str:
    """A signed callback as a form."""
    sign = account.alipay.sign(signed_text(fields))
    return urlencode({**fields, "sign": sign, "sign_type": "RSA2"})


def succeed(account: Account, method: str, **content: object) -> Response:
    """A signed response with this content."""
    return respond(account, method, {"code": "10000", "msg": "Success", **content})


def fail(account: Account, method: str, sub_code: str) -> Response:
    """A signed response that refuses the business for the reason with this code."""
    return respond(
        account, method, {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": sub_code}
    )


def respond(account: Account, method: str, content: dict[str, object]) -> Response:
    """A signed response: the signature is that of the text of the node."""
    node = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    name = f"{method.replace('.', '_')}_response"
    body = f'{{"{name}":{node},"sign":"{account.alipay.sign(node)}"}}'
    return Response(body.encode(), 200, media_type="text/html;charset=utf-8")
