"""Files for evidence, made by the tests: pictures with a scene, documents, videos of a few boxes, and hostile ones."""

import hashlib
import random
import struct
import zlib
from io import BytesIO

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter
from pillow_heif import register_heif_opener

# A place in Hangzhou, as cameras write it: degrees, minutes and seconds.
LATITUDE, LONGITUDE = (30.0, 16.0, 27.0), (120.0, 9.0, 18.0)
_GPS, _MAKE, _ORIENTATION = 0x8825, 0x010F, 0x0112


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with the light and the shapes of a photo; another one for each seed."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(24):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        width, height = chance.randrange(40, 260), chance.randrange(40, 220)
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x - width, y - height, x + width, y + height), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(6))


def encoded(image: Image.Image, name: str = "JPEG", **options: object) -> bytes:
    if name == "HEIF":
        register_heif_opener()
    out = BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def located_photo(image: Image.Image | None = None, name: str = "JPEG") -> bytes:
    """A photo with the camera, the place where it was taken, and a turn by 90 degrees."""
    image = image or scene()
    exif = Image.Exif()
    exif[_MAKE], exif[_ORIENTATION] = "Camera of Wang Fang", 6
    exif[_GPS] = {1: "N", 2: LATITUDE, 3: "E", 4: LONGITUDE}
    return encoded(image, name, exif=exif.tobytes())


def bomb(side: int = 20_000) -> bytes:
    """A PNG of a few kilobytes with the pixels of a hundred photos."""
    rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def document(pages: int = 2) -> bytes:
    """A PDF with pages and an author."""
    made = pdfium.PdfDocument.new()
    for _ in range(pages):
        made.new_page(300, 400)
    out = BytesIO()
    made.save(out)
    trailer = out.getvalue()
    return trailer.replace(b"trailer\r\n<<", b"trailer\r\n<</AuthorNote (Wang Fang)", 1)


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def video(
    *, handler: bytes = b"vide", notes: bytes = b"+30.2742+120.1551/", brand: bytes = b"isom", offset: int | None = None
) -> bytes:
    """An MP4 whose camera noted the place, in `udta` and in a box that no player needs."""
    start = box(b"ftyp", brand + bytes(4) + b"isomiso2")
    data = box(b"mdat", b"picture and sound")
    chunk = len(start) + 8 if offset is None else offset
    table = box(b"stsd", bytes(8)) + box(b"stco", struct.pack(">III", 0, 1, chunk))
    media = box(b"hdlr", bytes(8) + handler + bytes(12) + b"\0") + box(b"minf", box(b"stbl", table))
    track = box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", media))
    place = box(b"udta", box(b"\xa9xyz", notes)) + box(b"gps ", notes)
    return start + data + box(b"moov", box(b"mvhd", bytes(100)) + track + place)
