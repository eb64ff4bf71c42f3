"""The sections about lists and commands of orders, from figures."""

from order_commands import FLOWS, Cost
from order_commands import section as commands_section
from order_lists import Proof, Took
from order_lists import section as lists_section

PROOF = Proof(950_000, 60.0, (5.2, 20.4), 80.0, Took(2.0, 4.0))


def test_a_list_that_grows_with_the_orders_is_in_bold() -> None:
    few = {"all orders, newest": Took(2.0, 4.0), "all orders, oldest": Took(2.0, 4.0)}
    many = {"all orders, newest": Took(2.8, 12.0), "all orders, oldest": Took(3.2, 31.0)}
    text = lists_section(few, many, proof=PROOF)
    assert "| all orders, newest | 2.0 | 2.8 | 1.4 | 12.0 |" in text
    assert "| all orders, oldest | 2.0 | 3.2 | **1.6** | **31.0** |" in text


def test_the_proof_has_its_rows() -> None:
    text = lists_section({}, {}, proof=PROOF)
    assert "| 950,000 postings are counted in, s | 60 |" in text
    assert "| `GET /v1/ledger/proof`: p50 · p99, ms | 2.0 · 4.0 |" in text


def test_both_processes_of_a_command_count() -> None:
    text = commands_section([Cost("ship it", 2.0, 0.5, 1.0), Cost("deliver it", 2.0, 1.5, 1.0)])
    assert "| ship it | 2.00 | 0.50 | 1.00 |" in text
    assert "| **deliver it** | 2.00 | 1.50 | 1.00 |" in text


def test_each_process_counts_for_itself_where_it_has_a_command_of_its_own() -> None:
    text = commands_section([Cost("pay · send", 2.0, 1.5, 1.0, apart=True), Cost("store · apply", 0.5, 3.1, 1.0, True)])
    assert "| pay · send | 2.00 | 1.50 | 1.00 |" in text
    assert "| **store · apply** | 0.50 | 3.10 | 1.00 |" in text


def test_every_flow_begins_with_a_new_order() -> None:
    assert all(steps[0].name == "create an order" for steps in FLOWS)
