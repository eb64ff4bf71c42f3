"""The table of docs/lifecycles.md that maps the actions of a lifecycle to requests."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aftercare_chassis.lifecycle import Lifecycle

from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.layout import checkout

# The states and actions differ per lifecycle; the page needs their texts alone.
AnyLifecycle = Lifecycle[Any, Any]

SYSTEM = "system"
HEAD = """\
## Actions and requests

`allowed_actions` of a response lists actions by their codes. This table has the request that takes each of them, and the roles that may take it in some state. What `system` may take is also taken
by an event, a timer or a worker; actions of the system alone have no request. Lifecycles in which only the system acts are left out. An inspection that accepts no unit takes `refuse` and not `inspect`. What a verdict or a
withdrawal of a dispute does to the case are actions of the case: a client sends the request of the dispute.

| document | action | request | roles |
|---|---|---|---|"""
_PROPOSALS = "POST /v1/disputes/{dispute_id}/proposals"
_SETTLE, _DECLINE = f"{_PROPOSALS}/{{proposal_id}}/accept", f"{_PROPOSALS}/{{proposal_id}}/decline"
_REPLACE = "POST /v1/disputes/{dispute_id}/replace-verdict"
_VERDICT, _WITHDRAW = "POST /v1/disputes/{dispute_id}/verdict", "POST /v1/disputes/{dispute_id}/withdraw"
_GUARANTEES = "POST /v1/guarantee-claims/{guarantee_claim_id}"
_REFUSED_GOODS = "POST /v1/refused-goods-claims/{refused_goods_claim_id}"
_CLAIMS = "POST /v1/courier-claims/{claim_id}"
# All others are `POST /v1/<document>s/{<document>_id}/<action>`, with hyphens in the action.
REQUESTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("order", "pay"): ("POST /v1/orders/{order_id}/payments",),
    ("order", "cancel_lines"): ("POST /v1/orders/{order_id}/cancel",),
    ("order", "ship"): ("POST /v1/orders/{order_id}/parcels",),
    ("order", "record_delivery"): ("POST /v1/parcels/{parcel_id}/record-delivery",),
    ("order", "record_loss"): ("POST /v1/parcels/{parcel_id}/record-loss",),
    ("partner push", "redrive"): (
        "POST /v1/courier-pushes/{push_id}/redrive",
        "POST /v1/payment-callbacks/{callback_id}/redrive",
    ),
    ("payment difference", "explain"): ("POST /v1/payment-differences/{difference_id}/explain",),
    ("payment difference", "resolve"): ("POST /v1/payment-differences/{difference_id}/resolve",),
    ("identity", "link"): ("POST /v1/identities/{identity_id}/link",),
    ("identity", "unlink"): ("POST /v1/identities/{identity_id}/unlink",),
    ("survey", "answer"): ("POST /v1/conversation-ratings", "POST /v1/ratings"),
    ("survey", "opt_out"): ("POST /v1/survey-preferences",),
    ("delivery", "retry"): ("POST /v1/deliveries/{delivery_id}/retry",),
    ("link code", "confirm"): ("POST /v1/link-codes/{code_id}/confirm",),
    ("link code", "try"): ("POST /v1/link-codes/{code_id}/confirm",),
    ("link code", "block"): ("POST /v1/link-codes/{code_id}/confirm",),
    ("inbound message", "redrive"): ("POST /v1/channel-inbox/{inbound_id}/redrive",),
    ("call", "dispose"): ("POST /v1/calls/{call_id}/disposition",),
    ("label", "void"): ("POST /v1/parcels/{parcel_id}/void",),
    ("parcel anomaly", "acknowledge"): ("POST /v1/parcel-anomalies/{anomaly_id}/acknowledge",),
    ("parcel anomaly", "resolve"): ("POST /v1/parcel-anomalies/{anomaly_id}/resolve",),
    ("case", "refuse"): ("POST /v1/cases/{case_id}/inspect",),
    ("case", "refuse_return"): ("POST /v1/cases/{case_id}/inspect",),
    ("case", "refuse_untracked"): ("POST /v1/cases/{case_id}/inspect",),
    ("case", "no_parts"): ("POST /v1/cases/{case_id}/no-stock",),
    ("case", "refund_credit"): ("POST /v1/cases/{case_id}/confirm-replacement",),
    ("case", "propose_decision"): tuple(
        f"POST /v1/cases/{{case_id}}/{action}"
        for action in (
            "approve",
            "refund",
            "grant",
            "offer",
            "accept-offer",
            "state-offline-refund",
            "release-hold",
            "claim-hold",
        )
    ),
    ("case", "dispute_offline_refund"): ("POST /v1/cases/{case_id}/deny-offline-refund",),
    ("case", "resume"): (_VERDICT, _SETTLE, _WITHDRAW),
    ("case", "award"): (_VERDICT, _SETTLE, _REPLACE),
    ("case", "dismiss"): (_VERDICT, _SETTLE, _REPLACE),
    ("case", "order_return"): (_VERDICT, _SETTLE, _REPLACE),
    ("case", "order_replacement"): (_VERDICT, _SETTLE, _REPLACE),
    ("case", "end_with_order"): (_VERDICT, _SETTLE, _WITHDRAW),
    ("case", "end_with_shipment"): (_VERDICT, _SETTLE, _WITHDRAW),
    ("case", "end_with_units"): (_VERDICT, _SETTLE, _WITHDRAW),
    ("dispute", "announce"): (_VERDICT,),
    ("dispute", "add_evidence"): ("POST /v1/disputes/{dispute_id}/evidence",),
    ("dispute", "decide"): (_VERDICT,),
    ("dispute", "propose"): (_PROPOSALS,),
    ("dispute", "settle"): (_SETTLE,),
    ("dispute", "decline_proposal"): (_DECLINE,),
    ("settlement proposal", "accept"): (_SETTLE,),
    ("settlement proposal", "decline"): (_DECLINE,),
    ("settlement proposal", "replace"): (_PROPOSALS,),
    **{("courier claim", each): (f"{_CLAIMS}/{each}",) for each in ("file", "acknowledge", "accept", "decline", "pay")},
    **{
        ("guarantee claim", each): (f"{_GUARANTEES}/{each.replace('_', '-')}",)
        for each in ("agree", "object", "request_evidence", "submit_evidence", "approve", "decline", "cancel")
    },
    ("guarantee claim", "record_payment"): (f"{_GUARANTEES}/record-payment",),
    ("guarantee claim", "record_failure"): (f"{_GUARANTEES}/record-failure",),
    ("refused goods claim", "send"): ("POST /v1/cases/{case_id}/return-refused-goods",),
    ("refused goods claim", "correct_waybill"): ("POST /v1/cases/{case_id}/correct-refused-goods-waybill",),
    ("refused goods claim", "deliver"): (f"{_REFUSED_GOODS}/confirm",),
    **{
        ("refused goods claim", each): (f"{_REFUSED_GOODS}/{each.replace('_', '-')}",)
        for each in (
            *("report_not_received", "report_lost", "order_dispatch", "keep", "abandon", "compensate", "decline"),
            "record_payment",
        )
    },
    ("courier claim", "add_evidence"): (f"{_CLAIMS}/evidence",),
    ("courier claim", "abandon"): (f"{_CLAIMS}/abandon",),
    ("evidence file", "complete"): ("POST /v1/evidence/{evidence_id}/complete",),
    ("attachment", "complete"): ("POST /v1/conversations/{conversation_id}/attachments/{attachment_id}/complete",),
    ("attachment", "add"): ("POST /v1/conversations/{conversation_id}/messages",),
    ("conversation", "post"): ("POST /v1/conversations/{conversation_id}/messages",),
    ("conversation", "absorb"): ("POST /v1/conversations/{conversation_id}/merge",),
    **{
        ("held reply", each): (f"POST /v1/held-replies/{{held_reply_id}}/{each}",)
        for each in ("approve", "decline", "withdraw")
    },
    **{("queue entry", each): (f"POST /v1/queue-entries/{{queue_entry_id}}/{each}",) for each in ("accept", "decline")},
    ("queue entry", "take"): (
        "POST /v1/conversations/{conversation_id}/assign",
        "POST /v1/conversations/{conversation_id}/messages",
    ),
    ("feedback", "answer"): ("POST /v1/feedback/{feedback_id}/answer",),
    ("feedback", "improve"): ("POST /v1/feedback/{feedback_id}/improve",),
    **{
        ("regulator complaint", each): (f"POST /v1/regulator-complaints/{{regulator_complaint_id}}/{each}",)
        for each in ("assign", "accept", "decline", "agree", "refuse", "reply", "withdraw", "reopen")
    },
    ("article", "edit"): ("PATCH /v1/articles/{article_id}",),
    **{
        ("unanswered question", each): (f"POST /v1/unanswered-questions/{{question_id}}/{each}",)
        for each in ("answer", "dismiss", "reopen")
    },
    ("version", "edit"): ("PATCH /v1/articles/{article_id}",),
    **{
        ("version", each): (f"POST /v1/articles/{{article_id}}/{each}",)
        for each in ("submit", "approve", "reject", "publish")
    },
    ("version", "withdraw"): ("POST /v1/articles/{article_id}/versions/{number}/withdraw",),
}


def table(services: Mapping[str, Mapping[str, AnyLifecycle]]) -> str:
    """The section, for the lifecycles of each service by their titles.

    Raises:
        StackError: the OpenAPI document of the service has no such request.
    """
    rows = (row for service, lifecycles in services.items() for row in _rows(service, _by_document(lifecycles)))
    return "\n".join([HEAD, *rows]) + "\n"


def _by_document(lifecycles: Mapping[str, AnyLifecycle]) -> dict[str, dict[str, set[str]]]:
    """The roles per action; the tables of `case: refund_only` and `case: return_refund` together are those of `case`."""
    found: dict[str, dict[str, set[str]]] = {}
    for title, lifecycle in sorted(lifecycles.items()):
        actions = found.setdefault(title.partition(":")[0], {})
        for (_, action), transition in lifecycle.transitions.items():
            actions.setdefault(str(action), set()).update(transition.permission.roles)
    return found


def _rows(service: str, documents: Mapping[str, Mapping[str, set[str]]]) -> Iterator[str]:
    existing = _requests_of(service)
    for document, actions in documents.items():
        by_people = {action: roles for action, roles in actions.items() if roles != {SYSTEM}}
        for action, roles in by_people.items():
            requests = REQUESTS.get((document, action)) or (_default(document, action),)
            if missing := set(requests) - existing:
                where = "REQUESTS of aftercare_cli/lifecycles/requests.py"
                raise StackError(f"{service} has no {', '.join(missing)} for `{action}` of {document}: see {where}")
            yield f"| {document} | `{action}` | {' · '.join(f'`{one}`' for one in requests)} | {', '.join(sorted(roles))} |"
        if by_people and (alone := [f"`{action}`" for action in actions if action not in by_people]):
            yield f"| {document} | {', '.join(alone)} | – | {SYSTEM} |"


def _default(document: str, action: str) -> str:
    return f"POST /v1/{document}s/{{{document}_id}}/{action.replace('_', '-')}"


def _requests_of(service: str) -> set[str]:
    """Method and path of every operation in the OpenAPI document."""
    document = json.loads((checkout() / "docs" / "openapi" / f"{service}.json").read_text(encoding="utf-8"))
    return {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}
