"""How Alipay's requests and notifications are written: forms, what is signed of them, amounts in yuan, and times."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from order_svc.domain.payments.model import Payment


def form_of(raw: bytes) -> dict[str, str] | None:
    """The fields of a form in UTF-8; None where it is none, or names a field twice."""
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        return None
    form = dict(fields)
    return form if form and len(form) == len(fields) else None


def signed_text(form: Mapping[str, str], *without: str) -> bytes:
    """The filled fields in the order of their names."""
    return "&".join(f"{name}={form[name]}" for name in sorted(form) if form[name] and name not in without).encode()


def timeout_of(payment: Payment, *names: str) -> Mapping[str, str]:
    """How long the buyer can make the payment, under each of these names."""
    if payment.expires_at is None:
        return {}
    minutes = max(1, int((payment.expires_at - payment.created_at).total_seconds() // 60))
    return dict.fromkeys(names, f"{minutes}m")


def yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
