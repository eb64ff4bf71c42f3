"""PDF documents: opened, counted and rendered. The copy has the pages alone."""

import pypdfium2 as pdfium

from aftersale_svc.domain.evidence.model import EvidenceRefusal, MediaType
from aftersale_svc.integrations.decoders.pictures import save_thumbnail
from aftersale_svc.integrations.decoders.results import Decoded, Undecodable, Work

MOST_PAGES = 200
_RENDERED_PIXELS = 640  # of the longer side, before the thumbnail is made of it


def decode(work: Work) -> Decoded:
    """Decode a PDF document. Raises: Undecodable; what else the library raises for a malformed file."""
    with work.path.open("rb") as file:
        # Readers accept a header further behind; then something else precedes it.
        if file.read(5) != b"%PDF-":
            raise Undecodable(EvidenceRefusal.TYPE_DIFFERS)
    document = pdfium.PdfDocument(work.path)
    if len(document) > MOST_PAGES:
        raise Undecodable(EvidenceRefusal.TOO_LARGE_DECODED)
    if not len(document):
        raise Undecodable(EvidenceRefusal.MALFORMED)
    first = document[0]
    scale = _RENDERED_PIXELS / max(1.0, *first.get_size())
    save_thumbnail(first.render(scale=scale, may_draw_forms=False).to_pil(), work)
    copy = pdfium.PdfDocument.new()
    copy.import_pages(document)
    copy.save(work.copy)
    return Decoded(MediaType.PDF, has_thumbnail=True)
