"""A file is kept where it is what was announced, and decodes as it."""

import hashlib
from pathlib import Path

import pytest
from aftercare_files.decoders.sandbox import Sandbox
from aftercare_files.examination import Announced, Examined, Examiner
from aftercare_files.media import FileRefusal, MediaType
from aftercare_files.stores.local import LocalStore
from aftercare_files.stores.port import COPIES, ORIGINALS, PENDING
from aftercare_files.stores.signatures import Credentials
from file_samples import PLACE, bomb, encoded, located_photo, page, scene

PHOTO = located_photo(scene())
KEY = PENDING + "file_1"


class Scanner:
    """Finds a virus, or none."""

    def __init__(self, infected: bool) -> None:
        self.infected = infected

    async def is_infected(self, path: Path) -> bool:
        return self.infected


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store", Credentials("local", "only for tests"), "http://service.test", "files")


async def examined(
    store: LocalStore,
    folder: Path,
    content: bytes,
    media_type: MediaType = MediaType.JPEG,
    *,
    promised: bytes | None = None,
    scanner: Scanner | None = None,
) -> Examined | FileRefusal:
    path = folder / "uploaded"
    path.write_bytes(content)
    await store.put(KEY, path, media_type)
    promised = content if promised is None else promised
    examiner = Examiner(store, scanner, Sandbox(768 * 1024**2, 60), max_pixels=50_000_000)
    return await examiner.examine(
        KEY, len(content), Announced(media_type, len(promised), hashlib.sha256(promised).hexdigest())
    )


async def test_of_a_photo_the_original_a_copy_without_its_place_and_a_thumbnail_are_kept(store, tmp_path):
    found = await examined(store, tmp_path, PHOTO)
    assert isinstance(found, Examined)
    assert found.thumbnail_sha256 is not None
    folder = tmp_path / "store"
    assert (folder / (ORIGINALS + hashlib.sha256(PHOTO).hexdigest())).read_bytes() == PHOTO
    copy = (folder / (COPIES + found.copy_sha256)).read_bytes()
    assert hashlib.sha256(copy).hexdigest() == found.copy_sha256
    assert b"Wang Fang" in PHOTO
    assert b"Wang Fang" not in copy
    assert PLACE.encode() not in copy
    assert await store.size(COPIES + found.thumbnail_sha256) is not None


@pytest.mark.parametrize(
    ("content", "media_type", "cause"),
    [
        (encoded(scene(), "PNG"), MediaType.JPEG, FileRefusal.TYPE_DIFFERS),
        (page(), MediaType.PNG, FileRefusal.TYPE_DIFFERS),
        (b"\n" + page(), MediaType.PDF, FileRefusal.TYPE_DIFFERS),
        (PHOTO[: len(PHOTO) // 2], MediaType.JPEG, FileRefusal.MALFORMED),
        (b"", MediaType.JPEG, FileRefusal.TYPE_DIFFERS),
        (bomb(), MediaType.PNG, FileRefusal.TOO_LARGE_DECODED),
    ],
    ids=["other type", "a document as a picture", "something before a document", "cut off", "empty", "bomb"],
)
async def test_what_does_not_decode_as_announced_is_refused_and_not_kept(store, tmp_path, content, media_type, cause):
    assert await examined(store, tmp_path, content, media_type) is cause
    assert not (tmp_path / "store" / "originals").exists()
    assert not (tmp_path / "store" / "copies").exists()


async def test_other_bytes_than_were_announced_are_refused(store, tmp_path):
    assert await examined(store, tmp_path, PHOTO, promised=PHOTO + b"0") is FileRefusal.SIZE_DIFFERS
    assert await examined(store, tmp_path, PHOTO, promised=PHOTO[:-1] + b"0") is FileRefusal.HASH_DIFFERS


async def test_an_infected_file_is_refused_before_it_is_decoded(store, tmp_path):
    assert await examined(store, tmp_path, PHOTO, scanner=Scanner(True)) is FileRefusal.INFECTED
    clean = await examined(store, tmp_path, PHOTO, scanner=Scanner(False))
    assert isinstance(clean, Examined)
    assert clean.scanned
