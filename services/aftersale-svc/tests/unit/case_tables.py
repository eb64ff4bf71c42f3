"""Rows of the state tables of types of cases, written out a second time: state, action, target, who."""

from typing import Any

from aftercare_chassis.lifecycle import Lifecycle

OFFERS = """
pending_review  offer     offer_pending  seller
pending_review  accept_offer {approved}  seller unseen
manual_review   offer     offer_pending  agent
manual_review   accept_offer {approved}  agent unseen
offer_pending   accept_offer {approved}  buyer agent
offer_pending   decline_offer pending_review buyer agent
offer_pending   counter_offer pending_review buyer agent
offer_pending   lapse_offer pending_review system
offer_pending   withdraw_offer pending_review seller agent
offer_pending   cancel    cancelled      buyer agent
offer_pending   freeze    disputed       system
offer_pending   end_with_order closed    system
"""
CHANGES = """
pending_review  change_type  pending_review  buyer agent
"""
REVIEWS = """
manual_review   take      manual_review  agent
manual_review   assign    manual_review  agent admin system
manual_review   release   manual_review  agent
manual_review   propose_decision manual_review agent outcome
manual_review   confirm_decision manual_review agent
manual_review   decline_decision manual_review agent
"""
SUPPLEMENTS = """
pending_review    request_supplement  await_supplement  seller
manual_review     request_supplement  await_supplement  agent
await_supplement  submit_supplement   pending_review    buyer agent
await_supplement  end_supplement      pending_review    system
await_supplement  cancel              cancelled         buyer agent
await_supplement  freeze              disputed          system
await_supplement  end_with_order      closed            system
"""
CANCELLATIONS = """
await_supplement  end_with_shipment   closed            system unseen
pending_review  end_with_shipment  closed  system unseen
manual_review   end_with_shipment  closed  system unseen
rejected        end_with_shipment  closed  system unseen
offer_pending   end_with_shipment  closed  system unseen
disputed        end_with_shipment  closed  arbitrator buyer seller system outcome
"""
GRANTS = """
pending_review  grant  refunding  seller
manual_review   grant  refunding  agent
"""
LATE_ARRIVALS = """
completed          record_arrival   completed          seller agent system
closed             record_arrival   closed             seller agent system
"""
"""What every type has in which goods come back."""
REFUSED = (
    LATE_ARRIVALS
    + """
refunding          return_refused_goods refunding    seller agent
refunding          correct_refused_goods_waybill refunding    seller agent
completed          return_refused_goods completed    seller agent
completed          correct_refused_goods_waybill completed    seller agent
closed             return_refused_goods closed       seller agent
closed             correct_refused_goods_waybill closed       seller agent
cancelled          return_refused_goods cancelled    seller agent
cancelled          correct_refused_goods_waybill cancelled    seller agent
return_in_transit  cancel           cancelled          buyer agent
return_in_transit  correct_waybill  return_in_transit  seller agent
return_in_transit  receive          await_inspection   seller system
return_in_transit  escalate         manual_review      system
manual_review      receive          await_inspection   seller system
await_inspection   report_return_missing manual_review seller
disputed           receive          disputed           system unseen
await_inspection   inspect          refunding          seller system
await_inspection   refuse           rejected           seller outcome
await_inspection   refuse_untracked manual_review      seller outcome
return_in_transit  freeze           disputed           system
await_inspection   freeze           disputed           system
closed             receive          manual_review      seller agent
return_in_transit  end_with_order   closed             system
await_inspection   end_with_order   closed             system
"""
)
QUESTIONS = """
await_answer   cancel    cancelled      buyer agent
await_answer   answer    answered       seller agent
await_answer   escalate  manual_review  system
manual_review  answer    answered       seller agent
manual_review  cancel    cancelled      buyer agent
manual_review  close     closed         agent
manual_review  escalate  manual_review  system
answered       ask_again await_answer   buyer agent
answered       resolve   completed      buyer system agent
await_answer   end_with_order  closed   system
manual_review  end_with_order  closed   system
answered       end_with_order  closed   system
"""
OFFLINE = """
manual_review           state_offline_refund     offline_refund_confirm  seller agent
offline_refund_confirm  confirm_offline_refund   completed               buyer
offline_refund_confirm  escalate                 manual_review           system
manual_review           confirm_offline_refund   completed               buyer agent
manual_review           withdraw_offline_refund  manual_review           seller agent
manual_review           deny_offline_refund      manual_review           buyer
manual_review           dispute_offline_refund   disputed                buyer outcome
offline_refund_confirm  deny_offline_refund      manual_review           buyer
offline_refund_confirm  withdraw_offline_refund  manual_review           seller agent
offline_refund_confirm  dispute_offline_refund   disputed                buyer outcome
offline_refund_confirm  reverse_refund           manual_review           system unseen
refunding               reverse_refund           manual_review           system unseen
completed               reverse_refund           manual_review           system unseen
offline_refund_confirm  freeze                   disputed                system
offline_refund_confirm  end_with_order           closed                  system
"""
INSPECTIONS = """
await_inspection  escalate  manual_review  system
"""
"""What an inspection has that money follows from."""
ADDED = OFFERS + REVIEWS + SUPPLEMENTS + OFFLINE
"""What is added to what every type has, but for questions."""
REFUNDS = """
requested  succeed  succeeded  system
requested  fail     failed     system
succeeded  reverse  failed     system
"""
HOLDS = """
held      settle      settled   system
held      release     released  system
released  hold_again  held      system
"""

