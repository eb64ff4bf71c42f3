"""The routes of the local store: an upload by a form, and a download by a link, as an S3-compatible store answers them.

They have no token: the policy in the form and the signature in the link permit the request. Refusals are XML with the codes
of S3, so that a client handles one contract.
"""

from xml.sax.saxutils import escape

from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.webhooks import WebhookRouter
from fastapi import Request, Response
from starlette.responses import FileResponse

from aftercare_files.stores.form_data import FormMalformed, UploadedForm
from aftercare_files.stores.local import LocalStore
from aftercare_files.stores.policies import StoreRefusal

_UPLOAD_SECONDS = 300.0
_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-store"}


def router(store: LocalStore, prefix: str, *, tag: str) -> WebhookRouter:
    """The routes of this store below `prefix`."""
    made = WebhookRouter(prefix, _problem, body_seconds=_UPLOAD_SECONDS, tags=[tag], include_in_schema=False)
    routes = _StoreRoutes(store)
    name = tag.title()
    made.post(f"/{store.bucket}", operation_id=f"upload{name}", status_code=204, response_class=Response)(routes.upload)
    made.get(f"/{store.bucket}/{{key:path}}", operation_id=f"download{name}", response_class=Response)(routes.download)
    return made


class _StoreRoutes:
    """The endpoints over one store."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    async def upload(self, request: Request) -> Response:
        """Store the file of a form."""
        now = request.app.state.runtime.clock.now()
        try:
            form = await UploadedForm.read(aiter(request.stream()), request.headers.get("content-type", ""))
            await self._store.receive(form, now)
        except StoreRefusal as refusal:
            return _refusal(refusal.status, refusal.code, refusal.message)
        except (FormMalformed, UnicodeDecodeError):
            return _refusal(400, "MalformedPOSTRequest", "The body is not a well-formed form with a file at its end.")
        return Response(status_code=204)

    async def download(self, key: str, request: Request) -> Response:
        """Serve the file behind a link."""
        now = request.app.state.runtime.clock.now()
        try:
            path = self._store.served(key, request.query_params, now)
        except StoreRefusal as refusal:
            return _refusal(refusal.status, refusal.code, refusal.message)
        headers = {"Content-Disposition": request.query_params["response-content-disposition"], **_SANDBOX}
        return FileResponse(path, media_type=request.query_params["response-content-type"], headers=headers)


def _refusal(status: int, code: str, message: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'
    return Response(text, status, media_type="application/xml")


def _problem(_: str, problem: Problem) -> Response:
    return _refusal(int(problem["status"]), str(problem["code"]), str(problem["detail"]))
