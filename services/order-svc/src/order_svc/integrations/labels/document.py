"""A label as PDF, 100 by 150 millimetres, with Noto Sans SC in it as far as its characters are used (SIL Open Font License)."""

import pylopdf_fonts_zh_cn
from fpdf import FPDF

from order_svc.domain.shipping.carriers import CARRIERS
from order_svc.domain.shipping.model import Contact
from order_svc.domain.shipping.printing import LabelText
from order_svc.integrations.couriers.fields import CHINA
from order_svc.integrations.labels.codes import Bar, code128, qr_code

WIDTH, HEIGHT = 100, 150
_FONT, _MARGIN = "sans", 4


def pdf(text: LabelText) -> bytes:
    """The label. Raises: ValueError where the waybill cannot be a barcode."""
    page = FPDF(unit="mm", format=(WIDTH, HEIGHT))
    page.set_auto_page_break(False)
    page.set_margin(_MARGIN)
    page.set_creation_date(text.printed_at)
    page.set_title(text.waybill_no)
    page.add_font(_FONT, "", str(pylopdf_fonts_zh_cn.sans_path()))
    page.add_page()
    _head(page, text)
    _codes(page, text)
    _party(page, "收", text.receiver, (60, 32), 13)
    _party(page, "寄", text.sender, (94, 22), 9)
    _foot(page, text)
    return bytes(page.output())


def _head(page: FPDF, text: LabelText) -> None:
    page.set_font(_FONT, size=16)
    page.text(_MARGIN, 11, _title(text.carrier))
    if text.routing_code:
        page.set_font(_FONT, size=22)
        page.text(_MARGIN, 22, text.routing_code)
    _rule(page, 25)


def _codes(page: FPDF, text: LabelText) -> None:
    _draw(page, code128(text.waybill_no), 8, 29, 84, 18)
    page.set_font(_FONT, size=12)
    page.set_xy(0, 49)
    page.cell(WIDTH, 6, text.waybill_no, align="C")
    _rule(page, 57)
    _draw(page, qr_code(text.waybill_no), 71, 120, 25, 25)


def _party(page: FPDF, mark: str, contact: Contact, place: tuple[float, float], size: int) -> None:
    """One side of the way, in a place that begins at its top and has its height."""
    top, height = place
    page.set_font(_FONT, size=size + 5)
    page.text(_MARGIN, top + 7, mark)
    page.set_font(_FONT, size=size)
    page.set_xy(_MARGIN + 10, top)
    line = size * 0.45
    lines = page.multi_cell(
        WIDTH - 2 * _MARGIN - 10,
        line,
        f"{contact.name} {contact.phone}\n{contact.whole_address}",
        align="L",
        dry_run=True,
        output="LINES",
    )
    shown = lines[: int((height - 2) / line)] if isinstance(lines, list) else []
    page.multi_cell(WIDTH - 2 * _MARGIN - 10, line, "\n".join(shown), align="L")
    _rule(page, top + height)


def _foot(page: FPDF, text: LabelText) -> None:
    page.set_font(_FONT, size=8)
    page.set_xy(_MARGIN, 120)
    weight = f"{text.weight_grams / 1000:.3f} kg"
    at = f"{text.printed_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    content = f"{text.goods} ×{text.pieces}\n{weight}\n{text.number}\n{at}"
    page.multi_cell(64, 4, content, align="L")


def _draw(page: FPDF, bars: list[Bar], left: float, top: float, width: float, height: float) -> None:
    page.set_fill_color(0, 0, 0)
    for bar in bars:
        page.rect(left + bar.x * width, top + bar.y * height, bar.width * width, bar.height * height, style="F")


def _rule(page: FPDF, at: float) -> None:
    page.line(_MARGIN, at, WIDTH - _MARGIN, at)


def _title(carrier: str) -> str:
    known = CARRIERS.get(carrier)
    return carrier if known is None else known.title
