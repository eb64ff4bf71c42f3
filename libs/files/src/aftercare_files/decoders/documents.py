"""PDF documents: each page is rendered, and the copy has the pictures of the pages alone."""

from io import BytesIO

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from aftercare_files.decoders.picture_hashes import hashes_of
from aftercare_files.decoders.pictures import save_thumbnail
from aftercare_files.decoders.results import Decoded, Undecodable, Work
from aftercare_files.media import FileRefusal, MediaType, PictureHash

MOST_PAGES = 200
_PAGE_PIXELS = 1800
"""Of the longer side of a page: A4 has 150 dots per inch."""
_QUALITY = 80


def decode(work: Work) -> Decoded:
    """Decode a PDF document. Raises: Undecodable; what else the library raises for a malformed file.

    What was filled into a form, and notes on a page, are in its picture. Scripts, links, attachments, and what the camera wrote into the
    photos of the pages, are in none.
    """
    with work.path.open("rb") as file:
        # Readers accept a header further behind; then something else precedes it.
        if file.read(5) != b"%PDF-":
            raise Undecodable(FileRefusal.TYPE_DIFFERS)
    document = pdfium.PdfDocument(work.path)
    # Fields are drawn by this alone. Without a platform for scripts none of the form runs, whatever the library was built with.
    document.init_forms(pdfium_c.FPDF_FORMFILLINFO(version=2, xfa_disabled=True))
    if len(document) > MOST_PAGES:
        raise Undecodable(FileRefusal.TOO_LARGE_DECODED)
    if not len(document):
        raise Undecodable(FileRefusal.MALFORMED)
    copy = pdfium.PdfDocument.new()
    hashes: tuple[PictureHash, ...] = ()
    for number in range(len(document)):
        picture = _rendered(document, number)
        _add_page(copy, picture, document.get_page_size(number))
        if number == 0:
            save_thumbnail(picture, work)
            hashes = hashes_of(picture)
    copy.save(work.copy)
    return Decoded(MediaType.PDF, has_thumbnail=True, hashes=hashes)


def _rendered(document: pdfium.PdfDocument, number: int) -> Image.Image:
    page = document[number]
    scale = _PAGE_PIXELS / max(1.0, *page.get_size())
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    page.close()
    return picture


def _add_page(copy: pdfium.PdfDocument, picture: Image.Image, size: tuple[float, float]) -> None:
    """Add a page of this size, in points, that shows the picture."""
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=_QUALITY)
    image = pdfium.PdfImage.new(copy)
    image.load_jpeg(encoded, inline=True, autoclose=True)
    image.set_matrix(pdfium.PdfMatrix().scale(*size))
    page = copy.new_page(*size)
    page.insert_obj(image)
    page.gen_content()
    page.close()
