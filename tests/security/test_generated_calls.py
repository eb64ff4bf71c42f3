"""Calls that schemathesis generates from the OpenAPI documents: valid and invalid ones, and chains of calls.

The short form makes the calls with the limits of the schema: each valid value, and each kind of invalid value once per parameter,
whose operations declare it alike, and once per body; test_hostile_input.py has the invalid values of each field and path. The long form
makes all of them, random calls, and chains: tens of thousands of the five services (docs/security.md). Both validate each response.
"""

import asyncio
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from aftercare_chassis.testing.servers import serve_app
from jsonschema import ValidationError
from schemathesis.config import (
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import CheckFailureInfo
from schemathesis.generation.meta import CoveragePhaseData, GenerationMode
from seeded_service import SeededService
from seeded_services import SEEDED

ROLES = (
    ("buyer", "buyer-1", None),
    ("seller", "seller-1", "m-1"),
    ("agent", "agent-1", None),
    ("arbitrator", "arbitrator-1", None),
    ("admin", "admin-1", None),
)
EXAMPLES = 40  # random calls per operation
# A valid request may still be refused by a rule of the domain, and a field that is null counts as absent (see
# SeededService.assert_documented), which is not what these two checks say; a third one has it among others.
NOT_OURS = ("positive_data_acceptance", "response_schema_conformance")
NULL_IS_ABSENT = "became null)"
INCORRECT_TYPE = re.compile(r"(\w+): Incorrect type")
# A call generated as valid into which a value of an earlier response was put afterwards: no field is named.
FROM_A_RESPONSE = "Invalid component: positive test case"
# Of the server, for every address that is too long; the description of each document has it.
ADDRESS_TOO_LONG = "Received: 414"
# Of the server as well: invalid data may be too large for a body or an address before anything else is wrong.
TOO_LARGE = ("413", "414")


def _schema(document: dict[str, Any], url: str, tokens: list[str], *, long: bool) -> schemathesis.BaseSchema:
    project = ProjectConfig(
        base_url=url,
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none"),
        phases=PhasesConfig(fuzzing=FuzzingPhaseConfig(enabled=long), stateful=StatefulPhaseConfig(enabled=long)),
    )
    for name in NOT_OURS:
        getattr(project.checks, name).enabled = False
    rejection = project.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, *TOO_LARGE]
    config = SchemathesisConfig()
    config.projects.default = project
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.config.update(base_url=url)
    turns = itertools.cycle(tokens)

    @schema.auth()
    class EveryRoleInTurn:
        def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
            return next(turns)

        def set(self, case: schemathesis.Case, token: str, context: schemathesis.AuthContext) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    if not long:
        _thin_out(schema)
    return schema


def _thin_out(schema: schemathesis.BaseSchema) -> None:
    """Keep each valid value and the first invalid one of each kind, of each body, and of each parameter that operations declare alike.

    Every operation keeps an invalid call.
    """
    declared = _declarations(schema.raw_schema)
    kept: set[tuple[object, ...]] = set()
    refused: set[str] = set()

    @schema.hook
    def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
        if case.meta is None or not isinstance(case.meta.phase.data, CoveragePhaseData):
            return True
        made, valid = case.meta.phase.data, case.meta.generation.mode == GenerationMode.POSITIVE
        label = case.operation.label
        what = declared.get((label, made.parameter), label)
        kind = (what, made.parameter_location, made.parameter, made.scenario, made.description if valid else None)
        new = kind not in kept or not (valid or label in refused)
        kept.add(kind)
        if not valid:
            refused.add(label)
        return new


def _declarations(document: dict[str, Any]) -> dict[tuple[str, str | None], str]:
    """How each parameter of each operation is declared."""
    shared, found = document["components"].get("parameters", {}), {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for each in operation.get("parameters", ()):
                parameter = shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
                found[f"{method.upper()} {path}", parameter["name"]] = json.dumps(parameter["schema"])
    return found


def _is_excused(found: CheckFailureInfo) -> bool:
    """Whether the address is too long, or the call is refused nothing but a field that is null, which the message states, or the call alone."""
    message = found.failure.message
    if message.startswith(ADDRESS_TOO_LONG):
        return True
    if FROM_A_RESPONSE in message:
        return '": null' in found.code_sample
    field = INCORRECT_TYPE.search(message)
    return NULL_IS_ABSENT in message or (field is not None and f'"{field[1]}": null' in found.code_sample)


def _failures(schema: schemathesis.BaseSchema, service: SeededService, counted: Counter[int]) -> Iterator[str]:
    """Run every phase; each failed check with its call. An operation without a valid or an invalid call is a failure as well.

    Every response is counted by its status.
    """
    called: dict[GenerationMode, set[str]] = {mode: set() for mode in GenerationMode}
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            yield f"the run itself failed: {event!r}"
        if isinstance(event, events.ScenarioFinished):
            for id_, interaction in event.recorder.interactions.items():
                case = event.recorder.cases[id_].value
                if interaction.response is not None:
                    counted[interaction.response.status_code] += 1
                    yield from _undocumented(service, case, interaction.response)
                if case.meta is not None:
                    called[case.meta.generation.mode].add(case.operation.label)
            for check in itertools.chain.from_iterable(event.recorder.checks.values()):
                if check.failure_info and not _is_excused(check.failure_info):
                    failure = check.failure_info.failure
                    yield f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
    operations = {operation.ok().label for operation in schema.get_all_operations()}
    yield from (f"no {mode} call of {each}" for mode, found in called.items() for each in operations - found)


def _undocumented(service: SeededService, case: schemathesis.Case, response: schemathesis.Response) -> Iterator[str]:
    """What of the response the document does not have. Other checks of schemathesis are about its status."""
    headers = [(name, value) for name, values in response.headers.items() for value in values]
    found = httpx.Response(response.status_code, headers=headers, content=response.content)
    try:
        if found.is_success:
            service.assert_documented(case.operation.path, case.operation.method, found)
    except (AssertionError, ValidationError) as error:
        yield f"{case.operation.label}: {response.status_code} is not as documented: {str(error)[:500]}"


# Thousands of calls take minutes on a busy machine; ten thousand and more of a service, an hour.
FORMS = [
    pytest.param(False, id="short", marks=pytest.mark.timeout(1200)),
    pytest.param(True, id="long", marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
]


@pytest.mark.parametrize("name", list(SEEDED))
@pytest.mark.parametrize("long", FORMS)
async def test_every_response_is_documented(name: str, long: bool, postgres_url: str) -> None:
    async with SEEDED[name](postgres_url) as service, serve_app(service.harness.service.app) as url:
        tokens = [service.harness.token(*role) for role in ROLES]
        schema = _schema(service.harness.service.app.openapi(), url, tokens, long=long)
        counted: Counter[int] = Counter()
        failures = await asyncio.to_thread(lambda: list(_failures(schema, service, counted)))
    print(f"{name}: {counted.total()} calls, by status {dict(sorted(counted.items()))}")
    assert not failures, f"{len(failures)} failures, such as\n" + "\n".join(sorted(set(failures))[:5])
