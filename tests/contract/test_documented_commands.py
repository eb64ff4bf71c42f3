"""The commands in our documents exist, with their options: those of `aftercare` and of each service."""

import re
from typing import Any

import pytest
from aftercare_cli.main import app
from documents import DOCUMENTS, Document
from in_process_suite import PROVIDER, SERVICES
from typer.main import get_command

OURS = get_command(app)
SETTINGS = {
    "database_url": "postgresql:///",
    "kafka": "127.0.0.1:9",
    "jwks_file": "jwks.json",
    "signing_key": "a key for tests only",
}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The command of each service, by its name."""
    made = {}
    for name, module in SERVICES.items():
        settings = module.Settings(**SETTINGS, **(PROVIDER if name == "order" else {}))
        root = module.command(settings) if hasattr(module, "command") else module.service(settings).command()
        made[f"{name}-svc"] = get_command(root)
    return made


def subcommands_of(command: Any) -> dict[str, Any]:
    """The subcommands of a group; none for a command."""
    return getattr(command, "commands", {})


def called(root: Any, words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words call, and the words left. Raises: AssertionError for an unknown subcommand."""
    command, left = root, words
    while (known := subcommands_of(command)) and left and re.fullmatch(r"[a-z][a-z-]*", left[0]):
        assert left[0] in known, f"no {left[0]}: {' '.join(words)}"
        command, left = known[left[0]], left[1:]
    return command, left


def options(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}


def taken(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts} | {"--help"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_of_the_local_stack(document: Document, services: dict[str, Any]) -> None:
    for words in document.commands(r"(?:\.venv/bin/)?aftercare"):
        command, left = called(OURS, words)
        known = taken(command)
        if "--service" in known:  # the service's own options follow
            inner, _ = called(services["order-svc"], [str(command.name), *left])
            known |= taken(inner)
        assert options(left) <= known, words


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_of_services(document: Document, services: dict[str, Any]) -> None:
    for name, root in services.items():
        for words in document.commands(name):
            command, left = called(root, words)
            assert options(left) <= taken(command), words
    for words in document.commands("server"):
        known = [root for root in services.values() if words[0] in subcommands_of(root)]
        assert known, words
        assert options(words) <= taken(called(known[0], words)[0]), words


@pytest.mark.parametrize(
    ("words", "missing"), [(["parked", "list"], "no parked"), (["events", "mend"], "no mend"), (["ups"], "no ups")]
)
def test_an_unknown_subcommand_is_found(words: list[str], missing: str) -> None:
    with pytest.raises(AssertionError, match=missing):
        called(OURS, words)
