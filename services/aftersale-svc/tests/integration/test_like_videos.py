"""A video is like another one by its first picture, and a document by its first page."""

from io import BytesIO
from pathlib import Path

import av
import pytest
from aftercare_files.decoders import documents, videos
from aftercare_files.decoders.results import Work
from aftercare_files.media import MediaType, PictureHash
from file_samples import encoded, page
from generated_pictures import picture
from PIL import Image, ImageChops
from test_like_pictures import alike

AN_A4_PAGE = (1240, 1754)


def hashes(folder: Path, content: bytes, media_type: MediaType) -> tuple[PictureHash, ...]:
    path = folder / "original"
    path.write_bytes(content)
    decode = videos.decode if media_type is MediaType.MP4 else documents.decode
    return decode(Work(path, media_type, folder, max_pixels=50_000_000)).hashes


def filmed(seed: int, size: tuple[int, int], rate: int = 1_000_000) -> bytes:
    """A video of a picture that moves, in this size and quality."""
    out = BytesIO()
    shown = picture(seed).convert("RGB").resize(size)
    with av.open(out, "w", format="mp4") as file:
        track = file.add_stream("libx264", rate=10)
        track.width, track.height, track.pix_fmt, track.bit_rate = *size, "yuv420p", rate
        for number in range(5):
            file.mux(track.encode(av.VideoFrame.from_image(ImageChops.offset(shown, 4 * number, 0))))
        file.mux(track.encode(None))
    return out.getvalue()


def scanned(seed: int, size: tuple[int, int] = AN_A4_PAGE, quality: int = 90) -> bytes:
    """A document of two pages, the first of which shows a picture."""
    out = BytesIO()
    first = Image.open(BytesIO(encoded(picture(seed).convert("RGB").resize(size), quality=quality)))
    first.save(out, "PDF", save_all=True, append_images=[Image.new("RGB", size, "white")])
    return out.getvalue()


@pytest.mark.parametrize("seed", range(4))
def test_a_video_that_is_scaled_and_compressed_again_is_like_the_first(tmp_path: Path, seed: int) -> None:
    first = hashes(tmp_path, filmed(seed, (640, 480)), MediaType.MP4)
    assert first
    assert alike(first, hashes(tmp_path, filmed(seed, (320, 240), 100_000), MediaType.MP4))
    assert not alike(first, hashes(tmp_path, filmed(seed + 10, (640, 480)), MediaType.MP4))


@pytest.mark.parametrize("seed", range(4))
def test_a_document_that_is_scanned_again_is_like_the_first(tmp_path: Path, seed: int) -> None:
    first = hashes(tmp_path, scanned(seed), MediaType.PDF)
    assert first
    assert alike(first, hashes(tmp_path, scanned(seed, (620, 877), 40), MediaType.PDF))
    assert not alike(first, hashes(tmp_path, scanned(seed + 10), MediaType.PDF))


def test_an_empty_page_has_no_hash_and_of_several_the_first_has_one(tmp_path: Path) -> None:
    out = BytesIO()
    Image.new("RGB", AN_A4_PAGE, "white").save(out, "PDF")
    assert hashes(tmp_path, out.getvalue(), MediaType.PDF) == ()
    assert len(hashes(tmp_path, page(pages=3), MediaType.PDF)) <= 13, "of the first page alone"
