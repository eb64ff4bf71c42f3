"""Evidence files from their announcement to the link by which they are read, over both stores."""

import os
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import av
import pypdfium2 as pdfium
import pytest
from evidence_desk import EvidenceDesk, desk
from file_samples import FILLED, PLACE, bomb, box, encoded, filled_form, located_photo, page, scene, sha256, video
from object_store import NoObjectStore, ObjectStore, running
from PIL import Image, ImageChops, ImageStat

# The first run on a machine builds the server.
pytestmark = pytest.mark.timeout(1500)
PHOTO = located_photo()


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectStore]:
    try:
        with running() as server:
            yield server
    except NoObjectStore as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["local", "s3"])
async def at_desk(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> AsyncIterator[EvidenceDesk]:
    server = request.getfixturevalue("server") if request.param == "s3" else None
    async with desk(postgres_url, tmp_path, server) as found:
        yield found


class TestUpload:
    async def test_a_photo_is_uploaded_checked_and_served_without_the_place(self, at_desk: EvidenceDesk) -> None:
        file = await at_desk.uploaded(PHOTO)
        assert (file["state"], file["whose_turn"], file["refused_because"]) == ("accepted", "nobody", None)
        served = await at_desk.content(file["links"]["copy_url"])
        assert b"Wang Fang" in PHOTO
        assert b"Wang Fang" not in served
        with Image.open(BytesIO(served)) as copy:
            assert not copy.getexif()
            assert copy.size == (480, 640)  # upright
        with Image.open(BytesIO(await at_desk.content(file["links"]["thumbnail_url"]))) as small:
            assert max(small.size) == 320
        assert "original_url" not in {name for name, url in file["links"].items() if url}

    async def test_the_original_is_for_arbitrators(self, at_desk: EvidenceDesk) -> None:
        file = await at_desk.uploaded(PHOTO)
        for reader, has_original in ((at_desk.shop.agent, False), (at_desk.shop.arbitrator, True)):
            links = (await at_desk.file(file["id"], reader))["links"]
            assert bool(links["original_url"]) is has_original
        assert await at_desk.content(links["original_url"]) == PHOTO

    async def test_the_store_takes_what_was_announced_and_nothing_else(self, at_desk: EvidenceDesk) -> None:
        file = await at_desk.announced(PHOTO)
        other = bytes([PHOTO[0] ^ 1]) + PHOTO[1:]
        for content, changed, status, code in (
            (PHOTO + b"x", {}, 400, "EntityTooLarge"),
            (PHOTO[:-1], {}, 400, "EntityTooSmall"),
            (other, {}, 400, "BadDigest"),
            (PHOTO, {"key": "originals/elsewhere"}, 403, "AccessDenied"),
            (PHOTO, {"Content-Type": "text/html"}, 403, "AccessDenied"),
            (PHOTO, {"acl": "public-read"}, 403, "AccessDenied"),
            (PHOTO, {"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
        ):
            response = await at_desk.post(file["upload"], content, **changed)
            assert (response.status_code, f"<Code>{code}</Code>" in response.text) == (status, True), response.text
        assert (await at_desk.post(file["upload"], PHOTO)).status_code == 204

    async def test_a_form_and_a_link_expire(self, postgres_url: str, tmp_path: Path, server: ObjectStore) -> None:
        for store in (None, server):
            async with desk(postgres_url, tmp_path, store) as at_desk:
                file = await at_desk.uploaded(PHOTO)
                # The server has a clock of its own: for it, half an hour ago.
                at_desk.shop.clock.advance(hours=-0.5)
                buyer = at_desk.shop.harness.client("buyer", "buyer-1")
                late = await at_desk.announced(PHOTO, by=buyer)
                link = (await at_desk.file(file["id"], buyer))["links"]["copy_url"]
                at_desk.shop.clock.advance(hours=0.5)
                response = await at_desk.post(late["upload"], PHOTO)
                assert (response.status_code, "AccessDenied" in response.text) == (403, True), response.text
                assert (await at_desk.store.get(link)).status_code == 403

    async def test_a_link_that_was_changed_is_refused(self, at_desk: EvidenceDesk) -> None:
        links = (await at_desk.uploaded(PHOTO))["links"]
        thumbnail = links["thumbnail_url"].partition("?")[0]
        swapped = f"{thumbnail}?{links['copy_url'].partition('?')[2]}"
        as_html = links["copy_url"].replace("image%2Fjpeg", "text%2Fhtml")
        for each in (swapped, as_html, thumbnail):
            assert (await at_desk.store.get(each)).status_code == 403, each


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_every_picture_format_is_served_without_metadata(at_desk: EvidenceDesk, name: str) -> None:
    media_type = "image/heic" if name == "HEIF" else f"image/{name.lower()}"
    content = located_photo(name=name)
    assert b"Wang Fang" in content
    file = await at_desk.uploaded(content + b"<script>", media_type)
    assert file["state"] == "accepted"
    served = await at_desk.content(file["links"]["copy_url"])
    assert b"Wang Fang" not in served
    assert b"<script>" not in served
    with Image.open(BytesIO(served)) as copy:
        assert copy.format == ("JPEG" if name == "HEIF" else name)
        assert not copy.getexif()


ACTIVE = (b"Wang Fang", b"Exif", b"app.alert", b"/JavaScript", b"/URI", b"/EF", b"an attachment")


async def test_a_document_is_served_as_pictures_of_its_pages(at_desk: EvidenceDesk) -> None:
    content = page(pages=2)
    assert all(each in content for each in ACTIVE)
    file = await at_desk.uploaded(content + b"<script>", "application/pdf", kind="delivery_receipt")
    assert file["state"] == "accepted"
    response = await at_desk.store.get(file["links"]["copy_url"])
    assert response.headers["content-disposition"].startswith("attachment")
    assert [each for each in (*ACTIVE, b"<script>") if each in response.content] == []
    assert file["links"]["thumbnail_url"]
    served, original = pdfium.PdfDocument(response.content), pdfium.PdfDocument(content)
    assert [served.get_page_size(each) for each in range(2)] == [(300.0, 400.0)] * 2
    pages = [each[0].render(scale=1).to_pil().convert("L") for each in (served, original)]
    assert ImageStat.Stat(ImageChops.difference(*pages)).mean[0] < 2
    assert ImageStat.Stat(pages[0]).stddev[0] > 10


async def test_what_was_entered_into_a_form_is_in_its_copy(at_desk: EvidenceDesk) -> None:
    file = await at_desk.uploaded(filled_form(), "application/pdf", kind="delivery_receipt")
    assert file["state"] == "accepted"
    copy = await at_desk.content(file["links"]["copy_url"])
    assert [each for each in (b"/AcroForm", b"/XFA", b"JavaScript", b"Wang Fang") if each in copy] == []
    served = pdfium.PdfDocument(copy)[0].render(scale=1).to_pil().convert("L")
    shown = {what: served.crop((x, y, x + 200, y + 40)) for what, (x, y) in FILLED.items()}
    assert [what for what, picture in shown.items() if picture.getextrema()[0] > 100] == []
    assert served.crop((0, 310, 300, 400)).getextrema()[0] > 240, "the rest of the page is empty"


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
async def test_a_video_is_served_without_what_describes_it(at_desk: EvidenceDesk, codec: str) -> None:
    hidden = box(b"mdat", b"PK\x03\x04 and <script>") + box(b"evil", b"anything")
    content = video(codec=codec, turn=90)
    notes = (b"Wang Fang", PLACE.encode(), codec.removeprefix("lib").encode(), b"<script>", b"PK\x03\x04")
    assert all(each in content + hidden for each in notes)
    file = await at_desk.uploaded(content + hidden, "video/mp4", kind="video")
    assert file["state"] == "accepted"
    served = await at_desk.content(file["links"]["copy_url"])
    assert [each for each in notes if each in served] == []
    with av.open(BytesIO(served)) as copy:
        assert [each.type for each in copy.streams] == ["video", "audio"]
        pictures = list(copy.decode(video=0))
    assert (len(pictures), pictures[0].rotation) == (10, 90)
    with Image.open(BytesIO(await at_desk.content(file["links"]["thumbnail_url"]))) as small:
        upright = scene(1, (320, 240)).rotate(90, expand=True)
        assert ImageStat.Stat(ImageChops.difference(small.convert("RGB"), upright)).mean[0] < 10


async def test_the_record_of_a_call_has_sound_only(at_desk: EvidenceDesk) -> None:
    file = await at_desk.uploaded(video(pictures=False), "video/mp4", kind="call_record")
    assert (file["state"], file["links"]["thumbnail_url"]) == ("accepted", None)
    with av.open(BytesIO(await at_desk.content(file["links"]["copy_url"]))) as copy:
        assert sum(each.samples for each in copy.decode(audio=0)) >= 44_100


async def test_what_is_not_what_it_claims_to_be_is_refused(at_desk: EvidenceDesk) -> None:
    photo, film = encoded(scene()), video()
    frames = film.index(b"mdat") + 1000
    for content, media_type, kind, cause in (
        (photo, "image/png", "photo", "type_differs"),
        (b"<html><script>", "image/jpeg", "photo", "type_differs"),
        (photo[: len(photo) // 2], "image/jpeg", "photo", "malformed"),
        (bomb(), "image/png", "photo", "too_large_decoded"),
        (photo, "application/pdf", "document", "type_differs"),
        (b"GIF89a" + page(), "application/pdf", "document", "type_differs"),
        (b"%PDF-1.7 and no more", "application/pdf", "document", "malformed"),
        (page(pages=201), "application/pdf", "document", "too_large_decoded"),
        (photo, "video/mp4", "video", "type_differs"),
        (film.replace(b"ftypisom", b"ftypqt  ", 1), "video/mp4", "video", "type_differs"),
        (film[:16] + box(b"mdat", b"PK\x03\x04 and an archive"), "video/mp4", "video", "malformed"),
        (film[: len(film) // 2], "video/mp4", "video", "malformed"),
        (film[:frames] + b"<script>" * 40 + film[frames + 320 :], "video/mp4", "video", "malformed"),
        (video(codec="mpeg4"), "video/mp4", "video", "codec_unsupported"),
    ):
        file = await at_desk.uploaded(content, media_type, kind=kind)
        assert (file["state"], file["refused_because"]) == ("refused", cause), (media_type, content[:20])
        assert file["links"] is None


async def test_what_was_completed_without_an_upload_is_refused(at_desk: EvidenceDesk) -> None:
    file = await at_desk.announced(PHOTO)
    assert (await at_desk.post(file["upload"], PHOTO[:-1])).status_code == 400
    completed = (await at_desk.shop.buyer.post(f"/v1/evidence/{file['id']}/complete")).json()
    is_local = "service.test" in file["upload"]["url"]
    known = ("refused", "not_uploaded", "nobody") if is_local else ("uploaded", None, "system")
    assert (completed["state"], completed["refused_because"], completed["whose_turn"]) == known
    await at_desk.checked()
    assert (await at_desk.file(file["id"]))["refused_because"] == "not_uploaded"
    assert (await at_desk.uploaded(PHOTO))["state"] == "accepted"


async def test_the_worker_finds_what_nobody_completes(at_desk: EvidenceDesk) -> None:
    file = await at_desk.announced(PHOTO)
    assert (await at_desk.post(file["upload"], PHOTO)).status_code == 204
    await at_desk.checked()
    assert (await at_desk.file(file["id"]))["state"] == "pending"
    at_desk.shop.clock.advance(seconds=61)
    await at_desk.checked()
    assert (await at_desk.file(file["id"]))["state"] == "accepted"
    types = [each.type_name() for each in await at_desk.shop.harness.published()]
    assert types == ["EvidenceFileAnnounced.v1", "EvidenceFileUploaded.v1", "EvidenceFileAccepted.v1"]


async def test_what_is_not_uploaded_in_time_expires(at_desk: EvidenceDesk) -> None:
    file = await at_desk.announced(PHOTO)
    for _ in range(20):
        at_desk.shop.clock.advance(seconds=200)
        await at_desk.checked()
    expired = await at_desk.file(file["id"])
    assert (expired["state"], expired["whose_turn"]) == ("expired", "nobody")
    refused = await at_desk.shop.buyer.post(f"/v1/evidence/{file['id']}/complete")
    at_desk.shop.harness.problem(refused, 409, "illegal_transition")


async def test_the_events_name_hash_kind_size_and_type_only(at_desk: EvidenceDesk) -> None:
    await at_desk.uploaded(PHOTO)
    [*_, event] = await at_desk.shop.harness.published()
    known = {"order_id", "buyer_id", "merchant_id", "evidence_id", "case_id", "kind", "media_type", "size_bytes"}
    trace = {"affected_party", "applicant", "handler", "time", "matter", "result", "evidence", "state", "terminal"}
    assert set(type(event).model_fields) == known | trace | {"scanned"}
    assert event.evidence == (sha256(PHOTO),)


async def test_nothing_is_left_of_an_upload_that_was_checked(postgres_url: str, tmp_path: Path) -> None:
    async with desk(postgres_url, tmp_path) as at_desk:
        await at_desk.uploaded(PHOTO)
        await at_desk.uploaded(b"no picture")
        kept = {Path(folder).name for folder, _, files in os.walk(tmp_path) if files}
        assert kept == {"originals", "copies"}


@pytest.mark.parametrize("name", ["ev_0", "zAv1XiYd%3AAtzzv", "a.b", "0" * 100])
async def test_a_file_that_nobody_announced_is_not_completed(at_desk: EvidenceDesk, name: str) -> None:
    response = await at_desk.shop.buyer.post(f"/v1/evidence/{name}/complete")
    at_desk.shop.harness.problem(response, 404, "not_found")
