"""Pictures for measuring how many copies are found: of five kinds, each with structure, and what people make of them.

They are drawn, not photographed: the figures say how crops, scaling and compression act on the hashes, not how alike photos of goods are.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 480)
Colour = tuple[int, int, int]


def picture(seed: int) -> Image.Image:
    """Another picture for each seed; its kind is the seed modulo 5."""
    return _KINDS[seed % len(_KINDS)](Random(seed))


def copies(image: Image.Image, seed: int) -> dict[str, Image.Image]:
    """The picture scaled, compressed and cropped, by what was done to it; crops are compressed as well."""
    chance = Random(seed)
    side = [0.0] * 4
    side[chance.randrange(4)] = 1.0
    parts = [chance.random() for _ in range(4)]
    made = {
        "scaled to a third": image.resize((SIZE[0] // 3, SIZE[1] // 3)),
        "compressed, quality 25": _compressed(image, 25),
        "halved and compressed": _compressed(image.resize((SIZE[0] // 2, SIZE[1] // 2)), 40),
    }
    for percent in (2, 5, 10):
        made[f"cropped by {percent} % on each side"] = _cropped(image, [percent / 100] * 4)
        made[f"cropped by {percent} % on one side"] = _cropped(image, [percent / 100 * each for each in side])
        made[f"cropped by 0 to {percent} % on each side"] = _cropped(image, [percent / 100 * each for each in parts])
    return made


def _cropped(image: Image.Image, cuts: list[float]) -> Image.Image:
    left, upper, right, lower = (round(cut * side) for cut, side in zip(cuts, SIZE * 2, strict=True))
    return _compressed(image.crop((left, upper, SIZE[0] - right, SIZE[1] - lower)), 60)


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def _colour(chance: Random) -> Colour:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def _box(chance: Random, least: int, most: int) -> tuple[int, int, int, int]:
    x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
    width, height = chance.randrange(least, most), chance.randrange(least, most)
    return x - width, y - height, x + width, y + height


def _shapes(chance: Random) -> Image.Image:
    image = Image.new("RGB", SIZE, _colour(chance))
    for _ in range(24):
        ImageDraw.Draw(image).ellipse(_box(chance, 40, 240), fill=_colour(chance))
    return image.filter(ImageFilter.GaussianBlur(6))


def _triangles(chance: Random) -> Image.Image:
    image = Image.new("RGB", SIZE, _colour(chance))
    for _ in range(60):
        corners = [(chance.randrange(SIZE[0]), chance.randrange(SIZE[1])) for _ in range(3)]
        ImageDraw.Draw(image).polygon(corners, fill=_colour(chance))
    return image.filter(ImageFilter.GaussianBlur(2))


def _texture(chance: Random) -> Image.Image:
    columns, rows = chance.randrange(8, 24), chance.randrange(6, 18)
    small = Image.frombytes("L", (columns, rows), chance.randbytes(columns * rows))
    image = Image.merge("RGB", [small.resize(SIZE, Image.Resampling.BICUBIC)] * 3)
    image = Image.blend(image, Image.new("RGB", SIZE, _colour(chance)), 0.4)
    for _ in range(5):
        ImageDraw.Draw(image).rectangle(_box(chance, 20, 140), fill=_colour(chance))
    return image


def _page(chance: Random) -> Image.Image:
    """Words in lines, and stamps."""
    image = Image.new("RGB", SIZE, (230, 228, 220))
    draw = ImageDraw.Draw(image)
    for line in range(29):
        x = 10
        while x < SIZE[0] - 20 and chance.random() < 0.93:
            width = chance.randrange(8, 60)
            draw.rectangle((x, 10 + 16 * line, x + width, 18 + 16 * line), fill=(25, 25, 30))
            x += width + 8
    for _ in range(chance.randrange(1, 4)):
        draw.rectangle(_box(chance, 30, 140), fill=_colour(chance))
    return image


def _article(chance: Random) -> Image.Image:
    """A thing on white ground, as shops show what they sell."""
    image = Image.new("RGB", SIZE, (chance.randrange(235, 256),) * 3)
    x, y = chance.randrange(200, 440), chance.randrange(150, 330)
    for _ in range(chance.randrange(4, 12)):
        width, height = chance.randrange(10, 80), chance.randrange(10, 70)
        left, upper = x + chance.randrange(-120, 120) - width, y + chance.randrange(-100, 100) - height
        draw = ImageDraw.Draw(image)
        shape = draw.ellipse if chance.random() < 0.5 else draw.rectangle
        shape((left, upper, left + 2 * width, upper + 2 * height), fill=_colour(chance))
    return image.filter(ImageFilter.GaussianBlur(2))


_KINDS: tuple[Callable[[Random], Image.Image], ...] = (_shapes, _triangles, _texture, _page, _article)
AT_LEAST: Mapping[str, float] = {
    "scaled to a third": 0.97,
    "compressed, quality 25": 0.97,
    "halved and compressed": 0.97,
    "cropped by 2 % on each side": 0.92,
    "cropped by 2 % on one side": 0.97,
    "cropped by 0 to 2 % on each side": 0.97,
    "cropped by 5 % on each side": 0.95,
    "cropped by 5 % on one side": 0.97,
    "cropped by 0 to 5 % on each side": 0.85,
    "cropped by 10 % on each side": 0.92,
    "cropped by 10 % on one side": 0.97,
}
"""The share of the copies that is found. Of crops by up to 10 %, another part on each side, about half are."""