PICKUPS = """
await_buyer_shipment  book_pickup  await_pickup    buyer agent
await_buyer_shipment  collect_pickup  return_in_transit  system unseen
await_pickup          move_pickup     await_pickup       buyer agent
await_pickup          cancel_pickup   await_buyer_shipment  buyer agent
await_pickup          give_pickup_waybill  await_pickup  seller agent
await_pickup          collect_pickup  return_in_transit  seller agent system
await_pickup          report_absence  await_buyer_shipment  seller agent
await_pickup          miss_pickup     await_buyer_shipment  buyer seller agent system
await_pickup          refuse_pickup   await_buyer_shipment  system unseen
await_pickup          escalate        manual_review      system unseen
await_pickup          cancel          cancelled          buyer agent
await_pickup          set_return_address await_pickup    seller agent
await_pickup          freeze          disputed           system
await_pickup          end_with_order  closed             system
"""
"""What a return has of pickups."""

# `unseen`: to the other roles the action does not exist in this state. `never`: the row is there for the reason alone.
RETURNS = (
    LATE_ARRIVALS
    + """
refunding             return_refused_goods refunding     seller agent
refunding             correct_refused_goods_waybill refunding     seller agent
completed             return_refused_goods completed     seller agent
completed             correct_refused_goods_waybill completed     seller agent
closed                return_refused_goods closed        seller agent
closed                correct_refused_goods_waybill closed        seller agent
cancelled             return_refused_goods cancelled     seller agent
cancelled             correct_refused_goods_waybill cancelled     seller agent
cancelled             record_arrival   cancelled         seller agent system
closed                receive              manual_review seller agent
await_buyer_shipment  ship      return_in_transit  buyer agent
await_buyer_shipment  cancel    cancelled          buyer agent
await_buyer_shipment  close     closed             system
await_buyer_shipment  receive   await_inspection   seller system
await_pickup          receive   await_inspection   seller system
await_buyer_shipment  escalate  manual_review      system
await_buyer_shipment  set_return_address await_buyer_shipment seller agent
return_in_transit     set_return_address return_in_transit seller agent never
await_buyer_shipment  change_type  pending_review  buyer agent
await_inspection      set_return_address await_inspection seller agent never
return_in_transit     correct_waybill return_in_transit buyer agent
return_in_transit     receive   await_inspection   seller system
return_in_transit     escalate  manual_review      system
disputed              receive   disputed           system unseen
disputed              order_return  await_buyer_shipment  arbitrator buyer seller system outcome
manual_review         receive   await_inspection   seller system
await_inspection      report_return_missing manual_review seller
await_inspection      inspect   refunding          seller system
await_inspection      refuse    rejected           seller outcome
await_inspection      refuse_untracked manual_review seller outcome
await_buyer_shipment  freeze    disputed           system
return_in_transit     freeze    disputed           system
await_inspection      freeze    disputed           system
await_buyer_shipment  end_with_order  closed       system
return_in_transit     end_with_order  closed       system
await_inspection      end_with_order  closed       system
"""
)


def in_every_state(table: Lifecycle[Any, Any], action: str) -> dict[tuple[str, str], tuple[str, set[str]]]:
    """The rows of what the merchant records, or an agent in its place, in every state and without another one."""
    states = {str(state) for state in (*table.timeouts, *table.ends)}
    return {(state, action): (state, {"seller", "agent"}) for state in states}
