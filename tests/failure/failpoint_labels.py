"""The failpoints of the chassis and the services, by the process role that passes them."""

SERVE = ["command.claimed", "command.decided", "transaction.flushed", "command.kept", "command.committed"]
RELAY = ["relay.read", "relay.acknowledged", "relay.deleted"]
CONSUME = ["consumer.handled", "consumer.committed"]
PROVIDER_CALL = ["provider_call.leased", "provider_call.prepared", "provider_call.answered"]
SHIPPING_CALL = ["shipping_call.leased", "shipping_call.prepared", "shipping_call.answered"]
"""In `services/order-svc/tests/integration/test_shipping_interruptions.py`."""
BOT_TURN = ["bot_turn.leased", "bot_turn.decided", "bot_turn.answered"]
"""In `services/cs-svc/tests/integration/test_bot_conversations.py`."""
DELIVERY = ["delivery.leased", "delivery.sent"]
"""In `services/cs-svc/tests/integration/test_delivery_interruptions.py`."""
ATTACHMENT_CHECK = ["attachment.examined", "attachment.deleted"]
"""In `services/cs-svc/tests/integration/test_attachment_interruptions.py`."""
OTHERS = ["consumer.parked", "deadline.found", "deadline.acted", "worker.begins"]
ALL = {*SERVE, *RELAY, *CONSUME, *PROVIDER_CALL, *SHIPPING_CALL, *BOT_TURN, *DELIVERY, *ATTACHMENT_CHECK, *OTHERS}
