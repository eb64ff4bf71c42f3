"""Files in conversations 附件: announced, uploaded to the store, checked, and downloaded by links that expire."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action
from aftercare_chassis.http.schemas import Id
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from aftercare_files.stores.port import PENDING, FileStore
from fastapi import APIRouter, Path

from cs_svc.api.conversations import ConversationId
from cs_svc.api.schemas.attachments import AnnouncedAttachmentOut, AttachmentIn, AttachmentOut, AttachmentsOut
from cs_svc.commands import attachments
from cs_svc.domain.attachments import (
    ATTACHMENT,
    AttachmentAction,
    AttachmentTooLarge,
    AttachmentTypeUnsuitable,
    NotesByAgentsOnly,
    TooManyAttachments,
)
from cs_svc.domain.conversations import CONVERSATION, ConversationAction
from cs_svc.domain.errors import ConversationGone
from cs_svc.queries import attachments as queries
from cs_svc.settings import Settings

AttachmentId = Annotated[Id, Path(description="The id of the file.")]
_ANNOUNCED = refusals(
    ActionNotAllowed,
    ConversationGone,
    NotesByAgentsOnly,
    AttachmentTypeUnsuitable,
    AttachmentTooLarge,
    TooManyAttachments,
)


def router(store: FileStore) -> APIRouter:
    """The routes over the files in this store."""
    made = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["attachments"], route_class=ApiRoute)
    routes = AttachmentRoutes(store)
    made.post(
        "/attachments",
        operation_id="announceAttachment",
        status_code=201,
        responses=_ANNOUNCED,
        dependencies=[require_action(CONVERSATION, ConversationAction.POST)],
    )(routes.announce)
    made.get("/attachments", operation_id="listAttachments")(routes.list_)
    made.get("/attachments/{attachment_id}", operation_id="getAttachment")(routes.get)
    made.post(
        "/attachments/{attachment_id}/complete",
        operation_id="completeAttachment",
        responses=refusals(IllegalTransition),
        dependencies=[require_action(ATTACHMENT, AttachmentAction.COMPLETE)],
    )(routes.complete)
    return made


class AttachmentRoutes:
    """The endpoints over one store."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def announce(
        self, conversation_id: ConversationId, body: AttachmentIn, tx: Tx[Settings]
    ) -> AnnouncedAttachmentOut:
        """Announce a file for a message or a note, and get the form by which it is uploaded to the store.

        The form is a POST policy of S3: it permits one object of this type, size and SHA-256, until it expires.
        """
        file = await attachments.announce(tx, conversation_id, body.announced())
        return AnnouncedAttachmentOut.announced(file, tx, self._store)

    async def complete(
        self, conversation_id: ConversationId, attachment_id: AttachmentId, tx: Tx[Settings]
    ) -> AttachmentOut:
        """Have the uploaded file checked now. A file that nobody completes is found after a while, too.

        A file that the store has not taken is refused because of `not_uploaded`, and may be announced again: at once where the store is a
        folder, else by the worker, which alone reaches the store.
        """
        announced = await queries.attachment(tx, conversation_id, attachment_id)
        is_uploaded = await self._store.has(PENDING + announced.id)
        completed = await attachments.complete(tx, conversation_id, attachment_id, is_uploaded=is_uploaded is not False)
        return AttachmentOut.of(completed, tx, self._store)

    async def list_(self, conversation_id: ConversationId, reader: Read[Settings]) -> AttachmentsOut:
        """The files of a conversation: the latest hundred, newest first. What is in no message yet is seen by its uploader alone."""
        found = await queries.attachments(reader, conversation_id)
        return AttachmentsOut(data=[AttachmentOut.of(each, reader, self._store) for each in found])

    async def get(
        self, conversation_id: ConversationId, attachment_id: AttachmentId, reader: Read[Settings]
    ) -> AttachmentOut:
        """Get a file: its state, why it was refused, and links to it, which expire."""
        found = await queries.attachment(reader, conversation_id, attachment_id)
        return AttachmentOut.of(found, reader, self._store)
