"""Pictures: decoded within a number of pixels, and encoded again, so that nothing but the pixels is left."""

import warnings
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from aftercare_files.decoders.picture_hashes import hashes_of
from aftercare_files.decoders.results import Decoded, Undecodable, Work
from aftercare_files.media import FileRefusal, MediaType

_FORMATS = {
    MediaType.JPEG: "JPEG",
    MediaType.PNG: "PNG",
    MediaType.WEBP: "WEBP",
    MediaType.HEIC: "HEIF",
}
_COPY_PIXELS = 4032
"""Of the longer side of what is served: phones with 48 megapixels show as many by default."""
_THUMBNAIL_PIXELS = 320  # of the longer side
_QUALITY = 90


def decode(work: Work) -> Decoded:
    """Decode a picture. Raises: Undecodable; what else the library raises for a malformed file."""
    picture = _loaded(work)
    copy_type = MediaType.JPEG if work.media_type is MediaType.HEIC else work.media_type
    visible = picture.convert("RGB") if copy_type is MediaType.JPEG else picture
    visible.save(work.copy, _FORMATS[copy_type], quality=_QUALITY)
    save_thumbnail(picture, work)
    return Decoded(copy_type, has_thumbnail=True, hashes=hashes_of(picture))


def save_thumbnail(picture: Image.Image, work: Work) -> None:
    """Write a JPEG of at most 320 pixels a side, on white where the picture is transparent."""
    small = picture.copy()
    small.thumbnail((_THUMBNAIL_PIXELS, _THUMBNAIL_PIXELS))
    ground = Image.new("RGB", small.size, "white")
    ground.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    ground.save(work.thumbnail, "JPEG", quality=80)


def _loaded(work: Work) -> Image.Image:
    """The pixels of the first frame, upright, in the colours of sRGB, without anything else that the file held.

    A picture of more pixels is made smaller before anything else: the pixels of a phone are 200 MB, and each step takes as
    much again. JPEG is decoded in the smaller size already.
    """
    picture = _opened(work)
    picture.thumbnail((_COPY_PIXELS, _COPY_PIXELS), reducing_gap=1.0)
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    profile = picture.info.get("icc_profile")
    bare = _in_srgb(picture.convert("RGBA" if picture.has_transparency_data else "RGB"), profile)
    bare.info.clear()
    return bare


def _opened(work: Work) -> Image.Image:
    """The picture before its pixels are decoded. Raises: Undecodable."""
    if work.media_type is MediaType.HEIC:
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False, save_to_12bit=False)
    Image.MAX_IMAGE_PIXELS = work.max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        return Image.open(work.path, formats=[_FORMATS[work.media_type]])
    except UnidentifiedImageError:
        raise Undecodable(FileRefusal.TYPE_DIFFERS) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Undecodable(FileRefusal.TOO_LARGE_DECODED) from None


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture with the colours that its profile describes; as it is where that cannot be applied."""
    if not profile:
        return picture
    try:
        described = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, described, ImageCms.createProfile("sRGB"), outputMode=picture.mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture
