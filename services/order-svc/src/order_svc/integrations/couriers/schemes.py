"""How couriers prove their pushes: a digest in a form, a digest of the body in a header. Each adapter is of one of these kinds."""

import hashlib
import secrets as randomness
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime

from order_svc.integrations.couriers.forms import form
from order_svc.integrations.pushes import Acknowledgement, Rejection, RejectionCode
from order_svc.integrations.signatures import matches_any

SHORTEST_SECRET, LONGEST_SECRET = 6, 200
_LONGEST_ID = 200
_UNLIKE_A_PUSH = (RejectionCode.NOT_A_FORM, RejectionCode.SIGNATURE_MISSING)
_STATUSES = {
    "unavailable": 503,
    RejectionCode.UNREADABLE: 400,
    RejectionCode.ENDPOINT_REVOKED: 410,
    RejectionCode.ADDRESS_NOT_ALLOWED: 403,
}


class GivenSecret:
    """A secret that the partner gave us, or that we gave it: any text."""

    signature_headers: tuple[str, ...] = ()
    signs = True
    carrier: str | None = None

    def new_secret(self) -> str:
        """32 hexadecimal digits."""
        return randomness.token_hex(16)

    def is_valid_secret(self, secret: str) -> bool:
        """6 to 200 printable characters of any script, without blanks around them."""
        fits = SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET
        return fits and secret.isprintable() and secret == secret.strip()

    def address_query(self, secret: str) -> str:
        """Nothing: the pushes are signed."""
        return ""


class SignedForm(GivenSecret, ABC):
    """A form with the content in the field `content_field` and its digest in `digest_field`.

    The digest covers the content alone and no time: an old push is as valid as a new one, and the inbox takes it once.
    """

    content_field: str
    digest_field: str

    @abstractmethod
    def digest(self, content: str, secret: str) -> str:
        """The partner's digest of the content."""

    def content(self, fields: Mapping[str, str]) -> str:
        """The signed text."""
        return fields.get(self.content_field, "")

    def given_digest(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """The digest that came with the push, or an empty text."""
        return fields.get(self.digest_field, "")

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """The digest has to be made with one of the secrets."""
        try:
            fields = form(raw)
        except ValueError as error:
            return Rejection(RejectionCode.NOT_A_FORM, str(error))
        given, content = self.given_digest(fields, headers), self.content(fields)
        if not given or not content:
            return Rejection(
                RejectionCode.SIGNATURE_MISSING, f"{self.content_field} and {self.digest_field} are required"
            )
        fits = matches_any(given, (self.digest(content, secret) for secret in secrets))
        return None if fits else Rejection(RejectionCode.SIGNATURE_INVALID, f"{self.digest_field} does not fit")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """The partner sends no message id: it is a hash of the signed text, and of whether that is read."""
        fields = form(raw)
        kind = "" if self.is_read(fields) else "other "
        return f"{kind}sha256:{hashlib.sha256(self.content(fields).encode()).hexdigest()}"

    def is_read(self, fields: Mapping[str, str]) -> bool:
        """Whether a push with these fields is about parcels."""
        return True


class SignedBody(GivenSecret, ABC):
    """JSON, with a digest of the raw body in the header `digest_header`. Partners of this kind look at our HTTP status alone."""

    digest_header: str

    @abstractmethod
    def digest(self, raw: bytes, secret: str) -> str:
        """The partner's digest of the body."""

    @abstractmethod
    def event_id(self, raw: bytes) -> str:
        """The id of the event in the body, or an empty text.

        Raises:
            ValueError: the body cannot be read.
        """

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """The digest has to be made with one of the secrets. It covers no time that a later try would renew."""
        given = headers.get(self.digest_header, "")
        if not given:
            return Rejection(RejectionCode.SIGNATURE_MISSING, f"{self.digest_header} is required")
        fits = matches_any(given, (self.digest(raw, secret) for secret in secrets))
        return None if fits else Rejection(RejectionCode.SIGNATURE_INVALID, f"{self.digest_header} does not fit")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """The id of the event, the same at every try, and a hash of the body; the hash alone where the id is not printable."""
        try:
            number = self.event_id(raw)[:_LONGEST_ID]
        except ValueError:
            number = ""
        # Not every text of JSON can be stored: a NUL cannot.
        return f"{number if number.isprintable() else ''} sha256:{hashlib.sha256(raw).hexdigest()}".lstrip()

    def accepted_by_status(self) -> Acknowledgement:
        """Any 2xx."""
        return Acknowledgement.of_json(200, {"status": "accepted"})

    def refused_by_status(self, code: str, detail: str) -> Acknowledgement:
        """Anything else makes the partner try again: 401 where it is not verified, 503 where we could not store it."""
        body = {"status": "refused", "code": code, "detail": detail}
        return Acknowledgement.of_json(_STATUSES.get(code, 401), body)


def status_of_refusal(code: str) -> int:
    """200, so that a partner that reads the body reads it, and no gateway's page; 401 where nothing is like its push."""
    return 401 if code in _UNLIKE_A_PUSH else 200
