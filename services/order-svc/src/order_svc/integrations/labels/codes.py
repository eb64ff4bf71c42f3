"""Barcodes as rectangles, made by ZXing: drawn as lines of the page, they stay sharp at any size."""

import re
from typing import NamedTuple

import zxingcpp

_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')
_BAR = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+Z")


class Bar(NamedTuple):
    """A black rectangle; parts of the width and height of the whole code."""

    x: float
    y: float
    width: float
    height: float


def code128(text: str) -> list[Bar]:
    """The bars of a Code 128. Raises: ValueError where the text cannot be in one."""
    return _bars(text, zxingcpp.BarcodeFormat.Code128)


def qr_code(text: str) -> list[Bar]:
    """The modules of a QR code."""
    return _bars(text, zxingcpp.BarcodeFormat.QRCode)


def _bars(text: str, kind: zxingcpp.BarcodeFormat) -> list[Bar]:
    svg = zxingcpp.create_barcode(text, kind).to_svg(add_quiet_zones=False)
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("the code was not drawn as expected")
    width, height = float(size[1]), float(size[2])
    found = [tuple(map(float, each.groups())) for each in _BAR.finditer(svg)]
    if not found:
        raise ValueError("the code was not drawn as expected")
    return [Bar(x / width, y / height, w / width, h / height) for x, y, w, h in found]
