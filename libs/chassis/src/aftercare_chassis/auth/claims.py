"""What the claims of a verified token say about its caller, by the rules of its issuer."""

from collections.abc import Mapping
from typing import Any

from aftercare_chassis.auth import principals
from aftercare_chassis.auth.errors import ClaimUnfit, TokenInvalid
from aftercare_chassis.auth.issuers import CLIENT_PREFIX, Client, Issuer, Roles
from aftercare_chassis.lifecycle import Actor

# Any: a claim is whatever JSON an issuer puts there; each is checked where it is read.
Claims = Mapping[str, Any]


def client_id(claims: Claims) -> object:
    """The client for which a token was issued: `client_id` (RFC 9068), or `azp` (OpenID Connect Core 1.0, section 2)."""
    return claims.get("client_id", claims.get("azp"))


def client_of(issuer: Issuer, claims: Claims) -> tuple[str, Client | None] | None:
    """The id of the program whose own token this is, and its entry in the list of its issuer; None: it is a person's.

    A program has a token of its own where the subject is the program (RFC 9068, section 2.2).
    """
    name, sub = client_id(claims), claims.get("sub")
    if not isinstance(name, str):
        return None
    entry = next((each for each in issuer.clients if each.id == name), None)
    own = entry.subject if entry is not None and entry.subject is not None else name
    return (name, entry) if sub == own else None


def actor_of(issuer: Issuer, claims: Claims, roles: Roles) -> Actor:
    """Who calls.

    Raises:
        TokenInvalid: the claims give no role, or more than one.
        ClaimUnfit: one names somebody by a text that cannot be used.
    """
    client = client_of(issuer, claims)
    if client is None:
        sub = _name(claims, "sub", "sub")
        own_id = issuer.prefix + sub
        if sub.startswith(CLIENT_PREFIX) or own_id.startswith(CLIENT_PREFIX):
            raise TokenInvalid
        role = _role(issuer, claims, roles)
        tenants = _tenants(issuer, claims, roles, role)
        return Actor(
            _usable(own_id, "sub"),
            role,
            tenants.pop(str(roles[role]), None),
            _scopes(issuer, claims),
            affiliations=frozenset(tenants.values()),
        )
    name, entry = client
    own_id = _usable(CLIENT_PREFIX + issuer.prefix + name, "client_id")
    role = _role(issuer, claims, roles) if entry is None else entry.role
    if entry is None or roles[role] is None:
        tenant = _tenants(issuer, claims, roles, role).get(str(roles[role]))
    else:
        tenant = _usable(entry.tenant, str(roles[role]))
    return Actor(own_id, role, tenant, _scopes(issuer, claims), is_machine=True)


def _role(issuer: Issuer, claims: Claims, roles: Roles) -> str:
    """The first of our roles that the token has by the list of its issuer; without a list, the only one."""
    claim = _found(claims, issuer.claims.get("role", "role"))
    given = {each for each in (claim if isinstance(claim, list) else [claim]) if isinstance(each, str)}
    if issuer.roles is not None:
        found = [ours for theirs, ours in issuer.roles.items() if theirs in given][:1]
    else:
        found = [each for each in roles if each in given]
    if len(found) != 1:
        raise TokenInvalid
    return found[0]


def _tenants(issuer: Issuer, claims: Claims, roles: Roles, role: str) -> dict[str, str]:
    """By claim: the tenant that the role acts for, which has to be there, and those that the token names besides."""
    own = roles[role]
    given: dict[str, str] = {}
    for claim in {each for each in roles.values() if each}:
        theirs = issuer.claims.get(claim, claim)
        if claim == own or _found(claims, theirs) is not None:
            given[claim] = _name(claims, theirs, claim)
    return given


def _scopes(issuer: Issuer, claims: Claims) -> frozenset[str]:
    """RFC 8693, section 4.2: one string with the scopes separated by spaces. Anything else grants none."""
    scope = _found(claims, issuer.claims.get("scope", "scope"))
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def _name(claims: Claims, theirs: str, ours: str) -> str:
    return _usable(_found(claims, theirs), ours)


def _usable(name: object, claim: str) -> str:
    if not principals.is_usable(name):
        raise ClaimUnfit(claim=claim, longest=principals.LONGEST)
    return name


def _found(claims: Claims, name: str) -> Any:
    """The claim of this name, else the one at this path; None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
