"""Checks of files that end at any of their failpoints, as if the process were killed there: the file is checked once more, and nothing is left over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aftercare_chassis import failpoints
from attachment_desk import AttachmentDesk, attachment_desk
from file_samples import encoded, scene

LABELS = ("attachment.examined", "attachment.deleted")


class ProcessEnded(BaseException):
    """Stands for the end of the process: what follows the failpoint is not carried out."""


@pytest.fixture
async def at(postgres_url: str, tmp_path: Path) -> AsyncIterator[AttachmentDesk]:
    async with attachment_desk(postgres_url, tmp_path / "store") as made:
        yield made


@pytest.mark.parametrize("label", LABELS)
async def test_a_check_that_ends_at_a_failpoint_is_made_again(
    at: AttachmentDesk, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    content = encoded(scene())
    file = (await at.announce(content)).json()
    await at.post(file["upload"], content)
    await at.desk.buyer.post(f"{at.path}/attachments/{file['id']}/complete")
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", lambda reached: _end(reached, label))
        with pytest.raises(ProcessEnded):
            await at.checked()
    at.desk.harness.clock.advance(seconds=10 * 60)
    await at.checked()
    assert (await at.write(file["id"])).status_code == 201
    await at.checked()
    names = {each.name for each in at.folder.rglob("*") if each.is_file()}
    assert names == {file["id"], f"{file['id']}_small"}
    accepted = [each for each in await at.desk.harness.envelopes() if each.type == "AttachmentAccepted.v1"]
    assert len(accepted) == 1
    assert await at.desk.harness.runtime.pool.fetchval("SELECT count(*) FROM attachment_checks") == 0


def _end(reached: str, label: str) -> None:
    if reached == label:
        raise ProcessEnded
