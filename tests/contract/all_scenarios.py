"""Every scenario of the suite, and one run of them all."""

import case_type_scenarios
import claim_scenarios
import complaint_scenarios
import dispute_scenarios
import evidence_scenarios
import negotiation_scenarios
import order_life_scenarios
import parcel_scenarios
import payment_scenarios
import pickup_scenarios
import refund_scenarios
import reship_scenarios
import review_scenarios
import routing_scenarios
import sale_scenarios
import suite_scenarios
from bot_scenarios import handed_over_by_the_bot, taught
from channel_scenarios import called, opted_out, written_to
from desk_scenarios import worked_on
from in_process_suite import InProcessSuite
from suite_scenarios import RETURN_ADDRESS, TEXTS
from suite_settings import an_article, settings_of_the_merchant

SCENARIOS = (
    *suite_scenarios.SCENARIOS,
    *case_type_scenarios.SCENARIOS,
    *dispute_scenarios.SCENARIOS,
    *reship_scenarios.SCENARIOS,
    *negotiation_scenarios.SCENARIOS,
    *pickup_scenarios.SCENARIOS,
    *review_scenarios.SCENARIOS,
    *evidence_scenarios.SCENARIOS,
    *claim_scenarios.SCENARIOS,
    *refund_scenarios.SCENARIOS,
    *order_life_scenarios.SCENARIOS,
    *payment_scenarios.SCENARIOS,
    *parcel_scenarios.SCENARIOS,
    *sale_scenarios.SCENARIOS,
    *routing_scenarios.SCENARIOS,
    *complaint_scenarios.SCENARIOS,
)


async def run_all(suite: InProcessSuite) -> dict[str, str]:
    """Run all scenarios, then let the after-sale windows end; the order of each scenario."""
    orders = {scenario.__name__: await scenario(suite) for scenario in SCENARIOS}
    await an_article(suite)
    await written_to(suite)
    await opted_out(suite)
    await handed_over_by_the_bot(suite)
    await taught(suite)
    await worked_on(suite)
    await called(suite)
    await settings_of_the_merchant(suite, TEXTS["rule_title"], RETURN_ADDRESS)
    await suite.advance(24 * 11)
    await suite.advance(24 * 8)
    return orders
