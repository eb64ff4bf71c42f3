"""Which stack a command uses, and where."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aftercare_cli.stack.choose import choose
from aftercare_cli.stack.compose import ComposeStack
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.given import Given
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import Layout, checkout
from aftercare_cli.stack.local import LocalStack


def test_without_any_choice_the_stack_is_embedded(home: Path) -> None:
    stack = choose(Layout.here())

    assert isinstance(stack, LocalStack)
    assert isinstance(stack.infrastructure, Embedded)
    assert stack.kind == "embedded"


def test_given_addresses_select_the_given_servers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_KAFKA", "kafka.test:9092")
    monkeypatch.setenv("AFTERCARE_POSTGRES", "postgresql://postgres@db.test/postgres")

    stack = choose(Layout.here())

    assert isinstance(stack, LocalStack)
    assert stack.infrastructure == Given("kafka.test:9092", "postgresql://postgres@db.test/postgres")


def test_one_address_alone_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_POSTGRES", "postgresql://postgres@db.test/postgres")

    with pytest.raises(StackError, match="needs both AFTERCARE_KAFKA and AFTERCARE_POSTGRES"):
        choose(Layout.here())


def test_the_option_wins_over_the_environment_and_that_over_the_running_stack(
    home: Path, running: Callable[..., Addresses], monkeypatch: pytest.MonkeyPatch
) -> None:
    running(kind="compose")
    assert isinstance(choose(Layout.here()), ComposeStack)
    monkeypatch.setenv("AFTERCARE_STACK", "embedded")
    assert choose(Layout.here()).kind == "embedded"
    assert choose(Layout.here(), "compose").kind == "compose"


def test_services_can_be_left_out_of_processes_but_not_of_compose(home: Path) -> None:
    stack = choose(Layout.here(), "embedded", without=frozenset({"cs-svc"}))
    assert isinstance(stack, LocalStack)
    assert stack.without == {"cs-svc"}

    with pytest.raises(StackError, match="--without is not supported with compose"):
        choose(Layout.here(), "compose", without=frozenset({"cs-svc"}))


def test_an_unknown_kind_is_refused(home: Path) -> None:
    with pytest.raises(StackError, match="there is no stack `cloud`; there are embedded, compose, given"):
        choose(Layout.here(), "cloud")


def test_a_running_stack_keeps_its_ports(
    home: Path, running: Callable[..., Addresses], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Layout.here().port_base == 8_000
    running()
    assert Layout.here().port_base == 24_000
    monkeypatch.setenv("PORT_BASE", "9000")
    assert Layout.here().port_base == 9_000


def test_a_damaged_stack_file_counts_as_no_running_stack(home: Path, running: Callable[..., Addresses]) -> None:
    running(kind="compose")
    (home / "stack.json").write_text("{")

    assert Layout.here().port_base == 8_000
    assert choose(Layout.here()).kind == "embedded"


def test_the_checkout_is_found_from_a_folder_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "requirements.lock").touch()
    inside = tmp_path / "services" / "one"
    inside.mkdir()

    monkeypatch.chdir(inside)
    assert checkout() == tmp_path
    monkeypatch.chdir(tmp_path.parent)
    assert (checkout() / "tools" / "cli").is_dir()
