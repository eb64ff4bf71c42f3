"""The check of a file: its limits of time and memory, a scanner, and stores and processes that fail."""

import asyncio
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aftercare_files.decoders import sandbox
from aftercare_files.decoders.results import Undecodable, Work
from aftercare_files.decoders.sandbox import Sandbox
from aftercare_files.media import FileRefusal, MediaType
from aftersale_svc.settings import Settings
from evidence_desk import EvidenceDesk, desk
from file_samples import encoded, scene
from PIL import Image

PHOTO = encoded(scene())
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def work(folder: Path, content: bytes = PHOTO, media_type: MediaType = MediaType.JPEG) -> Work:
    path = folder / "original"
    path.write_bytes(content)
    return Work(path, media_type, folder, max_pixels=50_000_000)


class TestSandbox:
    async def test_memory_is_limited(self, tmp_path: Path) -> None:
        large = encoded(scene(size=(6000, 6000)))
        with pytest.raises(Undecodable) as refused:
            await Sandbox(memory_bytes=128 * 1024**2, seconds=60).decode(work(tmp_path, large))
        assert refused.value.cause in (FileRefusal.CHECK_LIMIT, FileRefusal.MALFORMED)
        assert (await Sandbox(memory_bytes=768 * 1024**2, seconds=60).decode(work(tmp_path, large))).has_thumbnail

    @pytest.mark.parametrize("media_type", [MediaType.JPEG, MediaType.PNG])
    async def test_a_photo_of_a_current_phone_is_within_the_limits(self, tmp_path: Path, media_type: MediaType) -> None:
        photo = scene(size=(800, 600)).resize((8160, 6120))
        content = encoded(photo, "JPEG") if media_type is MediaType.JPEG else encoded(photo, "PNG", compress_level=1)
        found = await Sandbox(memory_bytes=768 * 1024**2, seconds=60).decode(work(tmp_path, content, media_type))
        assert found.has_thumbnail
        with Image.open(tmp_path / "copy") as copy:
            assert max(copy.size) == 4032

    async def test_time_is_limited(self, tmp_path: Path) -> None:
        with pytest.raises(Undecodable) as refused:
            await Sandbox(memory_bytes=768 * 1024**2, seconds=0.01).decode(work(tmp_path))
        assert refused.value.cause is FileRefusal.CHECK_LIMIT

    async def test_a_decoder_that_cannot_start_refuses_no_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sandbox, "_CHILD", "aftercare_files.decoders.missing")
        with pytest.raises(sandbox.DecoderFailed):
            await Sandbox(memory_bytes=768 * 1024**2, seconds=60).decode(work(tmp_path))

    async def test_the_process_has_no_secrets(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AFTERCARE_SIGNING_KEY", "a secret")
        seen: dict[str, object] = {}
        real = asyncio.create_subprocess_exec

        async def started(*command: str, **options: object) -> asyncio.subprocess.Process:
            seen.update(options)
            return await real(*command, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(asyncio, "create_subprocess_exec", started)
        await Sandbox(memory_bytes=768 * 1024**2, seconds=60).decode(work(tmp_path))
        assert seen["env"] == {}


@asynccontextmanager
async def clamd(answer_to: bytes = b"EICAR-STANDARD") -> AsyncIterator[str]:
    """A server by the protocol of clamd that finds one signature; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"nINSTREAM\n"
        content = b""
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        writer.write(b"stream: Test-Signature FOUND\n" if answer_to in content else b"stream: OK\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_infected_file_is_refused_and_another_is_not(postgres_url: str, tmp_path: Path) -> None:
    async with clamd() as address, desk(postgres_url, tmp_path, evidence_clamd=address) as at_desk:
        assert (await at_desk.uploaded(PHOTO + EICAR))["refused_because"] == "infected"
        assert (await at_desk.uploaded(PHOTO))["state"] == "accepted"


async def test_nothing_is_accepted_while_the_scanner_does_not_answer(postgres_url: str, tmp_path: Path) -> None:
    async with clamd() as address:
        pass
    async with desk(postgres_url, tmp_path, evidence_clamd=address) as at_desk:
        file = await at_desk.uploaded(PHOTO)
        assert (file["state"], file["deadline_effect"]) == ("uploaded", "refused")
        at_desk.shop.clock.advance(hours=0.5)
        await at_desk.checked()
        assert (await at_desk.file(file["id"]))["state"] == "uploaded"
        at_desk.shop.clock.advance(hours=23.6)
        await at_desk.checked()
        ended = await at_desk.file(file["id"], at_desk.shop.harness.client("buyer", "buyer-1"))
        assert (ended["state"], ended["refused_because"]) == ("refused", "check_unavailable")


async def test_a_file_is_accepted_when_the_scanner_answers_late(postgres_url: str, tmp_path: Path) -> None:
    async with clamd() as address, desk(postgres_url, tmp_path, evidence_clamd=address) as at_desk:
        file = await _completed(at_desk)
        at_desk.shop.clock.advance(hours=24.1)
        await at_desk.checked()
        accepted = await at_desk.file(file["id"], at_desk.shop.harness.client("buyer", "buyer-1"))
        assert (accepted["state"], accepted["virus_scan"]) == ("accepted", "clean")


async def test_a_file_that_nobody_scanned_is_unscanned(postgres_url: str, tmp_path: Path) -> None:
    async with desk(postgres_url, tmp_path) as at_desk:
        assert (await at_desk.uploaded(PHOTO))["virus_scan"] == "unscanned"


async def test_a_file_that_ends_the_worker_again_and_again_is_refused(postgres_url: str, tmp_path: Path) -> None:
    async with desk(postgres_url, tmp_path) as at_desk:
        file = await _completed(at_desk)
        await at_desk.shop.harness.runtime.pool.execute("UPDATE evidence_checks SET attempts = 5")
        await at_desk.checked()
        assert (await at_desk.file(file["id"]))["refused_because"] == "check_limit"


async def test_what_a_process_has_leased_is_checked_after_its_end(postgres_url: str, tmp_path: Path) -> None:
    async with desk(postgres_url, tmp_path) as at_desk:
        file = await _completed(at_desk)
        lease = "UPDATE evidence_checks SET attempts = 1, due_at = $1"
        await at_desk.shop.harness.runtime.pool.execute(lease, at_desk.shop.clock.advance(hours=0.1))
        at_desk.shop.clock.advance(hours=-0.1)
        await at_desk.checked()
        assert (await at_desk.file(file["id"]))["state"] == "uploaded"
        at_desk.shop.clock.advance(hours=0.2)
        await at_desk.checked()
        assert (await at_desk.file(file["id"]))["state"] == "accepted"


async def test_the_service_imports_no_decoder() -> None:
    code = "import sys, aftersale_svc.main; print(*sorted({'PIL', 'pypdfium2', 'pillow_heif', 'aioclamd', 'av'} & sys.modules.keys()))"
    process = await asyncio.create_subprocess_exec(*(sys.executable, "-c", code), stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert (process.returncode, printed.strip()) == (0, b"")


async def _completed(at_desk: EvidenceDesk) -> dict:
    file = await at_desk.announced(PHOTO)
    assert (await at_desk.post(file["upload"], PHOTO)).status_code == 204
    assert (await at_desk.shop.buyer.post(f"/v1/evidence/{file['id']}/complete")).status_code == 200
    return file


async def test_what_nothing_decodes_is_not_taken(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("av", "pillow_heif"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        SystemExit, match=r"AFTERCARE_EVIDENCE_TYPES.* nothing that is installed decodes video/mp4 and image/heic"
    ):
        Settings(database_url=postgres_url, evidence_folder=str(tmp_path))
    pictures = ["image/jpeg", "image/png"]
    async with desk(postgres_url, tmp_path, evidence_types=[*pictures, "application/pdf"]) as at_desk:
        film = {"size": 1, "sha256": "sha256:" + "ab" * 32, "order_id": "ord_1"}
        for kind, type_, allowed in (
            ("video", "video/mp4", []),
            ("call_record", "video/mp4", ["application/pdf"]),
            ("photo", "image/heic", pictures),
        ):
            body = {**film, "kind": kind, "media_type": type_}
            refused = await at_desk.shop.buyer.post("/v1/evidence", json=body)
            assert at_desk.shop.harness.problem(refused, 422, "media_type_unsuitable")["allowed"] == allowed
        assert (await at_desk.uploaded(PHOTO))["state"] == "accepted"
