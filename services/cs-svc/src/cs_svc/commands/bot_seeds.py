"""The seeds of the bot: intents for the policies that a new installation starts with."""

import tomllib
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM

from cs_svc.commands import bot_models
from cs_svc.domain.bot import CitedClause, Intent, ModelState
from cs_svc.settings import Settings
from cs_svc.tables.bot import INTENTS, MODELS, NEWEST_ACTIVATION

LANGUAGES = ("zh-CN", "en")
PRECISION = 0.9
"""The examples of an intent are few and worded unlike each other, so that those held out are harder than questions: with more, hardly
any is answered."""


def seeds(now: datetime) -> Iterator[Intent]:
    """The intents of this build in both languages, as they are stored at this time."""
    text = (files("cs_svc") / "seeds" / "bot_intents.toml").read_text(encoding="utf-8")
    for name, fields in tomllib.loads(text).items():
        for language in LANGUAGES:
            slug, _, clause = fields.get("cites", "").partition(" ")
            yield Intent(
                language=language,
                name=name,
                examples=fields[language]["examples"].strip().splitlines(),
                answer=fields[language].get("answer"),
                action=fields.get("action"),
                citations=[CitedClause(slug=slug, clause_id=clause)] if slug else [],
                updated_by=SYSTEM.id,
                updated_at=now,
            )


async def store(tx: Transaction[Settings]) -> int | None:
    """Store the seeds that are missing or differ in this build, and ask for a training; the number of the model, None where
    nothing has changed. An intent that a person has put stays as it is."""
    changed = False
    for seed in seeds(tx.now):
        found = await tx.find(INTENTS, seed.language, seed.name)
        if found is not None and (found.updated_by != SYSTEM.id or _content(found) == _content(seed)):
            continue
        await tx.upsert(INTENTS, seed)
        changed = True
    return (await bot_models.request_training(tx, precision=PRECISION)).number if changed else None


def _content(intent: Intent) -> tuple[object, ...]:
    return (intent.examples, intent.answer, intent.action, intent.citations)


async def activate(tx: Transaction[Settings], number: int) -> None:
    """Let the trained seeds answer, unless a person has chosen a model or the training has failed."""
    newest = await tx.one(NEWEST_ACTIVATION)
    model = await tx.find(MODELS, number)
    if (newest is None or newest.activated_by == SYSTEM.id) and model is not None and model.state is ModelState.READY:
        await bot_models.activate(tx, number)
