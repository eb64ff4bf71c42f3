"""Commands of administrators of order-svc."""

from typing import ClassVar

from aftercare_events import topics
from aftercare_events.catalogue.admin_actions import AdminActionEvent
from aftercare_events.fields import Code
from aftercare_events.topics import Topic


class OrderAdminActionTaken(AdminActionEvent):
    """An administrator executed a command of order-svc that no other event is about."""

    TOPIC: ClassVar[Topic] = topics.ORDERS

    matter: Code = "order_administration"
