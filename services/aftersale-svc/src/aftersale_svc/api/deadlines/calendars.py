"""Calendars 日历: the working days of countries, and those of merchants."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Id, PrincipalId
from fastapi import APIRouter, Path

from aftersale_svc.api.schemas.deadlines.calendars import CalendarOut, MerchantCalendarIn, RulesIn, RulesOut
from aftersale_svc.commands.deadlines import calendars, deadline_rules
from aftersale_svc.domain.deadlines.errors import (
    CalendarUnknown,
    ClosedTooOften,
    OwnRuleOutOfBounds,
    RuleTwice,
    RuleUnknown,
    TimeZoneUnknown,
    WorkingHoursOverlap,
    WorkingTimeTooShort,
)
from aftersale_svc.domain.deadlines.rules import own_rules
from aftersale_svc.domain.deadlines.schedules import merchant_calendar
from aftersale_svc.domain.permissions import PLATFORM_OWNER, check_merchant, check_setter
from aftersale_svc.domain.timers import MERCHANTS_CHOICE, TURNS
from aftersale_svc.queries import calendars as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["deadlines"], route_class=ApiRoute)
MerchantId = Annotated[PrincipalId, Path(description="The merchant.")]
Country = Annotated[Id, Path(description="The country, such as `CN`.")]


@router.get(
    "/calendars/{country}",
    operation_id="getCalendar",
    dependencies=[require_role("agent", "arbitrator", "admin")],
)
async def get_calendar(country: Country, reader: Read[Settings]) -> CalendarOut:
    """Get the calendar of a country: its public holidays, and the working days that make up for them."""
    return CalendarOut.of(*await queries.calendar(reader, country))


@router.get(
    "/merchants/{merchant_id}/calendar",
    operation_id="getMerchantCalendar",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_merchant_calendar(merchant_id: MerchantId, reader: Read[Settings]) -> CalendarOut:
    """Get a merchant's own calendar; 404 where it has none, so that the calendar of the country holds."""
    check_merchant(reader.actor, merchant_id)
    return CalendarOut.of(*await queries.calendar(reader, merchant_calendar(merchant_id)))


@router.put(
    "/merchants/{merchant_id}/calendar",
    operation_id="putMerchantCalendar",
    responses=refusals(CalendarUnknown, TimeZoneUnknown, WorkingHoursOverlap, WorkingTimeTooShort, ClosedTooOften),
    dependencies=[require_role("seller", "agent", "admin")],
)
async def put_merchant_calendar(merchant_id: MerchantId, body: MerchantCalendarIn, tx: Tx[Settings]) -> CalendarOut:
    """Set the hours of a merchant, also by weekday, and the days on which it is closed, as a new version of its calendar.

    It holds for deadlines that are set after a few seconds at most; those that are set already end when they did. Only where the days
    of its country change, open deadlines move, to a later end.
    """
    check_setter(tx.actor, merchant_id)
    await calendars.put_merchant_calendar(tx, merchant_id, wanted=body.wanted())
    return CalendarOut.of(*await queries.calendar(tx, merchant_calendar(merchant_id)))


@router.get(
    "/deadline-rules",
    operation_id="getDeadlineRules",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_rules(reader: Read[Settings]) -> RulesOut:
    """Get the platform's rules of hours: how long somebody has, where it has set no others for the merchant. Merchants set their own within these."""
    return RulesOut.of(PLATFORM_OWNER, await queries.rules(reader, PLATFORM_OWNER), TURNS)


@router.put(
    "/deadline-rules",
    operation_id="putDeadlineRules",
    responses=refusals(RuleUnknown, RuleTwice),
    dependencies=[require_role("admin")],
)
async def put_rules(body: RulesIn, tx: Tx[Settings]) -> RulesOut:
    """Set the platform's rules as a new version. It holds for deadlines that are set after a few seconds at most."""
    version = await deadline_rules.put(tx, PLATFORM_OWNER, rules=[each.rule() for each in body.rules])
    return RulesOut.of(PLATFORM_OWNER, version, TURNS)


@router.get(
    "/merchants/{merchant_id}/deadline-rules",
    operation_id="getMerchantDeadlineRules",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_merchant_rules(merchant_id: MerchantId, reader: Read[Settings]) -> RulesOut:
    """Get the rules of hours that the platform has set for a merchant, which hold before those for all."""
    check_merchant(reader.actor, merchant_id)
    return RulesOut.of(merchant_id, await queries.rules(reader, merchant_id), TURNS)


@router.put(
    "/merchants/{merchant_id}/deadline-rules",
    operation_id="putMerchantDeadlineRules",
    responses=refusals(RuleUnknown, RuleTwice),
    dependencies=[require_role("agent", "admin")],
)
async def put_merchant_rules(merchant_id: MerchantId, body: RulesIn, tx: Tx[Settings]) -> RulesOut:
    """Set the rules of hours for a merchant as a new version. The merchant itself sets `own-deadline-rules`, within these."""
    check_setter(tx.actor, merchant_id)
    version = await deadline_rules.put(tx, merchant_id, rules=[each.rule() for each in body.rules])
    return RulesOut.of(merchant_id, version, TURNS)


@router.get(
    "/merchants/{merchant_id}/own-deadline-rules",
    operation_id="getOwnDeadlineRules",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_own_rules(merchant_id: MerchantId, reader: Read[Settings]) -> RulesOut:
    """Get the rules of hours that a merchant has set itself, and the timers that it may set."""
    check_merchant(reader.actor, merchant_id)
    return RulesOut.of(merchant_id, await queries.rules(reader, own_rules(merchant_id)), MERCHANTS_CHOICE)


@router.put(
    "/merchants/{merchant_id}/own-deadline-rules",
    operation_id="putOwnDeadlineRules",
    responses=refusals(RuleUnknown, RuleTwice, OwnRuleOutOfBounds),
    dependencies=[require_role("seller")],
)
async def put_own_rules(merchant_id: MerchantId, body: RulesIn, tx: Tx[Settings]) -> RulesOut:
    """Set a merchant's own rules of hours as a new version: less time for itself than the platform gives it, more for buyers.

    They hold for deadlines that are set after a few seconds at most, for documents to which the platform gives no less of their
    own time to buyers, and no more to the merchant, and counts it in the same way.
    """
    check_setter(tx.actor, merchant_id)
    version = await deadline_rules.put_own(tx, merchant_id, rules=[each.rule() for each in body.rules])
    return RulesOut.of(merchant_id, version, MERCHANTS_CHOICE)
