"""What bars the price of an exchange: the buyer wants nothing else."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.exchanges.errors import NothingElseWanted
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import Case


def lines_for_another(full: FullCase) -> set[str]:
    """The lines for whose units the buyer wants another article or variant; the same one costs what was paid."""
    bought = {line.line_id: line.sku for line in full.requested}
    return {
        row.line_id
        for row in full.rows_of(ReplacementLine)
        if row.variant is not None or row.sku not in (None, bought.get(row.line_id))
    }


def _same_article(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if facts is None or lines_for_another(facts.full) else NothingElseWanted()


NOTHING_ELSE_WANTED = Guard(NothingElseWanted.code, _same_article)
