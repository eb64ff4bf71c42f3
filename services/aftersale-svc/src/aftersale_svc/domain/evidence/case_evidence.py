"""What a case has for evidence: the hashes that its steps cite, with the files behind them as far as they are known here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aftercare_chassis.lifecycle import Actor

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.evidence.model import CitedState, EvidenceFile, EvidenceReuse, EvidenceState
from aftersale_svc.domain.permissions import STAFF


@dataclass(slots=True)
class CitedEvidence:
    """A hash, the steps that cite it, oldest first, and the file; no step where it was uploaded for the case only."""

    sha256: str
    steps: list[TimelineStep] = field(default_factory=list)
    file: EvidenceFile | None = None
    reuses: list[EvidenceReuse] = field(default_factory=list)

    @property
    def state(self) -> CitedState:
        """How far the file is; that none was uploaded where there is none."""
        return CitedState.NOT_UPLOADED if self.file is None else CitedState(self.file.state)


def hashes(steps: Iterable[TimelineStep]) -> list[str]:
    """The hashes that the steps cite, in the order in which they were cited first."""
    return list(dict.fromkeys(each for step in steps for each in step.evidence))


def case_evidence(
    steps: Sequence[TimelineStep], files: Sequence[EvidenceFile], reuses: Sequence[EvidenceReuse]
) -> list[CitedEvidence]:
    """The evidence of a case: what is cited, then what was uploaded for it and is cited by no step.

    Where several files have a cited hash, the newest accepted one is shown, or the newest if none is accepted. A reuse is of a file, or of a hash without one.
    """
    cited = {each: CitedEvidence(each) for each in hashes(steps)}
    for step in steps:
        for sha256 in step.evidence:
            cited[sha256].steps.append(step)
    for file in sorted(files, key=lambda each: (each.state is EvidenceState.ACCEPTED, each.id)):
        if file.sha256 in cited:
            cited[file.sha256].file = file
    others = [CitedEvidence(file.sha256, file=file) for file in files if file.sha256 not in cited]
    found = [*cited.values(), *others]
    for each in found:
        known = {each.file.id} if each.file else {each.sha256}
        each.reuses = [reuse for reuse in reuses if reuse.file_id in known]
    return found


def seen_reuses(reuses: Sequence[EvidenceReuse], case: Case, actor: Actor) -> list[EvidenceReuse]:
    """Where else evidence of this case was used, as far as this actor sees it.

    The platform sees all of it; the merchant what the same buyer has with it, and the buyer nothing: who tries again should not learn
    by what copies are found.
    """
    if actor.role in STAFF:
        return list(reuses)
    if actor.role != "seller":
        return []
    own = (case.merchant_id, case.buyer_id)
    return [each for each in reuses if (each.merchant_id, each.buyer_id) == own]
