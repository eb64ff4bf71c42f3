"""Calls that schemathesis generates from the OpenAPI documents: valid and invalid ones, and chains of calls."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from aftercare_chassis.testing.servers import serve_app
from schemathesis.config import GenerationConfig, ProjectConfig, SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import CheckFailureInfo
from seeded_services import SEEDED

ROLES = (
    ("buyer", "buyer-1", None),
    ("seller", "seller-1", "m-1"),
    ("agent", "agent-1", None),
    ("arbitrator", "arbitrator-1", None),
    ("admin", "admin-1", None),
)
EXAMPLES = 5  # generated calls of each kind per operation
# A valid request may still be refused by a rule of the domain, and a field that is null counts as absent (see
# SeededService.assert_documented), which is not what these two checks say; a third one has it among others.
NOT_OURS = ("positive_data_acceptance", "response_schema_conformance")
NULL_IS_ABSENT = "became null)"
INCORRECT_TYPE = re.compile(r" - (\w+): Incorrect type")
# A call generated as valid into which a value of an earlier response was put afterwards: no field is named.
FROM_A_RESPONSE = "Invalid component: positive test case"


def _schema(document: dict[str, Any], url: str, tokens: list[str]) -> schemathesis.BaseSchema:
    project = ProjectConfig(
        base_url=url,
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none"),
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

    return schema


def _is_null(found: CheckFailureInfo) -> bool:
    """Whether the call is refused nothing but a field that is null, which the message states, or the call alone."""
    message = found.failure.message
    if FROM_A_RESPONSE in message:
        return '": null' in found.code_sample
    field = INCORRECT_TYPE.search(message)
    return NULL_IS_ABSENT in message or (field is not None and f'"{field[1]}": null' in found.code_sample)


def _failures(schema: schemathesis.BaseSchema) -> Iterator[str]:
    """Run every phase; each failed check with its call. A run of too few calls is a failure as well."""
    calls = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            yield f"the run itself failed: {event!r}"
        if isinstance(event, events.ScenarioFinished):
            calls += len(event.recorder.interactions)
            for check in itertools.chain.from_iterable(event.recorder.checks.values()):
                if check.failure_info and not _is_null(check.failure_info):
                    failure = check.failure_info.failure
                    yield f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
    if calls < EXAMPLES:
        yield f"only {calls} calls were made"


@pytest.mark.timeout(1200)  # thousands of calls, which take minutes on a busy machine
@pytest.mark.parametrize("name", list(SEEDED))
async def test_every_response_is_documented(name: str, postgres_url: str) -> None:
    async with SEEDED[name](postgres_url) as service, serve_app(service.harness.service.app) as url:
        tokens = [service.harness.token(*role) for role in ROLES]
        schema = _schema(service.harness.service.app.openapi(), url, tokens)
        failures = await asyncio.to_thread(lambda: list(_failures(schema)))
    assert not failures, f"{len(failures)} failures, such as\n" + "\n".join(sorted(set(failures))[:5])
