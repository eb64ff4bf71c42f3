"""The life of a version: drafted, perhaps approved by a second person, published for a time, and ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from aftercare_chassis.lifecycle import Guard, Lifecycle, Permission, Timeout, Transition

from kb_svc.domain.errors import ApprovalRequired, SecondPersonNeeded


class VersionState(StrEnum):
    """The states of a version. Those before `scheduled` are states of the draft, of which an article has at most one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class VersionAction(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    PUBLISH = "publish"
    TAKE_EFFECT = "take_effect"
    SUPERSEDE = "supersede"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who acts on a draft, and whether a version of its kind has to be approved before it is published."""

    actor_id: str
    required: bool


EDITORS = Permission("editors_only", frozenset({"agent", "admin", "system"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))
_PEOPLE = frozenset({"agent", "admin"})
APPROVED_FIRST = Guard(
    ApprovalRequired.code,
    lambda _, approval: ApprovalRequired() if approval is not None and approval.required else None,
    roles=_PEOPLE,
)
BY_ANOTHER = Guard(
    SecondPersonNeeded.code,
    lambda draft, approval: (
        SecondPersonNeeded()
        if approval is not None and approval.actor_id in (draft.edited_by, draft.submitted_by)
        else None
    ),
)
_STATE, _ACTION = VersionState, VersionAction
PUBLISHED_STATES = (_STATE.SCHEDULED, _STATE.IN_FORCE, _STATE.SUPERSEDED, _STATE.EXPIRED, _STATE.WITHDRAWN)
DRAFT_STATES = (_STATE.DRAFT, _STATE.SUBMITTED, _STATE.APPROVED)
VERSION: Lifecycle[VersionState, VersionAction] = Lifecycle(
    "version",
    initial=_STATE.DRAFT,
    transitions={
        (_STATE.DRAFT, _ACTION.EDIT): Transition(_STATE.DRAFT, EDITORS),
        (_STATE.DRAFT, _ACTION.SUBMIT): Transition(_STATE.SUBMITTED, EDITORS),
        (_STATE.DRAFT, _ACTION.PUBLISH): Transition(_STATE.SCHEDULED, EDITORS, (APPROVED_FIRST,)),
        (_STATE.SUBMITTED, _ACTION.EDIT): Transition(_STATE.DRAFT, EDITORS),
        # Whoever submits last is the submitter, so that of two people the editor can always submit for the other one.
        (_STATE.SUBMITTED, _ACTION.SUBMIT): Transition(_STATE.SUBMITTED, EDITORS),
        (_STATE.SUBMITTED, _ACTION.APPROVE): Transition(_STATE.APPROVED, EDITORS, (BY_ANOTHER,)),
        (_STATE.SUBMITTED, _ACTION.REJECT): Transition(_STATE.DRAFT, EDITORS),
        (_STATE.SUBMITTED, _ACTION.PUBLISH): Transition(_STATE.SCHEDULED, EDITORS, (APPROVED_FIRST,)),
        # What was approved is not what would be published any more.
        (_STATE.APPROVED, _ACTION.EDIT): Transition(_STATE.DRAFT, EDITORS),
        (_STATE.APPROVED, _ACTION.REJECT): Transition(_STATE.DRAFT, EDITORS),
        (_STATE.APPROVED, _ACTION.PUBLISH): Transition(_STATE.SCHEDULED, EDITORS),
        (_STATE.SCHEDULED, _ACTION.TAKE_EFFECT): Transition(_STATE.IN_FORCE, SYSTEM_ONLY),
        (_STATE.SCHEDULED, _ACTION.WITHDRAW): Transition(_STATE.WITHDRAWN, EDITORS),
        (_STATE.IN_FORCE, _ACTION.SUPERSEDE): Transition(_STATE.SUPERSEDED, SYSTEM_ONLY),
        (_STATE.IN_FORCE, _ACTION.EXPIRE): Transition(_STATE.EXPIRED, SYSTEM_ONLY),
        # One in force ends by another version, by its time, or with its article.
        (_STATE.SCHEDULED, _ACTION.RETIRE): Transition(_STATE.WITHDRAWN, SYSTEM_ONLY),
        (_STATE.IN_FORCE, _ACTION.RETIRE): Transition(_STATE.WITHDRAWN, SYSTEM_ONLY),
    },
    timeouts={
        _STATE.DRAFT: Timeout("editors"),
        _STATE.SUBMITTED: Timeout("editors"),
        _STATE.APPROVED: Timeout("editors"),
        _STATE.SCHEDULED: Timeout("system", since="effective_from", then=_ACTION.TAKE_EFFECT, effect="takes_effect"),
        _STATE.IN_FORCE: Timeout("system", since="effective_until", then=_ACTION.EXPIRE, effect="expires"),
    },
    ends={_STATE.SUPERSEDED, _STATE.EXPIRED, _STATE.WITHDRAWN},
)


class Published(Protocol):
    """A published version, as far as its times are concerned."""

    @property
    def number(self) -> int: ...
    @property
    def state(self) -> VersionState: ...
    @property
    def effective_from(self) -> datetime: ...
    @property
    def effective_until(self) -> datetime | None: ...


V = TypeVar("V", bound=Published)


@dataclass(frozen=True, slots=True)
class Change:
    """What is due at a time: the version with this number takes effect, or expires."""

    at: datetime
    number: int
    action: VersionAction


def changes(versions: Iterable[Published]) -> list[Change]:
    """What will happen to these versions by time alone, the first one first.

    Of versions that take effect at the same time the newest one is the last, so that it stays; what expires at that time does so before.
    """
    found = [
        Change(each.effective_from, each.number, _ACTION.TAKE_EFFECT)
        for each in versions
        if each.state is _STATE.SCHEDULED
    ] + [
        Change(each.effective_until, each.number, _ACTION.EXPIRE)
        for each in versions
        if each.state is _STATE.IN_FORCE and each.effective_until is not None
    ]
    return sorted(found, key=lambda each: (each.at, each.action is _ACTION.TAKE_EFFECT, each.number))


def in_force(versions: Iterable[V]) -> V | None:
    """The version in force, of which an article has at most one."""
    return next((each for each in versions if each.state is _STATE.IN_FORCE), None)


def open_versions(versions: Iterable[V]) -> tuple[V, ...]:
    """Those whose time has still to begin or to end."""
    return tuple(each for each in versions if each.state in (_STATE.SCHEDULED, _STATE.IN_FORCE))


def exchanged(versions: Sequence[V], *changed: V) -> tuple[V, ...]:
    """The versions with these in the place of those with the same number."""
    new = {each.number: each for each in changed}
    return tuple(new.get(each.number, each) for each in versions)
