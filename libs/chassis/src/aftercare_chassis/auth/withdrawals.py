"""What is refused although its signature is valid: a file that operators write, `AFTERCARE_WITHDRAWN_FILE` (docs/identity.md)."""

import tomllib
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from aftercare_chassis.auth.claims import Claims, client_id
from aftercare_chassis.auth.watched_file import watched_file
from aftercare_chassis.watched_files import WatchedFiles


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Subject(_Table):
    """Somebody whose tokens are refused: all of them, or those that were issued before a time.

    `subject` is the `sub` of the tokens; without `issuer` that of any issuer.
    """

    subject: str
    issuer: str | None = None
    before: AwareDatetime | None = None


class Withdrawn(_Table):
    """The content of the file: ids of keys (`kid`), tokens (`jti`) and clients, and subjects."""

    keys: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()

    def includes(self, kid: str, claims: Claims) -> bool:
        """Whether a token of this key with these claims is refused."""
        return (
            kid in self.keys
            or claims.get("jti") in self.tokens
            or client_id(claims) in self.clients
            or any(_is_of(each, claims) for each in self.subjects)
        )


NOTHING = Withdrawn()


def parsed(text: str) -> Withdrawn:
    """The content of a file. Raises: ValueError where it is malformed."""
    try:
        return Withdrawn.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise ValueError(str(error.errors(include_input=False, include_url=False)[0]["msg"])) from None


def watched(path: str) -> WatchedFiles[Withdrawn]:
    """The file, read once. Raises: OSError, ValueError where it cannot be read."""
    file = watched_file(path, parsed, NOTHING)
    file.load()
    return file


def _is_of(subject: Subject, claims: Claims) -> bool:
    if claims.get("sub") != subject.subject or subject.issuer not in (None, claims.get("iss")):
        return False
    return subject.before is None or _issued_before(claims, subject.before)


def _issued_before(claims: Claims, time: datetime) -> bool:
    """A token that does not say when it was issued may be older."""
    issued = claims.get("iat")
    return not isinstance(issued, int | float) or issued < time.timestamp()
