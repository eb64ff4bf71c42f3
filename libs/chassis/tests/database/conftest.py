"""Builds: packages with revisions that a test writes, and an empty database that they migrate."""

import shutil
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.revisions import MESSAGING, MESSAGING_FOLDER
from aftercare_chassis.testing.databases import new_database
from sqlalchemy import MetaData

_REVISION = """
from aftercare_chassis.database import codes, indexes
from alembic import op
revision, down_revision = "{revision}", {down!r}
{declaration}

def upgrade():
    op.execute("{statement}")
    {further}
"""
_numbers = count(1)
Revision = tuple[str, str | None] | tuple[str, str | None, str]


@pytest.fixture
async def empty(postgres_url: str) -> AsyncIterator[str]:
    """The address of a database without any table."""
    async with new_database(postgres_url) as url:
        yield url


@pytest.fixture
def build(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Migrations]:
    """A package with these revisions (statement, what it declares, perhaps further code), numbered from 0001."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(*revisions: Revision, metadata: MetaData | None = None, messaging: Path = MESSAGING_FOLDER) -> Migrations:
        package = f"build_{next(_numbers)}"
        folder = tmp_path / package / "migrations" / "versions"
        folder.mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
        _write(folder, [f"{number:04}" for number in range(1, len(revisions) + 1)], revisions, None)
        return Migrations(package, empty, metadata or MetaData(), messaging=messaging)

    return make


@pytest.fixture
def later_messaging(tmp_path: Path) -> Callable[..., Path]:
    """The revisions of the messaging tables in a later build: today's, then m9001 and so on with these statements."""

    def make(*revisions: Revision) -> Path:
        folder = tmp_path / f"messaging_{next(_numbers)}"
        shutil.copytree(MESSAGING_FOLDER, folder)
        _write(folder, [f"m{9000 + number}" for number in range(1, len(revisions) + 1)], revisions, MESSAGING.head)
        return folder

    return make


def _write(folder: Path, names: list[str], revisions: tuple[Revision, ...], down: str | None) -> None:
    for name, (statement, declared, *further) in zip(names, revisions, strict=True):
        declaration = f"compatible_with = {declared!r}" if declared else ""
        text = _REVISION.format(
            revision=name, down=down, declaration=declaration, statement=statement, further="".join(further)
        )
        (folder / f"{name}_made.py").write_text(text)
        down = name
