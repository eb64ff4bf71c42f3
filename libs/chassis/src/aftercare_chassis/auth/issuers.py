"""The issuers whose tokens are accepted: their names, where their keys are, and how their claims become ours.

They are listed in a TOML file, `AFTERCARE_ISSUERS_FILE` (docs/identity.md). The setting `jwks_file` is a short form for one
issuer with keys by file, whose claims have our names.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from aftercare_chassis.auth.dev_keys import AUDIENCE
from aftercare_chassis.settings import ServiceSettings

Roles = Mapping[str, str | None]
"""The roles that a service accepts, each with the claim that names the tenant it acts for (None: it acts for itself)."""

CLIENT_PREFIX = "client:"
"""Begins the ids of programs, so that every record shows that no person acted."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def fetched_from(value: str) -> str:
    """An address from which keys are fetched (OpenID Connect Discovery 1.0, section 3: with TLS)."""
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("must start with https://, or be on loopback")
    if parts.fragment or parts.username is not None:
        raise ValueError("must have no fragment and no password")
    return value


FetchedFrom = Annotated[str, AfterValidator(fetched_from)]
Text = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Client(_Table):
    """A program with a token of its own (RFC 6749, section 4.4), and what it may do.

    `subject` is the `sub` of its tokens where the issuer does not put the id of the client there.
    """

    id: Text
    role: Text
    tenant: str | None = None
    subject: str | None = None


class Issuer(_Table):
    """One issuer. Its keys are in a file or at an address, else where its discovery document says.

    Args:
        issuer: the claim `iss`, compared character by character.
        audience: one of the tokens' `aud`.
        prefix: begins the ids of its people, so that they differ from those of other issuers.
        ca_file: who signs the certificate of its server; without it, the usual authorities.
        claims: where our claims are in its tokens. A name with dots is a path, unless there is a claim of that name.
        roles: our role for each of its roles, the most important first; without it, its roles have our names.
        clients: its programs.
    """

    issuer: Text
    audience: Text = AUDIENCE
    prefix: str = ""
    jwks_file: str | None = None
    jwks_url: FetchedFrom | None = None
    ca_file: str | None = None
    claims: Mapping[str, Text] = {}
    roles: Mapping[str, str] | None = None
    clients: tuple[Client, ...] = ()

    @model_validator(mode="after")
    def _has_one_source_of_keys(self) -> Self:
        if self.jwks_file and (self.jwks_url or self.ca_file):
            raise ValueError("jwks_file excludes jwks_url and ca_file")
        if not self.jwks_file and not self.jwks_url:
            fetched_from(self.issuer)
        if self.prefix.startswith(CLIENT_PREFIX):
            raise ValueError(f"no prefix begins with {CLIENT_PREFIX}")
        ids = [each.id for each in self.clients]
        if len(ids) != len(set(ids)):
            raise ValueError("a client is listed twice")
        return self

    def given_roles(self, roles: Roles) -> set[str]:
        """The roles that a token of this issuer may have."""
        return {*(roles if self.roles is None else self.roles.values()), *(each.role for each in self.clients)}


class _File(_Table):
    issuers: tuple[Issuer, ...]


def parsed(text: str, roles: Roles, others: Sequence[Issuer] = ()) -> tuple[Issuer, ...]:
    """The issuers of a file, beside those that are known otherwise.

    Raises:
        ValueError: it is malformed, or its issuers do not fit each other.
    """
    try:
        found = (*others, *_File.model_validate(tomllib.loads(text)).issuers)
    except ValidationError as error:
        raise ValueError("; ".join(_lines(error))) from None
    for each in found:
        if unknown := each.given_roles(roles) - roles.keys():
            raise ValueError(f"{each.issuer}: unknown roles {', '.join(sorted(unknown))}")
        if unknown := each.claims.keys() - {"role", "scope", *roles.values()}:
            raise ValueError(f"{each.issuer}: unknown claims {', '.join(sorted(unknown))}")
    for one, other in permutations(found, 2):
        if one.issuer == other.issuer:
            raise ValueError(f"{one.issuer} is listed twice")
        shared = one.given_roles(roles) & other.given_roles(roles)
        if one.prefix.startswith(other.prefix) if other.prefix else shared and not one.prefix:
            raise ValueError(f"{one.issuer} and {other.issuer} could give the same ids: set other prefixes")
    return found


def of_settings(settings: ServiceSettings) -> tuple[Issuer, ...]:
    """The issuer that the settings name."""
    if settings.jwks_file is None:
        return ()
    return (Issuer(issuer=settings.jwt_issuer, jwks_file=settings.jwks_file),)


def _lines(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_input=False, include_url=False):
        yield f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
