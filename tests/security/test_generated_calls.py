"""Calls that schemathesis generates from the OpenAPI documents: valid and invalid ones, and chains of calls.

The short form makes the calls with the limits of the schema: each valid value, and each kind of invalid value once per parameter and
body; test_hostile_input.py has the invalid values of each field. The long form makes all of them, random calls, and chains.
"""

import asyncio
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from aftercare_chassis.testing.servers import serve_app
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
from seeded_services import SEEDED

ROLES = (
    ("buyer", "buyer-1", None),
    ("seller", "seller-1", "m-1"),
    ("agent", "agent-1", None),
    ("arbitrator", "arbitrator-1", None),
    ("admin", "admin-1", None),
)
EXAMPLES = 5  # random calls per operation
# A valid request may still be refused by a rule of the domain, and a field that is null counts as absent (see
# SeededService.assert_documented), which is not what these two checks say; a third one has it among others.
NOT_OURS = ("positive_data_acceptance", "response_schema_conformance")
NULL_IS_ABSENT = "became null)"
INCORRECT_TYPE = re.compile(r" - (\w+): Incorrect type")
# A call generated as valid into which a value of an earlier response was put afterwards: no field is named.
FROM_A_RESPONSE = "Invalid component: positive test case"


def _schema(document: dict[str, Any], url: str, tokens: list[str], *, long: bool) -> schemathesis.BaseSchema:
    project = ProjectConfig(
        base_url=url,
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none"),
        phases=PhasesConfig(fuzzing=FuzzingPhaseConfig(enabled=long), stateful=StatefulPhaseConfig(enabled=long)),
    )
    for name in NOT_OURS:
        getattr(project.checks, name).enabled = False
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
    """Keep, of each operation, each valid value and the first invalid one of each kind per parameter and body.

    A parameter of many operations, such as the key of commands, is varied in one of them.
    """
    shared = {each["name"] for each in schema.raw_schema["components"].get("parameters", {}).values()}
    kept: set[tuple[object, ...]] = set()

    @schema.hook
    def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
        if case.meta is None or not isinstance(case.meta.phase.data, CoveragePhaseData):
            return True
        made, valid = case.meta.phase.data, case.meta.generation.mode == GenerationMode.POSITIVE
        operation = None if made.parameter in shared else case.operation.label
        kind = (operation, made.parameter_location, made.parameter, made.scenario, made.description if valid else None)
        new = kind not in kept
        kept.add(kind)
        return new


def _is_null(found: CheckFailureInfo) -> bool:
    """Whether the call is refused nothing but a field that is null, which the message states, or the call alone."""
    message = found.failure.message
    if FROM_A_RESPONSE in message:
        return '": null' in found.code_sample
    field = INCORRECT_TYPE.search(message)
    return NULL_IS_ABSENT in message or (field is not None and f'"{field[1]}": null' in found.code_sample)


def _failures(schema: schemathesis.BaseSchema) -> Iterator[str]:
    """Run every phase; each failed check with its call. An operation without a valid or an invalid call is a failure as well."""
    called: dict[GenerationMode, set[str]] = {mode: set() for mode in GenerationMode}
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            yield f"the run itself failed: {event!r}"
        if isinstance(event, events.ScenarioFinished):
            for id_ in event.recorder.interactions:
                case = event.recorder.cases[id_].value
                if case.meta is not None:
                    called[case.meta.generation.mode].add(case.operation.label)
            for check in itertools.chain.from_iterable(event.recorder.checks.values()):
                if check.failure_info and not _is_null(check.failure_info):
                    failure = check.failure_info.failure
                    yield f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
    operations = {operation.ok().label for operation in schema.get_all_operations()}
    yield from (f"no {mode} call of {each}" for mode, found in called.items() for each in operations - found)


@pytest.mark.timeout(1200)  # thousands of calls, which take minutes on a busy machine
@pytest.mark.parametrize("name", list(SEEDED))
@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.long)], ids=["short", "long"])
async def test_every_response_is_documented(name: str, long: bool, postgres_url: str) -> None:
    async with SEEDED[name](postgres_url) as service, serve_app(service.harness.service.app) as url:
        tokens = [service.harness.token(*role) for role in ROLES]
        schema = _schema(service.harness.service.app.openapi(), url, tokens, long=long)
        failures = await asyncio.to_thread(lambda: list(_failures(schema)))
    assert not failures, f"{len(failures)} failures, such as\n" + "\n".join(sorted(set(failures))[:5])
