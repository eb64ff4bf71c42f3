"""Endpoint functions as FastAPI calls them: with the reader handed over, the result as JSON and its version as ETag.

FastAPI would validate each result once more before it serialises it, although results are models of our own; and it
would resolve the reader as a dependency, which is one of the costliest frames of a command.
"""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, get_args, get_origin

from fastapi import Request, Response, params
from pydantic import BaseModel

from aftercare_chassis.database.transaction import Reader

# Any: parameters and results differ per endpoint.

Endpoint = Callable[..., Awaitable[Any]]


def wrapped(endpoint: Endpoint, reader_dependency: params.Depends, status: int) -> Endpoint:
    """The endpoint as a function that FastAPI can call for each request.

    Args:
        endpoint: the function of a route.
        reader_dependency: marks, in the annotation of a parameter, that it takes the request's reader or transaction.
        status: the HTTP status of a successful response.
    """
    signature = inspect.signature(endpoint)
    reader_name = reader_parameter(signature, reader_dependency)
    request_name = _parameter(signature, lambda annotation: annotation is Request)

    @wraps(endpoint)
    async def call(**arguments: Any) -> Any:
        if reader_name is None:
            return _response(await endpoint(**arguments), status)
        reader: Reader = arguments[request_name or reader_name].state.reader
        result = await endpoint(**{**arguments, reader_name: reader})
        if (version := getattr(result, "version", None)) is not None:
            reader.headers["etag"] = f'"v{version}"'
        return _response(result, status)

    if reader_name is not None:
        call.__signature__ = _with_request(signature, reader_name, request_name)  # type: ignore[attr-defined]
    return call


def reader_parameter(signature: inspect.Signature, reader_dependency: params.Depends) -> str | None:
    """The name of the parameter that takes the request's reader or transaction, None where there is none."""
    return _parameter(signature, lambda annotation: reader_dependency in get_args(annotation))


def only_reads(endpoint: Endpoint, reader_dependency: params.Depends) -> bool:
    """Whether the endpoint takes a reader that is no transaction, so that it can change nothing."""
    signature = inspect.signature(endpoint)
    name = reader_parameter(signature, reader_dependency)
    if name is None:
        return False
    taken = get_args(signature.parameters[name].annotation)[0]
    return (get_origin(taken) or taken) is Reader


def _parameter(signature: inspect.Signature, matches: Callable[[object], bool]) -> str | None:
    """The name of the first parameter whose annotation matches."""
    return next((each.name for each in signature.parameters.values() if matches(each.annotation)), None)


def _with_request(signature: inspect.Signature, reader_name: str, request_name: str | None) -> inspect.Signature:
    """The signature that FastAPI sees: the request in place of the reader, once."""
    parameters = dict(signature.parameters)
    if request_name is None:
        parameters[reader_name] = parameters[reader_name].replace(annotation=Request)
    else:
        del parameters[reader_name]
    return signature.replace(parameters=list(parameters.values()))


def _response(result: Any, status: int) -> Any:
    if isinstance(result, BaseModel):
        return Response(result.model_dump_json(by_alias=True), status, media_type="application/json")
    return result
