"""Evidence files 凭证: announced, uploaded to the store, checked, and downloaded by links that expire."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Id
from aftercare_chassis.refusals import NotFound
from aftercare_files.stores.port import PENDING, FileStore
from fastapi import APIRouter, Path

from aftersale_svc import queries
from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_evidence import CaseEvidenceListOut
from aftersale_svc.api.schemas.evidence.evidence import AnnouncedFileOut, EvidenceFileIn, EvidenceFileOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands.evidence import evidence
from aftersale_svc.domain.evidence.errors import (
    EvidenceKindOfPlatform,
    EvidenceSubjectUnclear,
    EvidenceTooLarge,
    MediaTypeUnsuitable,
    TooManyEvidenceFiles,
)
from aftersale_svc.domain.evidence.lifecycle import EVIDENCE
from aftersale_svc.domain.evidence.model import EvidenceAction
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.domain.permissions import SIDES, STAFF
from aftersale_svc.settings import Settings

EvidenceId = Annotated[Id, Path(description="The id of the evidence file.")]
_ANNOUNCED = refusals(
    OrderUnknown,
    NotFound,
    EvidenceSubjectUnclear,
    EvidenceKindOfPlatform,
    MediaTypeUnsuitable,
    EvidenceTooLarge,
    TooManyEvidenceFiles,
)


def router(store: FileStore) -> APIRouter:
    """The routes over the files in this store."""
    made = APIRouter(prefix="/v1", tags=["evidence"], route_class=ApiRoute)
    routes = EvidenceRoutes(store)
    made.post(
        "/evidence",
        operation_id="announceEvidence",
        status_code=201,
        responses=_ANNOUNCED,
        dependencies=[require_role(*sorted(SIDES | STAFF))],
    )(routes.announce)
    made.get("/evidence/{evidence_id}", operation_id="getEvidence")(routes.get)
    complete = step([EVIDENCE], EvidenceAction.COMPLETE, "completeEvidence")
    made.post("/evidence/{evidence_id}/complete", **complete)(routes.complete)
    made.get("/cases/{case_id}/evidence", operation_id="getCaseEvidence")(routes.of_case)
    return made


class EvidenceRoutes:
    """The endpoints over one store."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def announce(self, body: EvidenceFileIn, tx: Tx[Settings]) -> AnnouncedFileOut:
        """Announce a file for an order or a case, and get the form by which it is uploaded to the store.

        The form is a POST policy of S3: it permits one object of this type, size and SHA-256, until it expires.
        """
        file = await evidence.announce(tx, body.announced())
        return AnnouncedFileOut.announced(file, tx, self._store)

    async def complete(self, evidence_id: EvidenceId, tx: Tx[Settings]) -> EvidenceFileOut:
        """Have the uploaded file checked now. A file that nobody completes is found after a while, too.

        A file that the store has not taken is refused because of `not_uploaded`, and may be announced again: at once where the store is a
        folder, else by the worker, which alone reaches the store.
        """
        announced = await queries.evidence_file(tx, evidence_id)
        is_uploaded = await self._store.has(PENDING + announced.id)
        completed = await evidence.complete(tx, evidence_id, is_uploaded=is_uploaded is not False)
        return EvidenceFileOut.of(completed, tx, self._store)

    async def get(self, evidence_id: EvidenceId, reader: Read[Settings]) -> EvidenceFileOut:
        """Get a file: its state, why it was refused, and links to it, which expire.

        The side that uploaded it sees it from the start, the other one once a case of the order cites it.
        """
        return EvidenceFileOut.of(await queries.evidence_file(reader, evidence_id), reader, self._store)

    async def of_case(self, case_id: CaseId, reader: Read[Settings]) -> CaseEvidenceListOut:
        """List the evidence of a case and of its disputes: by hash, with who cited it and the file behind it."""
        return CaseEvidenceListOut.of(await queries.evidence_of_case(reader, case_id), reader, self._store)
