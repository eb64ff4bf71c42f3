"""Files in conversations: uploaded, checked, named by a message, and served by links that expire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aftercare_files.decoders.sandbox import DecoderFailed
from attachment_desk import WORKER, AttachmentDesk, attachment_desk
from cs_desk import ORDER
from cs_svc.workers.attachment_checks import AttachmentChecks
from file_samples import PLACE, bomb, encoded, located_photo, page, scene, sha256
from object_store import NoObjectStore, ObjectStore, running

PHOTO = located_photo(scene())


@pytest.fixture
async def at(postgres_url: str, tmp_path: Path) -> AsyncIterator[AttachmentDesk]:
    async with attachment_desk(postgres_url, tmp_path / "store") as made:
        yield made


@pytest.fixture(scope="module")
def s3() -> Iterator[ObjectStore]:
    try:
        with running() as server:
            yield server
    except NoObjectStore as error:
        pytest.skip(str(error))


async def events(at: AttachmentDesk) -> list[str]:
    found = [each.type for each in await at.desk.harness.envelopes()]
    return [each.removesuffix(".v1") for each in found if each.startswith("Attachment")]


class TestUpload:
    async def test_a_photo_is_seen_by_the_others_once_a_message_names_it(self, at):
        file = await at.uploaded(PHOTO, name="划痕.jpg")
        assert (file["state"], file["message_id"], file["name"]) == ("accepted", None, "划痕.jpg")
        for other in (at.desk.agent, at.desk.seller):
            assert await at.listed(other) == []
            assert (await other.get(f"{at.path}/attachments/{file['id']}")).status_code == 404
        written = await at.write(file["id"])
        assert written.status_code == 201, written.text
        shown = {"id": file["id"], "media_type": "image/jpeg", "size_bytes": len(PHOTO), "name": "划痕.jpg"}
        assert written.json()["attachments"] == [shown]
        for other in (at.desk.agent, at.desk.seller):
            seen = await at.file(file["id"], other)
            assert (seen["state"], seen["message_id"]) == ("added", written.json()["id"])
            copy = await at.content(seen["links"]["copy_url"])
            assert (copy.status_code, copy.headers["content-type"]) == (200, "image/jpeg")
            assert PLACE.encode() not in copy.content
            assert b"Wang Fang" not in copy.content
        assert (await at.desk.other_buyer.get(f"{at.path}/attachments/{file['id']}")).status_code == 404
        assert (await at.desk.other_seller.get(f"{at.path}/attachments")).status_code == 404
        assert await events(at) == [
            "AttachmentAnnounced",
            "AttachmentUploaded",
            "AttachmentAccepted",
            "AttachmentAdded",
        ]

    async def test_a_link_ends(self, at):
        file = await at.uploaded(PHOTO)
        assert (await at.content(file["links"]["copy_url"])).status_code == 200
        at.desk.harness.clock.advance(seconds=5 * 60 + 1)
        assert (await at.content(file["links"]["copy_url"])).status_code == 403

    async def test_over_an_s3_server(self, postgres_url, tmp_path, s3):
        async with attachment_desk(postgres_url, tmp_path, s3) as at:
            file = await at.uploaded(PHOTO)
            assert (await at.write(file["id"])).status_code == 201
            seen = await at.file(file["id"], at.desk.agent)
            assert (await at.content(seen["links"]["copy_url"])).status_code == 200
            assert (await at.content(seen["links"]["thumbnail_url"])).status_code == 200

    @pytest.mark.parametrize(
        ("content", "media_type", "cause"),
        [
            (encoded(scene(), "PNG"), "image/jpeg", "type_differs"),
            (b"GIF89a" + page(), "application/pdf", "type_differs"),
            (PHOTO[:2_000], "image/jpeg", "malformed"),
            (bomb(), "image/png", "too_large_decoded"),
        ],
        ids=["other type", "two formats", "cut off", "bomb"],
    )
    async def test_a_hostile_file_is_refused_and_cannot_be_named(self, at, content, media_type, cause):
        file = await at.uploaded(content, media_type)
        assert (file["state"], file["refused_because"], file["links"]) == ("refused", cause, None)
        refused = await at.write(file["id"])
        assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unusable")
        assert refused.json()["errors"][0]["pointer"] == "/attachment_ids/0"
        assert [each.name for each in at.folder.rglob("*") if each.is_file()] == []

    async def test_what_is_not_taken_is_refused_at_once(self, at):
        for body, code in (
            ({"media_type": "application/zip"}, "validation_failed"),
            ({"size_bytes": 0}, "validation_failed"),
            ({"size_bytes": 21 * 1024**2}, "attachment_too_large"),
            ({"media_type": "video/mp4"}, "attachment_type_unsuitable"),
            ({"is_for_note": True}, "notes_by_agents_only"),
        ):
            refused = await at.announce(PHOTO, **body)
            assert refused.json()["code"] == code, body
        for _ in range(20):
            assert (await at.announce(PHOTO)).status_code == 201
        assert (await at.announce(PHOTO)).json()["code"] == "too_many_attachments"
        assert (await at.announce(PHOTO, by=at.desk.agent)).status_code == 201

    @pytest.mark.parametrize("name", ["../../etc/passwd", "照片\u202egpj.exe", "a" * 500, 'x"; filename="y'])
    async def test_a_name_names_nothing_in_store_or_link(self, at, name):
        announced = await at.announce(PHOTO, name=name)
        if announced.status_code == 422:
            assert announced.json()["errors"][0]["pointer"] == "/name"
            return
        file = announced.json()
        assert file["upload"]["fields"]["key"] == f"pending/{file['id']}"

    async def test_what_was_not_uploaded_is_refused_at_once(self, at):
        file = (await at.announce(PHOTO)).json()
        completed = await at.desk.buyer.post(f"{at.path}/attachments/{file['id']}/complete")
        assert completed.json()["refused_because"] == "not_uploaded"

    async def test_somebody_elses_file_is_unknown(self, at):
        file = await at.uploaded(PHOTO)
        for other in (at.desk.agent, at.desk.seller):
            completed = await other.post(f"{at.path}/attachments/{file['id']}/complete")
            assert completed.status_code == 404
            refused = await at.write(file["id"], by=other)
            assert refused.json()["code"] == "attachment_unusable"
        assert (await at.write("att_unknown")).json()["code"] == "attachment_unusable"
        at.conversation_id = await at.opened()
        assert (await at.write(file["id"])).json()["code"] == "attachment_unusable"


class TestUse:
    async def test_a_file_is_in_one_message_also_where_two_name_it_at_once(self, at):
        file = await at.uploaded(PHOTO)
        assert (await at.write(file["id"], file["id"])).json()["code"] == "attachment_unusable"
        answers = await asyncio.gather(*(at.write(file["id"], text=str(n)) for n in range(4)))
        assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]

    async def test_a_file_that_is_not_checked_yet_cannot_be_named(self, at):
        file = (await at.announce(PHOTO)).json()
        assert (await at.write(file["id"])).json()["code"] == "attachment_unusable"
        await at.post(file["upload"], PHOTO)
        await at.desk.buyer.post(f"{at.path}/attachments/{file['id']}/complete")
        assert (await at.file(file["id"]))["links"] is None
        assert (await at.write(file["id"])).json()["code"] == "attachment_unusable"
        await at.checked()
        assert (await at.write(file["id"])).status_code == 201

    async def test_files_of_notes_are_seen_by_agents_alone(self, at):
        file = await at.uploaded(PHOTO, by=at.desk.agent, is_for_note=True)
        assert (await at.write(file["id"], by=at.desk.agent)).json()["code"] == "attachment_unusable"
        body = {"text": "见图", "attachment_ids": [file["id"]]}
        noted = await at.desk.agent.post(f"{at.path}/notes", json=body)
        assert noted.status_code == 201, noted.text
        assert [each["id"] for each in noted.json()["attachments"]] == [file["id"]]
        assert (await at.file(file["id"], at.desk.arbitrator))["note_id"] == noted.json()["id"]
        for other in (at.desk.buyer, at.desk.seller):
            assert await at.listed(other) == []
            assert (await other.get(f"{at.path}/attachments/{file['id']}")).status_code == 404

    async def test_files_go_with_their_messages(self, at):
        first = at.conversation_id
        kept = await at.uploaded(PHOTO)
        await at.write(kept["id"])
        at.conversation_id = second = await at.opened(order_id=ORDER)
        added = await at.uploaded(page(), "application/pdf")
        draft = await at.uploaded(encoded(scene(2)))
        written = await at.write(added["id"])
        merged = await at.desk.agent.post(f"/v1/conversations/{second}/merge", json={"into_id": first})
        assert merged.status_code == 200, merged.text
        at.conversation_id = first
        assert set(await at.listed(at.desk.agent)) == {kept["id"], added["id"]}
        assert set(await at.listed(at.desk.buyer)) == {kept["id"], added["id"], draft["id"]}
        place = next(
            each["place"]
            for each in (await at.desk.agent.get(f"{at.path}/messages")).json()["data"]
            if each["id"] == written.json()["id"]
        )
        split = await at.desk.agent.post(f"{at.path}/split", json={"from_place": place})
        assert split.status_code == 201, split.text
        assert await at.listed(at.desk.agent) == [kept["id"]]
        at.conversation_id = split.json()["id"]
        assert await at.listed(at.desk.seller) == [added["id"]]


class TestEnds:
    async def test_what_is_not_uploaded_or_not_used_ends_and_is_deleted(self, at):
        announced = (await at.announce(PHOTO)).json()
        unused = await at.uploaded(page(), "application/pdf")
        used = await at.uploaded(encoded(scene(3)))
        await at.write(used["id"])
        at.desk.harness.clock.advance(seconds=24 * 3600 + 60)
        for _ in range(3):
            await at.checked()
        assert (await at.file(announced["id"]))["state"] == "expired"
        assert (await at.file(unused["id"]))["state"] == "expired"
        assert (await at.write(unused["id"])).json()["code"] == "attachment_unusable"
        assert (await at.file(used["id"]))["state"] == "added"
        names = {each.name for each in at.folder.rglob("*") if each.is_file()}
        assert names == {used["id"], f"{used['id']}_small"}
        assert await at.desk.harness.runtime.pool.fetchval("SELECT count(*) FROM attachment_checks") == 0

    async def test_a_file_that_is_named_before_its_upload_is_deleted_leaves_nothing(self, at, monkeypatch):
        async def gone(*_: object) -> None:
            raise DecoderFailed(1)

        with monkeypatch.context() as broken:
            broken.setattr(AttachmentChecks, "_tidy", gone)
            file = await at.uploaded(PHOTO)
        assert file["state"] == "accepted"
        assert (await at.write(file["id"])).status_code == 201
        await at.checked()
        names = {each.name for each in at.folder.rglob("*") if each.is_file() and "pending" in each.parts}
        assert names == set()
        assert await at.desk.harness.runtime.pool.fetchval("SELECT count(*) FROM attachment_checks") == 0

    async def test_a_file_whose_check_fails_waits(self, at, monkeypatch):
        async def gone(*_: object) -> None:
            raise DecoderFailed(1)

        file = (await at.announce(PHOTO)).json()
        await at.post(file["upload"], PHOTO)
        await at.desk.buyer.post(f"{at.path}/attachments/{file['id']}/complete")
        with monkeypatch.context() as broken:
            broken.setattr(AttachmentChecks, "_arrived", gone)
            await at.checked()
        assert (await at.file(file["id"]))["state"] == "uploaded"
        at.desk.harness.clock.advance(seconds=120)
        await at.desk.harness.run_workers(WORKER)
        assert (await at.file(file["id"]))["state"] == "accepted"


async def test_files_of_earlier_builds_are_adopted_and_checked(at):
    add = "INSERT INTO message_attachments (id, message_id, name, media_type, size_bytes, sha256, content) SELECT $1, id, $1, $2, $3, $4, $5 FROM messages"
    for name, content in (("att_photo", PHOTO), ("att_script", b"#!/bin/sh"), ("att_large", None)):
        size, hashed = len(content or b""), sha256(content or b"").removeprefix("sha256:")
        await at.desk.harness.runtime.pool.execute(add, name, "image/png", size, hashed, content)
    await at.desk.harness.run_workers("earlier-files", WORKER)
    found = {each: await at.file(each) for each in ("att_photo", "att_script", "att_large")}
    assert (found["att_photo"]["state"], found["att_photo"]["media_type"]) == ("added", "image/jpeg")
    assert found["att_script"]["refused_because"] == "type_unsupported"
    assert found["att_large"]["refused_because"] == "too_large"
    [message] = (await at.desk.agent.get(at.path)).json()["messages"]
    assert {each["id"] for each in message["attachments"]} == found.keys()
    assert await at.desk.harness.runtime.pool.fetchval("SELECT count(*) FROM message_attachments") == 0
