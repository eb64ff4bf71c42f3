"""Evidence files in cases and disputes: who sees what, and where else a file was used."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aftercare_chassis.testing import until
from aftercare_files.media import MediaType
from aftersale_svc.commands.evidence import evidence
from aftersale_svc.domain.evidence.model import Accepted
from evidence_desk import EvidenceDesk, desk
from file_samples import encoded, page, scene, sha256, video
from PIL import Image

PHOTO = encoded(scene(1))


@pytest.fixture
async def at_desk(postgres_url: str, tmp_path: Path) -> AsyncIterator[EvidenceDesk]:
    async with desk(postgres_url, tmp_path) as found:
        yield found


async def a_case(at_desk: EvidenceDesk, *evidence: str, order_id: str = "ord_1") -> str:
    asked = {"order_id": order_id, "type": "refund_only", "reason": "quality_defect", "evidence": list(evidence)}
    asked["lines"] = [{"line_id": "line_1", "quantity": 1}]
    response = await at_desk.shop.buyer.post("/v1/cases", json=asked)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def evidence_of(at_desk: EvidenceDesk, case_id: str, by: str = "buyer") -> list[dict]:
    response = await getattr(at_desk.shop, by).get(f"/v1/cases/{case_id}/evidence")
    assert response.status_code == 200, response.text
    return list(response.json()["data"])


class TestVisibility:
    async def test_the_other_side_sees_a_file_once_a_case_cites_it(self, at_desk: EvidenceDesk) -> None:
        file = await at_desk.uploaded(PHOTO)
        seller, path = at_desk.shop.seller, f"/v1/evidence/{file['id']}"
        assert (await seller.get(path)).status_code == 404
        case_id = await a_case(at_desk, file["sha256"])
        assert (await at_desk.file(file["id"], seller))["state"] == "accepted"
        [cited] = await evidence_of(at_desk, case_id, "seller")
        assert cited["file"]["id"] == file["id"]
        assert [each["action"] for each in cited["cited_by"]] == ["request"]
        assert await at_desk.content(cited["file"]["links"]["copy_url"])

    async def test_neither_another_buyer_nor_another_merchant_sees_it(self, at_desk: EvidenceDesk) -> None:
        file = await at_desk.uploaded(PHOTO)
        case_id = await a_case(at_desk, file["sha256"])
        others = [("buyer", "buyer-2", None), ("seller", "seller-2", "m-2"), ("buyer", "m-1", None)]
        for role, sub, tenant in others:
            client = at_desk.shop.harness.client(role, sub, tenant)
            assert (await client.get(f"/v1/evidence/{file['id']}")).status_code == 404
            assert (await client.get(f"/v1/cases/{case_id}/evidence")).status_code == 404
            assert (await client.post(f"/v1/evidence/{file['id']}/complete")).status_code == 404

    async def test_what_was_refused_or_not_cited_stays_with_its_side(self, at_desk: EvidenceDesk) -> None:
        case_id = await a_case(at_desk, sha256(b"no picture"))
        await at_desk.uploaded(b"no picture", case_id=case_id)
        await at_desk.uploaded(PHOTO, case_id=case_id)
        own = {each["sha256"]: each["file"]["state"] for each in await evidence_of(at_desk, case_id) if each["file"]}
        assert own == {sha256(b"no picture"): "refused", sha256(PHOTO): "accepted"}
        assert [each["file"] for each in await evidence_of(at_desk, case_id, "seller")] == [None]
        states = {each["sha256"]: each["state"] for each in await evidence_of(at_desk, case_id, "agent")}
        assert states == own
        [hash_alone] = await evidence_of(at_desk, case_id, "seller")
        assert hash_alone["state"] == "not_uploaded"

    async def test_the_platform_opens_a_case_that_needs_a_file_with_its_own(self, at_desk: EvidenceDesk) -> None:
        shop = at_desk.shop
        admin = shop.harness.client("admin", "admin-1")
        required = {"reasons": ["quality_defect"]}
        assert (await admin.put("/v1/merchants/m-1/required-evidence", json=required)).status_code == 200
        asked = {"order_id": "ord_1", "type": "refund_only", "reason": "quality_defect", "evidence": []}
        asked["lines"] = [{"line_id": "line_1", "quantity": 1}]
        for path in ("cases/preview", "cases"):
            shop.harness.problem(await admin.post(f"/v1/{path}", json=asked), 422, "evidence_required")
        file = await at_desk.uploaded(PHOTO, by=admin)
        asked["evidence"] = [file["sha256"]]
        assert (await admin.post("/v1/cases/preview", json=asked)).status_code == 200
        opened = await admin.post("/v1/cases", json=asked)
        assert opened.status_code == 201, opened.text
        [seen] = await evidence_of(at_desk, opened.json()["id"])
        assert (seen["file"]["id"], seen["file"]["uploader_role"]) == (file["id"], "admin")

    async def test_who_cites_a_file_of_the_other_side_does_not_open_it(self, at_desk: EvidenceDesk) -> None:
        case_id, seller = await a_case(at_desk), at_desk.shop.seller
        file = await at_desk.uploaded(PHOTO, case_id=case_id)
        rejection = {"reason": "reason_untrue", "evidence": [file["sha256"]]}
        assert (await seller.post(f"/v1/cases/{case_id}/reject", json=rejection)).status_code == 200
        assert (await seller.get(f"/v1/evidence/{file['id']}")).status_code == 404
        [cited] = await evidence_of(at_desk, case_id, "seller")
        assert (cited["sha256"], cited["file"]) == (file["sha256"], None)

    async def test_a_hash_without_a_file_stays_a_hash(self, at_desk: EvidenceDesk) -> None:
        case_id = await a_case(at_desk, sha256(b"kept elsewhere"))
        [cited] = await evidence_of(at_desk, case_id)
        assert (cited["sha256"], cited["file"], cited["reused_in"]) == (sha256(b"kept elsewhere"), None, None)


async def test_a_merchant_shows_why_a_request_is_rejected(at_desk: EvidenceDesk) -> None:
    case_id, seller = await a_case(at_desk), at_desk.shop.seller
    file = await at_desk.uploaded(PHOTO, by=seller, case_id=case_id)
    rejection = {"reason": "no_defect_found", "evidence": [file["sha256"]]}
    response = await seller.post(f"/v1/cases/{case_id}/reject", json=rejection)
    assert response.status_code == 200, response.text
    [shown] = await evidence_of(at_desk, case_id, "buyer")
    assert (shown["file"]["id"], [each["action"] for each in shown["cited_by"]]) == (file["id"], ["reject"])
    rejected = [each for each in await at_desk.shop.harness.published() if each.type_name() == "AfterSaleRejected.v1"]
    assert [each.evidence for each in rejected] == [(file["sha256"],)]


async def test_a_file_of_a_dispute_is_shown_with_its_case(at_desk: EvidenceDesk) -> None:
    shop = at_desk.shop
    case_id = await a_case(at_desk)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    seller_file = await at_desk.uploaded(video(), "video/mp4", by=shop.seller, kind="video", case_id=case_id)
    answer = {"text": "签收时完好", "evidence": [seller_file["sha256"]]}
    assert (await shop.seller.post(f"/v1/disputes/{dispute['id']}/answer", json=answer)).status_code == 200
    cited = {each["sha256"]: each for each in await evidence_of(at_desk, case_id, "buyer")}[seller_file["sha256"]]
    assert (cited["file"]["kind"], cited["file"]["uploader_role"]) == ("video", "seller")
    assert [(each["dispute_id"], each["action"]) for each in cited["cited_by"]] == [(dispute["id"], "answer")]


def changed(picture: Image.Image, how: str) -> bytes:
    """The picture as it comes back from a messenger or an editor."""
    width, height = picture.size
    match how:
        case "resized":
            return encoded(picture.resize((width // 3, height // 3)))
        case "recompressed":
            return encoded(picture, quality=25)
        case "cropped":
            return encoded(picture.crop((width // 20, height // 20, width - width // 20, height - height // 20)))
        case "cropped on one side":
            return encoded(picture.crop((width // 10, 0, width, height)))
    return encoded(picture, "PNG")


class TestReuse:
    async def test_the_same_file_in_another_order_is_flagged_for_staff(self, at_desk: EvidenceDesk) -> None:
        await at_desk.shop.paid("ord_2")
        first, second = await at_desk.uploaded(PHOTO), await at_desk.uploaded(PHOTO, order_id="ord_2")
        cases = [await a_case(at_desk, PHOTO_HASH, order_id=order) for order in ("ord_1", "ord_2")]
        for case_id, other in zip(cases, (second, first), strict=True):
            [seen] = await evidence_of(at_desk, case_id, "arbitrator")
            [reuse] = seen["reused_in"]
            assert (reuse["evidence_id"], reuse["same_hash"], reuse["distance"]) == (other["id"], True, 0)
            assert (reuse["order_id"], reuse["uploader_id"]) == (other["order_id"], "buyer-1")
            for party in ("buyer", "seller"):
                [seen] = await evidence_of(at_desk, case_id, party)
                assert (seen["reused_in"] is None) is (party == "buyer")

    @pytest.mark.parametrize("how", ["resized", "recompressed", "cropped", "cropped on one side", "another format"])
    async def test_a_picture_that_looks_like_another_one_is_flagged(self, at_desk: EvidenceDesk, how: str) -> None:
        await at_desk.shop.paid("ord_2")
        for seed in (1, 2, 3):
            await at_desk.uploaded(encoded(scene(seed)))
        again = changed(scene(2), how)
        media_type = "image/png" if how == "another format" else "image/jpeg"
        await at_desk.uploaded(again, media_type, order_id="ord_2")
        [seen] = await evidence_of(at_desk, await a_case(at_desk, sha256(again), order_id="ord_2"), "agent")
        [reuse] = seen["reused_in"]
        assert (reuse["same_hash"], reuse["order_id"]) == (False, "ord_1")
        original = await at_desk.file(reuse["evidence_id"], at_desk.shop.agent)
        assert original["sha256"] == sha256(encoded(scene(2)))

    async def test_neither_the_own_second_upload_nor_an_empty_picture_is_flagged(self, at_desk: EvidenceDesk) -> None:
        await at_desk.shop.paid("ord_2")
        white, grey = (encoded(Image.new("RGB", (400, 300), colour)) for colour in ("white", "grey"))
        for content in (PHOTO, PHOTO, white):
            await at_desk.uploaded(content)
        await at_desk.uploaded(grey, order_id="ord_2")
        assert await at_desk.shop.harness.runtime.pool.fetchval("SELECT count(*) FROM evidence_matches") == 0

    async def test_a_hash_of_a_file_of_another_order_is_flagged(self, at_desk: EvidenceDesk) -> None:
        await at_desk.shop.paid("ord_2")
        file = await at_desk.uploaded(PHOTO)
        case_id = await a_case(at_desk, PHOTO_HASH, order_id="ord_2")
        [seen] = await evidence_of(at_desk, case_id, "agent")
        assert seen["file"] is None
        assert [(each["evidence_id"], each["same_hash"]) for each in seen["reused_in"]] == [(file["id"], True)]

    async def test_a_photo_of_the_other_side_is_flagged(self, at_desk: EvidenceDesk) -> None:
        await at_desk.uploaded(PHOTO)
        await at_desk.uploaded(PHOTO, by=at_desk.shop.seller)
        [seen] = await evidence_of(at_desk, await a_case(at_desk, PHOTO_HASH), "agent")
        assert [each["uploader_role"] for each in seen["reused_in"]] == ["buyer"]

    async def test_the_file_of_a_dispute_has_where_else_a_photo_was_used(self, at_desk: EvidenceDesk) -> None:
        await at_desk.shop.paid("ord_2")
        first, _ = await at_desk.uploaded(PHOTO), await at_desk.uploaded(PHOTO, order_id="ord_2")
        dispute = await at_desk.shop.complaint(await a_case(at_desk, PHOTO_HASH, order_id="ord_2"))
        assert dispute is not None
        file = (await at_desk.shop.arbitrator.get(f"/v1/disputes/{dispute['id']}/file")).json()
        [shown] = [each for each in file["evidence"] if each["sha256"] == PHOTO_HASH]
        assert [(each["evidence_id"], each["order_id"]) for each in shown["reused_in"]] == [(first["id"], "ord_1")]

    async def test_two_files_that_are_accepted_at_once_see_each_other(self, at_desk: EvidenceDesk) -> None:
        await at_desk.shop.paid("ord_2")
        runtime = at_desk.shop.harness.runtime
        first, second = [(await at_desk.announced(PHOTO, order_id=order_id))["id"] for order_id in ("ord_1", "ord_2")]
        accepted = Accepted(MediaType.JPEG, PHOTO_HASH, None, (), scanned=True)

        async def compare_second() -> None:
            async with runtime.transaction() as tx:
                await evidence.compare(tx, second)

        async with runtime.transaction() as one, runtime.transaction() as two:
            await evidence.accept(one, first, accepted=accepted)
            await evidence.accept(two, second, accepted=accepted)
        async with runtime.transaction() as tx:
            await evidence.compare(tx, first)
            other = asyncio.create_task(compare_second())
            waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
            await until(lambda: runtime.pool.fetchval(waits), "both note the same pair")
        await other
        assert await runtime.pool.fetchval("SELECT count(*) FROM evidence_matches") == 1


PHOTO_HASH = sha256(PHOTO)


class TestBadInput:
    async def test_an_announcement_is_refused_with_what_is_allowed(self, at_desk: EvidenceDesk) -> None:
        shop, before = at_desk.shop, await at_desk.shop.harness.published()
        photo = {"kind": "photo", "media_type": "image/jpeg", "size": 1000, "sha256": PHOTO_HASH, "order_id": "ord_1"}
        for body, status, code in (
            ({**photo, "media_type": "application/pdf"}, 422, "media_type_unsuitable"),
            ({**photo, "kind": "video"}, 422, "media_type_unsuitable"),
            ({**photo, "media_type": "image/gif"}, 422, "validation_failed"),
            ({**photo, "size": 21 * 1024**2}, 422, "evidence_too_large"),
            ({**photo, "size": 0}, 422, "validation_failed"),
            ({**photo, "sha256": "sha256:12"}, 422, "validation_failed"),
            ({**photo, "case_id": "case_1"}, 422, "evidence_subject_unclear"),
            ({name: value for name, value in photo.items() if name != "order_id"}, 422, "evidence_subject_unclear"),
            ({**photo, "order_id": "ord_9"}, 404, "order_unknown"),
            ({**photo, "order_id": None, "case_id": "case_9"}, 404, "not_found"),
        ):
            shop.harness.problem(await shop.buyer.post("/v1/evidence", json=body), status, code)
        assert await shop.harness.published() == before

    async def test_one_side_cannot_announce_without_an_end(self, at_desk: EvidenceDesk) -> None:
        photo = {"kind": "photo", "media_type": "image/jpeg", "size": 1000, "sha256": PHOTO_HASH, "order_id": "ord_1"}
        for _ in range(100):
            assert (await at_desk.shop.buyer.post("/v1/evidence", json=photo)).status_code == 201
        refused = await at_desk.shop.buyer.post("/v1/evidence", json=photo)
        at_desk.shop.harness.problem(refused, 409, "too_many_evidence_files")
        assert (await at_desk.shop.seller.post("/v1/evidence", json=photo)).status_code == 201

    async def test_a_file_is_completed_once(self, at_desk: EvidenceDesk) -> None:
        file = await at_desk.uploaded(page(), "application/pdf", kind="document")
        again = await at_desk.shop.buyer.post(f"/v1/evidence/{file['id']}/complete")
        at_desk.shop.harness.problem(again, 409, "illegal_transition")

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("application/json", b"{}"),
            ("multipart/form-data", b"--x--"),
            ("multipart/form-data; boundary=x", b""),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=key\r\n\r\nv\r\n--x--"),
            ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nv\r\n--x--'),
            ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 100_000),
            ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'),
        ],
    )
    async def test_the_local_store_refuses_what_is_no_form(
        self, at_desk: EvidenceDesk, content_type: str, body: bytes
    ) -> None:
        response = await at_desk.store.post(
            "http://service.test/v1/evidence-store/evidence", content=body, headers={"content-type": content_type}
        )
        assert response.status_code == 400, response.text
        assert response.headers["content-type"] == "application/xml"
        assert ("MalformedPOSTRequest" in response.text) or ("InvalidArgument" in response.text)
