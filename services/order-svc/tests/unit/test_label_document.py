"""The file of a label, as a printer shows it: rendered, its codes read by a reader, its text taken out again."""

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from order_svc.domain.shipping.model import Contact
from order_svc.domain.shipping.printing import LabelText
from order_svc.integrations.labels.document import pdf

RECEIVER = Contact(
    name="欧阳龘", phone="13800000000", province="广东省", city="深圳市", district="南山区", street="科技园 2 号 B 座"
)
SENDER = Contact(
    name="仓库", phone="13900000000", province="浙江省", city="杭州市", district="西湖区", street="文三路 1 号"
)
LABEL = LabelText(
    carrier="sf",
    waybill_no="SF7444400043266",
    routing_code="755W-AB12",
    number="0195a1b2c3d47e5f8a9b0c1d2e3f4a5b",
    sender=SENDER,
    receiver=RECEIVER,
    goods="电热水壶 1.7L",
    weight_grams=1530,
    pieces=3,
    printed_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
)


def printed(label: LabelText, dots_per_mm: int = 8):
    """The label as a printer with 203 dots per inch has it."""
    document = pypdfium2.PdfDocument(pdf(label))
    assert len(document) == 1
    return document[0].render(scale=dots_per_mm * 25.4 / 72).to_pil(), document[0].get_textpage().get_text_range()


def test_a_reader_reads_the_waybill_and_people_read_the_rest():
    picture, text = printed(LABEL)
    read = {(each.format, each.text) for each in zxingcpp.read_barcodes(picture)}
    assert (zxingcpp.BarcodeFormat.Code128, LABEL.waybill_no) in read
    assert (zxingcpp.BarcodeFormat.QRCode, LABEL.waybill_no) in read
    shown = text.replace("\r\n", "").replace("\n", "")
    for each in (
        "顺丰速运",
        "755W-AB12",
        "欧阳龘 13800000000",
        "广东省深圳市南山区科技园 2 号 B 座",
        "仓库",
        "1.530 kg",
    ):
        assert each in shown, each


@pytest.mark.parametrize("waybill_no", ["73000000000001", "YT-1.2:3_4", "A" * 30], ids=["digits", "signs", "long"])
def test_every_waybill_number_is_readable(waybill_no):
    picture, _ = printed(replace(LABEL, carrier="zto", waybill_no=waybill_no))
    assert waybill_no in [each.text for each in zxingcpp.read_barcodes(picture)]


def test_a_long_address_neither_hides_the_codes_nor_makes_a_second_page():
    street = "很长的地址" * 80
    picture, text = printed(replace(LABEL, receiver=replace(RECEIVER, street=street), goods="货" * 60))
    assert LABEL.waybill_no in [each.text for each in zxingcpp.read_barcodes(picture)]
    assert "仓库" in text


def test_the_font_is_in_the_file_as_far_as_it_is_used():
    content = pdf(LABEL)
    assert b"NotoSansSC" in content
    assert len(content) < 60_000


def test_a_number_that_no_barcode_can_have_is_refused():
    with pytest.raises(ValueError, match=r"."):
        pdf(replace(LABEL, waybill_no=""))
