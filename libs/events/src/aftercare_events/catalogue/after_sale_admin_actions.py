"""Commands of administrators of aftersale-svc."""

from typing import ClassVar

from aftercare_events import topics
from aftercare_events.catalogue.admin_actions import AdminActionEvent
from aftercare_events.fields import Code
from aftercare_events.topics import Topic


class AfterSaleAdminActionTaken(AdminActionEvent):
    """An administrator executed a command of aftersale-svc that no other event is about."""

    TOPIC: ClassVar[Topic] = topics.MERCHANTS

    matter: Code = "after_sale_administration"
