"""The currency of amounts that people name: an order, with all that is decided about it, has one."""

from aftercare_chassis.refusals import Kind, Refusal


class CurrencyForeign(Refusal):
    """The amount is in another currency than the order."""

    kind, code = Kind.INVALID, "currency_mismatch"
    zh, en = "币种必须与订单一致（{currency}）。", "The order's currency is {currency}."


class PriceCurrencyForeign(Refusal):
    """A price is in another currency than the order."""

    kind, code = Kind.INVALID, "price_currency_mismatch"
    zh, en = "价格币种必须与订单一致（{currency}）。", "The order's currency is {currency}."


def check_currency(named: str | None, own: str, pointer: str, foreign: type[Refusal] = CurrencyForeign) -> None:
    """Refuse an amount in another currency than that of the order. Raises: `foreign`, about the field at `pointer`."""
    if named != own:
        raise foreign(pointer=pointer, currency=own)
