"""The sections about the commands and the inbox of customer service, from figures."""

from conversation_commands import STEPS, Cost
from conversation_commands import section as commands_section
from inbox import Took, reads
from inbox import section as inbox_section


def test_a_command_above_the_limit_is_in_bold_and_its_modules_are_named() -> None:
    dear = Cost("open a conversation", 2.51, 1.5, 16.4, [("cs_svc/commands/effects", 0.204), ("(event loop)", 0.1)])
    text = commands_section([dear, Cost("close it", 2.5, 1.25, 9.0)])
    assert (
        "| open a conversation | **2.51** | 1.50 | 16 | `cs_svc/commands/effects` 20 %, `(event loop)` 10 % |" in text
    )
    assert "| close it | 2.50 | 1.25 | 9 |  |" in text


def test_a_conversation_is_opened_before_all_else_and_every_command_has_a_name_of_its_own() -> None:
    assert [step.name for step in STEPS if step.keeps] == [STEPS[0].name]
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_a_read_that_takes_too_long_is_in_bold() -> None:
    text = inbox_section({"all that wait": Took(4.0, 30.0), "all open ones": Took(12.0, 30.1)})
    assert "| all that wait | 4.0 | 30.0 |" in text
    assert "| all open ones | 12.0 | **30.1** |" in text


def test_every_read_of_the_inbox_has_a_name_of_its_own_and_a_page_of_twenty() -> None:
    found = list(reads("conv_1"))
    assert len({name for name, _, _ in found}) == len(found)
    assert all("limit=20" in path for _, _, path in found if path.startswith("/v1/conversations?"))
