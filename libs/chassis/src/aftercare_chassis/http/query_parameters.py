"""Query parameters that an endpoint does not have are refused: a filter that is ignored answers another question."""

from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request


def names_of(route: APIRoute) -> tuple[str, ...]:
    """The names of the query parameters of a route, in the order of its endpoint."""
    return tuple(each.alias for each in get_flat_params(route.dependant) if isinstance(each.field_info, params.Query))


def require_known(request: Request, known: tuple[str, ...]) -> None:
    """Accept the parameters with these names alone.

    Raises:
        RequestValidationError: there is another one; responded to with 422, which names it and those that are known.
    """
    # Most requests have no query, and then nothing is parsed.
    if not request.scope["query_string"]:
        return
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        context = {"known": list(known)}
        errors = [{"type": "unknown_parameter", "loc": ("query", name), "ctx": context} for name in unknown]
        raise RequestValidationError(errors)
