"""aftersale-svc: after-sale cases and the disputes about them."""

from aftercare_chassis.database.audit import Audit
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.service import Service
from aftercare_events import AfterSaleAdminActionTaken
from aftercare_events.roles import AUDITED, ROLES
from aftercare_files import store_routes
from aftercare_files.stores.local import LocalStore
from aftercare_files.stores.port import FileStore
from aftercare_files.virus_scan import VirusScanner
from fastapi import APIRouter, FastAPI

from aftersale_svc import tables
from aftersale_svc.api.cases import (
    bulk,
    case_rules,
    cases,
    caseworkers,
    consultations,
    live_cases,
    manual_reviews,
    merchant_terms,
    offers,
    options,
    previews,
    price_adjustments,
    reapplications,
    reasons,
    reviews,
    supplements,
    type_changes,
    work_lists,
)
from aftersale_svc.api.claims import claims, courier_claims, guarantee_claims
from aftersale_svc.api.deadlines import calendars
from aftersale_svc.api.deadlines import deadlines as deadline_routes
from aftersale_svc.api.decisions import decisions
from aftersale_svc.api.disputes import appeals, dispute_costs, dispute_files, disputes, hearings, lab_tests, openings
from aftersale_svc.api.evidence import evidence
from aftersale_svc.api.goods import (
    exchanges,
    fast_exchanges,
    pickup_schedules,
    pickups,
    refused_goods,
    repairs,
    replacements,
    returns,
)
from aftersale_svc.api.money import charge_payments, charge_returns, debts, deposits, offline_refunds, return_freights
from aftersale_svc.commands.cases import manual_reviews as review_claims
from aftersale_svc.commands.cases.redo import REDO
from aftersale_svc.commands.claims import courier_claims as courier_claim_commands
from aftersale_svc.commands.claims import guarantee_steps
from aftersale_svc.commands.deadlines import ledger, timers
from aftersale_svc.commands.disputes import settlements
from aftersale_svc.commands.goods import refused_goods as refused_goods_commands
from aftersale_svc.consumers import FACTS, HANDLERS
from aftersale_svc.domain.wording import names
from aftersale_svc.integrations.file_store import LOCAL_PREFIX, configured
from aftersale_svc.queries.schedules import StoredSchedules
from aftersale_svc.settings import Settings
from aftersale_svc.workers import assignments
from aftersale_svc.workers import deadlines as deadline_workers
from aftersale_svc.workers.calendars import load
from aftersale_svc.workers.charges import reconcile
from aftersale_svc.workers.evidence_checks import EvidenceChecks
from aftersale_svc.workers.standstills import StandstillWatch
from aftersale_svc.workers.waiting_cases import WAITING_CASE_FIGURES, WaitingCaseMetrics


def service(settings: Settings | None = None) -> Service[Settings]:
    """The composition of the service: its settings, routes, handlers, timers and tables."""
    settings = settings or Settings()
    names.register()
    store = configured(settings)
    return Service(
        name="aftersale-svc",
        package="aftersale_svc",
        settings=settings,
        roles=ROLES,
        audit=Audit(AUDITED, AfterSaleAdminActionTaken.taken),
        routers=[
            cases.router,
            live_cases.router,
            bulk.router,
            reviews.router,
            manual_reviews.router,
            manual_reviews.queue,
            offers.router,
            supplements.router,
            type_changes.router,
            reapplications.router,
            returns.router,
            pickups.router,
            pickup_schedules.router,
            consultations.router,
            replacements.router,
            exchanges.router,
            charge_payments.router,
            charge_returns.router,
            return_freights.router,
            repairs.router,
            fast_exchanges.router,
            offline_refunds.router,
            disputes.router,
            dispute_costs.router,
            dispute_files.router,
            dispute_files.drift,
            appeals.router,
            debts.router,
            openings.router,
            hearings.router,
            hearings.queue,
            lab_tests.router,
            lab_tests.bodies,
            options.router,
            previews.router,
            price_adjustments.router,
            caseworkers.router,
            work_lists.router,
            reasons.router,
            case_rules.router,
            merchant_terms.router,
            deposits.router,
            *_evidence(store),
            calendars.router,
            deadline_routes.router,
            decisions.router,
            claims.router,
            courier_claims.in_cases,
            courier_claims.router,
            guarantee_claims.in_cases,
            guarantee_claims.router,
            refused_goods.router,
        ],
        handlers=HANDLERS,
        redo=REDO,
        deadlines=(
            *timers.DEADLINES,
            settlements.DUE,
            courier_claim_commands.STEPS.due,
            guarantee_steps.STEPS.due,
            refused_goods_commands.STEPS.due,
            review_claims.DUE,
        ),
        watch_deadlines=StandstillWatch(),
        workers=[
            EvidenceChecks(store, _scanner(settings), settings).worker(),
            *deadline_workers.WORKERS,
            assignments.WORKER,
            WAITING_CASE_FIGURES,
        ],
        figures=(WaitingCaseMetrics,),
        resources=store.resources,
        metadata=tables.metadata,
        projection=Projection(tables.COPIED, FACTS),
        timing=StoredSchedules(),
        observers=ledger.OBSERVERS,
        after_migration=_after_migration,
        commands={"load-calendars": load, "owe-back-charges": reconcile},
    )


async def _after_migration(runtime: Runtime[Settings]) -> None:
    await load(runtime)
    await reconcile(runtime)


def _evidence(store: FileStore) -> list[APIRouter]:
    """The routes of evidence files, and those of the store where it is a folder of this machine."""
    own = [store_routes.router(store, LOCAL_PREFIX, tag="evidence")] if isinstance(store, LocalStore) else []
    return [evidence.router(store), *own]


def _scanner(settings: Settings) -> VirusScanner | None:
    """The virus scanner, where there is one."""
    if not settings.evidence_clamd:
        return None
    from aftercare_files.clamd import Clamd  # its client is not needed otherwise

    host, _, port = settings.evidence_clamd.rpartition(":")
    return Clamd(host, int(port))


def app() -> FastAPI:
    """The application, for `uvicorn --factory aftersale_svc.main:app`."""
    return service().app


def cli() -> None:
    """The command line: serve, relay, consume, migrate, all, parked …, replay."""
    service().cli()
