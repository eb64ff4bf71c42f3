"""Files, made by the tests: pictures with a scene, documents, videos, and hostile ones."""

import hashlib
import random
import struct
import zlib
from io import BytesIO

import av
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from pillow_heif import register_heif_opener

# A place in Hangzhou, as cameras write it: degrees, minutes and seconds.
LATITUDE, LONGITUDE = (30.0, 16.0, 27.0), (120.0, 9.0, 18.0)
PLACE = "+30.2742+120.1551/"
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


def page(photo: bytes | None = None, *, pages: int = 1, words: str = "Page 1") -> bytes:
    """A PDF with active content: a script, a link, an attachment, an author, notes in XMP, and a JPEG as it came from a phone."""
    photo = photo or located_photo(scene(size=(64, 48)))
    notes = b"<x:xmpmeta>Wang Fang</x:xmpmeta>"
    text = f"BT /F 24 Tf 20 200 Td ({words}) Tj ET q 200 0 0 150 20 20 cm /P Do Q".encode()
    actions = b"/AA << /O << /S /JavaScript /JS (app.alert\\(1\\)) >> >> /Annots [9 0 R 10 0 R]"
    kids = b" ".join(b"4 0 R" for _ in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(2\\)) >> >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        b"<< /Author (Wang Fang) >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 5 0 R %s /Resources << /XObject << /P 6 0 R >>"
        b" /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>" % actions,
        _stream(b"", text),
        _stream(
            b"/Type /XObject /Subtype /Image /Width 64 /Height 48 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode",
            photo,
        ),
        _stream(b"/Type /Metadata /Subtype /XML", notes),
        _stream(b"/Type /EmbeddedFile", b"an attachment"),
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://elsewhere.example) >> >>",
        b"<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 18 18] /FS << /Type /Filespec /F (a.txt) /EF << /F 8 0 R >> >> >>",
    ]
    return _document(objects, b"/Info 3 0 R")


def filled_form() -> bytes:
    """A PDF whose page is empty but for what was entered: a field that was drawn by who filled it, one that its reader has to draw, a
    ticked box, and a note on the page; with a script, and with another form, in XFA."""
    fields = b"[5 0 R 6 0 R 7 0 R]"
    drawn = b"/Type /XObject /Subtype /Form /BBox [0 0 200 40] /Resources << /Font << /Helv 4 0 R >> >>"
    text = b"/Type /Annot /Subtype /Widget /FT /Tx /F 4 /P 3 0 R /DA (/Helv 24 Tf 0 g)"
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /NeedAppearances true /DR << /Font << /Helv 4 0 R >> >>"
            b" /DA (/Helv 0 Tf 0 g) /XFA 12 0 R /Fields %s >> >>" % fields,
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Annots [5 0 R 6 0 R 7 0 R 8 0 R] >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< %s /T (received_by) /V (Wang Fang) /Rect [20 340 220 380] /AP << /N 9 0 R >> >>" % text,
            b"<< %s /T (received_on) /V (2026-03-01) /Rect [20 260 220 300]"
            b" /AA << /F << /S /JavaScript /JS (event.value = 'never') >> >> >>" % text,
            b"<< /Type /Annot /Subtype /Widget /FT /Btn /F 4 /P 3 0 R /T (damaged) /V /Yes /AS /Yes /Rect [20 180 220 220]"
            b" /AP << /N << /Yes 10 0 R /Off 11 0 R >> >> >>",
            b"<< /Type /Annot /Subtype /FreeText /F 4 /P 3 0 R /Rect [20 100 220 140] /Contents (box wet) /DA (/Helv 24 Tf 0 g)"
            b" /AP << /N 9 0 R >> >>",
            _stream(drawn, b"/Tx BMC q BT /Helv 24 Tf 4 10 Td (Wang Fang) Tj ET Q EMC"),
            _stream(drawn, b"0 g 4 4 30 30 re f"),
            _stream(drawn, b""),
            _stream(b"", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>"),
        ]
    )


FILLED = {"drawn field": (20, 20), "field to draw": (20, 100), "ticked box": (20, 180), "note": (20, 260)}
"""The left upper corners of what was entered, each of 200 by 40 points."""


def _document(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects; the first one is its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (entries, len(content), content)


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def video(
    *, codec: str = "libx264", pictures: bool = True, turn: int = 0, seed: int = 1, size: tuple[int, int] = (320, 240)
) -> bytes:
    """An MP4 of one second, in which the camera noted the place and the encoder its settings."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as file:
        file.metadata.update({"comment": PLACE, "artist": "Wang Fang"})
        track = _track(file, codec, turn, size) if pictures else None
        sound = file.add_stream("aac", rate=44_100)
        for number in range(10 if track else 0):
            picture = ImageChops.offset(scene(seed, size), 4 * number, 0)
            file.mux(track.encode(av.VideoFrame.from_image(picture)))
        if track:
            file.mux(track.encode(None))
        file.mux(sound.encode(_silence()))
        file.mux(sound.encode(None))
    return out.getvalue()


def _track(file: av.container.OutputContainer, codec: str, turn: int, size: tuple[int, int]) -> av.VideoStream:
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    track = file.add_stream(codec, rate=10, options=quiet)
    track.width, track.height, track.pix_fmt = *size, "yuv420p"
    track.metadata["handler_name"] = "Wang Fang"
    if turn:
        track.set_display_rotation(turn)
    return track


def _silence() -> av.AudioFrame:
    """One second."""
    frame = av.AudioFrame("s16", "mono", 44_100)
    frame.sample_rate = 44_100
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    return frame
