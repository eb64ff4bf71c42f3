"""The policies that decisions cite by default are among those that a new installation starts with."""

from aftersale_svc.domain.policies.model import DEFAULT_SLUGS, LANGUAGE
from kb_svc.commands.seeds import seeds


def test_what_decisions_cite_is_published_by_a_new_installation() -> None:
    published = {seed.slug for seed in seeds() if seed.language == LANGUAGE}
    assert set(DEFAULT_SLUGS.values()) <= published
