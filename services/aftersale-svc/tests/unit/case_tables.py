"""Rows of the state tables of types of cases, written out a second time: state, action, target, who."""

CANCELLATIONS = """
pending_review  end_with_shipment  closed  system unseen
manual_review   end_with_shipment  closed  system unseen
rejected        end_with_shipment  closed  system unseen
disputed        end_with_shipment  closed  arbitrator buyer outcome
"""
GRANTS = """
pending_review  grant  refunding  seller
manual_review   grant  refunding  agent
"""
QUESTIONS = """
await_answer   cancel    cancelled      buyer agent
await_answer   answer    answered       seller agent
await_answer   escalate  manual_review  system
manual_review  answer    answered       seller agent
manual_review  cancel    cancelled      buyer agent
manual_review  close     closed         agent
manual_review  escalate  manual_review  system
answered       ask_again await_answer   buyer
answered       resolve   completed      buyer system
await_answer   end_with_order  closed   system
manual_review  end_with_order  closed   system
answered       end_with_order  closed   system
"""
