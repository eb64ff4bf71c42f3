"""The commands that timers run, by the action that the state table names. Each is registered where it is defined."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings

TimerCommand = Callable[[Transaction[Settings], FullCase, Order], Awaitable[FullCase]]
T = TypeVar("T", bound=TimerCommand)

BY_ACTION: dict[CaseAction, TimerCommand] = {}


def by_timer(action: CaseAction) -> Callable[[T], T]:
    """Register a command on a case that is locked with its order: timers run it for `action`."""

    def register(command: T) -> T:
        BY_ACTION[action] = command
        return command

    return register
