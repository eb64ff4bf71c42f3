"""What people do with payments outside the suite that the buyer states, for the graph of `case_walk`."""

from aftersale_svc.commands.money import charge_payments
from case_walk import CASE, Command

STATING: dict[str, Command] = {
    "state the payment": lambda tx: charge_payments.state(tx, CASE, reference="?"),
    "confirm the payment": lambda tx: charge_payments.confirm(tx, CASE),
    "deny the payment": lambda tx: charge_payments.deny(tx, CASE, text="?"),
    "let an agent decide about the payment": lambda tx: charge_payments.escalate(tx, CASE),
}
