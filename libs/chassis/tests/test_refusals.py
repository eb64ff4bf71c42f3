"""Refusals: their sentences, kinds and status codes."""

import subprocess
import sys

import pytest
from aftercare_chassis.refusals import Forbidden, Kind, NotFound, Refusal, Stale


class Short(Refusal):
    kind, code = Kind.CONFLICT, "short"
    zh, en = "只剩 {left} 件：{names}。", "Only {left} left: {names}."


def test_the_sentence_is_filled_in_from_the_facts() -> None:
    refusal = Short(left=2, names=["a", "b"])
    assert refusal.detail("zh-CN") == "只剩 2 件：a、b。"
    assert refusal.detail("en") == "Only 2 left: a, b."


def test_a_missing_fact_is_left_out_of_the_sentence() -> None:
    assert Short(left=2).detail("en") == "Only 2 left: …."


class Dear(Refusal):
    zh, en = "最多 {most_minor:money}。", "At most {most_minor:money}."


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (10100, "CNY", "101.00 CNY"),
        (5, "CNY", "0.05 CNY"),
        (0, "USD", "0.00 USD"),
        (500, "JPY", "500 JPY"),
        (1250, "KWD", "1.250 KWD"),
        (10000, "CLF", "1.0000 CLF"),
        (10**13, "CNY", "100000000000.00 CNY"),
        (-101, "CNY", "-1.01 CNY"),
    ],
)
def test_money_is_an_amount_in_the_sentence_and_a_number_in_the_facts(minor: int, currency: str, written: str) -> None:
    refusal = Dear(most_minor=minor, currency=currency)
    assert refusal.detail("zh-CN") == f"最多 {written}。"
    assert refusal.detail("en") == f"At most {written}."
    assert refusal.facts == {"most_minor": minor, "currency": currency}


@pytest.mark.parametrize("facts", [{}, {"most_minor": 1}, {"currency": "CNY"}, {"most_minor": 1, "currency": "ZZZ"}])
def test_money_without_its_currency_is_left_out_of_the_sentence(facts: dict[str, object]) -> None:
    assert Dear(**facts).detail("en") == "At most …."


def test_the_text_of_the_exception_holds_no_facts() -> None:
    assert str(Short(left=2, names=["王芳"])) == "short"
    assert "王芳" not in repr(Short(names=["王芳"]))


@pytest.mark.parametrize(("refusal", "status"), [(NotFound, 404), (Forbidden, 403), (Stale, 412)])
def test_common_refusals_have_their_status(refusal: type[Refusal], status: int) -> None:
    assert refusal.kind.status == status


def test_every_kind_has_a_status_and_a_title_in_both_languages() -> None:
    for kind in Kind:
        assert 400 <= kind.status < 600
        assert kind.heading("zh-CN") != kind.heading("en")


def test_the_domain_may_import_it_without_any_library() -> None:
    code = (
        "import sys; import aftercare_chassis.lifecycle;"
        "print([m for m in ('pydantic', 'fastapi', 'asyncpg', 'sqlalchemy', 'structlog') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
