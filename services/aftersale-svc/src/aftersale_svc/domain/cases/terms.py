"""Until when something can be asked for about an order. Most of it in the after-sale window; some reasons have a term of their own.

An option and a request are judged by the same function, `check_term`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare_chassis.lifecycle import Context
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import Money, Reason, Term
from aftersale_svc.domain.cases.errors import NoWarranty, ReasonClosed, WarrantyPassed
from aftersale_svc.domain.cases.final_sales import FINAL_BY_DEFAULT, FinalSale, final_lines, is_final
from aftersale_svc.domain.cases.promised_times import NotLateYet, is_not_late, open_promises
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE, REASONS, selectable_reasons
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.orders.errors import WindowPassed
from aftersale_svc.domain.orders.model import Order, OrderState, Stage

OWN = frozenset({Term.WARRANTY, Term.RECALL, Term.SAFETY_INCIDENT})
"""The terms that a merchant, or the platform, can set."""
_SET = {Term.RECALL: "recall_ends_at", Term.SAFETY_INCIDENT: "safety_incident_ends_at"}


@dataclass(frozen=True, slots=True)
class Terms:
    """The ends of the terms of an order; one that is not in `ends` has none, or has not begun.

    `follow_ups` has until when a line may be asked for again because a case about it was completed, where that is later than the window.
    The warranty begins `received_since`, and lasts `warranty_days`, or as long as the line states in `line_days`; 0: there is none.
    `final_lines` are those whose goods are not taken back without a fault, with how each is fulfilled; `promises` has those whose
    goods were promised to leave by a time that is not over. `by_buyer`: the buyer asks.
    """

    ends: Mapping[Term, datetime]
    now: datetime
    follow_ups: Mapping[str, datetime]
    received_since: datetime | None
    warranty_days: int
    line_days: Mapping[str, int]
    final_lines: Mapping[str, str] = field(default_factory=dict)
    promises: Mapping[str, datetime] = field(default_factory=dict)
    by_buyer: bool = False

    def days_of(self, line_id: str | None = None) -> int:
        """How many days the warranty lasts, for this line."""
        return self.line_days.get(line_id or "", self.warranty_days)

    def end_of(self, term: Term, line_id: str | None = None) -> datetime | None:
        """When the term ends, for this line; None: not yet known, or never."""
        if term is Term.WARRANTY:
            return self.received_since and self.received_since + timedelta(days=self.days_of(line_id))
        end = self.ends.get(term)
        later = self.follow_ups.get(line_id or "") if term is Term.WINDOW else None
        return later if end is not None and later is not None and later > end else end

    def is_over(self, term: Term, line_id: str | None = None) -> bool:
        """Whether nothing can be asked for in the term any more."""
        end = self.end_of(term, line_id)
        return (end is not None and end <= self.now) or (term is Term.WARRANTY and not self.days_of(line_id))


def terms_of(order: Order, now: datetime, warranty_days: int, follow_up_hours: float) -> Terms:
    """The terms of an order. `warranty_days` count where neither the line nor a setting has others, 0: there is no warranty. What was wrong with the outcome of a
    completed case is asked for within `follow_up_hours` after its end, also after the window, and for a reason for which the buyer is not liable."""
    setting = order.setting(SettingKind.SERVICE_TERMS)
    content = {} if setting is None else setting.content
    ends = {term: datetime.fromisoformat(content[name]) for term, name in _SET.items() if content.get(name)}
    window = now if order.window_ends_at is None else order.window_ends_at
    if order.state is OrderState.COMPLETED or order.window_ends_at is not None:
        ends[Term.WINDOW] = min(window, now) if order.state is OrderState.COMPLETED else window
    later = timedelta(hours=follow_up_hours)
    follow_ups = {line_id: datetime.fromisoformat(at) + later for line_id, at in (order.completed_lines or {}).items()}
    days = content.get("warranty_days", warranty_days)
    final = final_lines(order.fulfilments or {}, content.get("final_sales", FINAL_BY_DEFAULT))
    promises = open_promises(order.promised_lines or {}, now)
    return Terms(ends, now, follow_ups, order.received_since, days, order.warranties or {}, final, promises)


def terms_now(order: Order, context: Context) -> Terms:
    """The terms of an order now."""
    settings = context.settings
    terms = terms_of(order, context.now, settings.warranty_days, settings.dispute_window_hours)
    return replace(terms, by_buyer=context.actor.role == "buyer")


def term_of(type_: TypeRow, reason: Reason) -> Term:
    """The term in which a case of this type is asked for with this reason. After the window money goes back for few reasons alone; a
    warranty mends or replaces."""
    if type_.is_question:
        return Term.UNLIMITED
    row = REASONS[reason]
    return Term.WINDOW if type_.money is Money.REFUND and not row.pays_later else row.term


def open_reasons(type_: TypeRow, stage: Stage, terms: Terms, line_id: str) -> list[Reason]:
    """The reasons for which a case of this type about this line may be asked for now, as far as time and the kind of its goods go."""
    found = selectable_reasons(type_.name, type_.stage(stage), by_buyer=terms.by_buyer)
    return [
        each
        for each in found
        if not terms.is_over(term_of(type_, each), _followed_up(type_, each, line_id))
        and not is_barred(type_, stage, each, line_id, terms)
    ]


def is_barred(type_: TypeRow, stage: Stage, reason: Reason, line_id: str, terms: Terms) -> bool:
    """Whether the kind of the goods of this line bars the reason, whenever it is asked for, or for as long as they are not late."""
    final = line_id in terms.final_lines and is_final(type_, type_.stage(stage), reason)
    return final or is_not_late(reason, line_id, terms.promises)


def _followed_up(type_: TypeRow, reason: Reason, line_id: str) -> str | None:
    """The line by which the end of the term counts; None where a completed case about it gives no time for this reason: what the buyer is
    liable for is not wrong with the outcome of a case."""
    return None if term_of(type_, reason) is Term.WINDOW and reason in BUYER_LIABLE else line_id


def check_term(
    type_: TypeRow,
    stage: Stage,
    reason: Reason,
    line_ids: Sequence[str],
    terms: Terms,
    *,
    asked_in: Term | None = None,
) -> None:
    """Refuse what is asked for too late, or too early. `asked_in` is the term of the request in whose place this one comes: within the same term it is in time.

    Raises:
        FinalSale: goods of this kind are not taken back for this reason, whenever it is asked for.
        NotLateYet: the goods were promised to leave by a time that is not over.
        WindowPassed: the after-sale window is over.
        WarrantyPassed, NoWarranty: the warranty is over, or there is none.
        ReasonClosed: requests for the reason have ended.
    """
    for place, line_id in enumerate(line_ids):
        pointer = f"/lines/{place}/line_id"
        if is_not_late(reason, line_id, terms.promises):
            allowed = open_reasons(type_, stage, terms, line_id)
            raise NotLateYet(pointer=pointer, promised_at=terms.promises[line_id], allowed=allowed)
        if is_barred(type_, stage, reason, line_id, terms):
            raise FinalSale(
                pointer=pointer,
                fulfilment=terms.final_lines[line_id],
                allowed=open_reasons(type_, stage, terms, line_id),
            )
    term = term_of(type_, reason)
    if term is asked_in:
        return
    for line_id in line_ids:
        of_line = _followed_up(type_, reason, line_id)
        if terms.is_over(term, of_line):
            _refuse(term, of_line, terms, open_reasons(type_, stage, terms, line_id))


def is_late(order: Order, request: Request, context: Context) -> bool:
    """Whether something is asked for after the after-sale window. In the place of a request of the same term it is as late as that was."""
    if request.asked_in is term_of(TYPES[request.type], request.reason):
        return request.asked_late
    return terms_now(order, context).is_over(Term.WINDOW)


def _refuse(term: Term, line_id: str | None, terms: Terms, allowed: Sequence[Reason]) -> None:
    ended_at = terms.end_of(term, line_id)
    if term is Term.WINDOW:
        raise WindowPassed(ended_at=ended_at, allowed=allowed)
    if term is not Term.WARRANTY:
        raise ReasonClosed(pointer="/reason", ended_at=ended_at, allowed=allowed)
    if not terms.days_of(line_id):
        raise NoWarranty(pointer="/reason", allowed=allowed)
    raise WarrantyPassed(pointer="/reason", ended_at=ended_at, allowed=allowed)
