"""MP4: every frame is decoded, and the copy has one track of picture and one of sound, without what describes them.

The picture is not encoded again, which would take longer than the video itself. Only the units of its stream that a decoder needs are copied:
cameras and editors write notes into the others. The sound is encoded again.
"""

from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from aftercare_files.decoders.picture_hashes import hashes_of
from aftercare_files.decoders.pictures import save_thumbnail
from aftercare_files.decoders.results import Decoded, Undecodable, Work
from aftercare_files.media import FileRefusal, MediaType

_BRANDS = frozenset({b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4A ", b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6"})
_VIDEO_UNITS = {"h264": "1-5|7-8", "hevc": "0-9|16-21|32-34"}
"""By codec, the types of the units that are copied: slices of pictures and sets of parameters. H.264, table 7-1; H.265, table 7-1."""
_HEVC_PARAMETERS = frozenset({32, 33, 34})
_AUDIO = frozenset({"aac", "mp3", "amrnb", "amrwb", "opus"})
_AUDIO_RATE = 48_000


def decode(work: Work) -> Decoded:
    """Decode an MP4 file and write the copy. Raises: Undecodable; what else the library raises for a malformed file."""
    _check_brand(work)
    # What the file refers to elsewhere is not opened.
    options = {"enable_drefs": "0", "protocol_whitelist": "file"}
    with av.open(str(work.path), format="mp4", options=options, metadata_errors="ignore") as source:
        video, audio = _streams(source, work.max_pixels)
        with av.open(str(work.copy), "w", format="mp4", options={"fflags": "+bitexact"}) as copy:
            first = _copied(source, copy, video, audio)
    if first is None:
        return Decoded(MediaType.MP4, has_thumbnail=False)
    picture: Image.Image = first.to_image()  # type: ignore[no-untyped-call]
    picture = picture.rotate(first.rotation, expand=True)
    save_thumbnail(picture, work)
    return Decoded(MediaType.MP4, has_thumbnail=True, hashes=hashes_of(picture))


def _check_brand(work: Work) -> None:
    """Raises: Undecodable where the file is none of MP4's; QuickTime, which is like it, is another type."""
    with work.path.open("rb") as file:
        head = file.read(1024)
    length = int.from_bytes(head[:4])
    if head[4:8] != b"ftyp" or not 16 <= length <= len(head):
        raise Undecodable(FileRefusal.TYPE_DIFFERS)
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, length, 4))}
    if head[8:12] == b"qt  " or not any(each in _BRANDS or each.startswith(b"iso") for each in brands):
        raise Undecodable(FileRefusal.TYPE_DIFFERS)


def _streams(source: InputContainer, max_pixels: int) -> tuple[VideoStream | None, AudioStream | None]:
    """The first video and the first sound of the file. Raises: Undecodable."""
    video, audio = next(iter(source.streams.video), None), next(iter(source.streams.audio), None)
    if video is None and audio is None:
        raise Undecodable(FileRefusal.MALFORMED)
    if video is not None:
        if video.codec_context.name not in _VIDEO_UNITS:
            raise Undecodable(FileRefusal.CODEC_UNSUPPORTED)
        if video.width * video.height > max_pixels:
            raise Undecodable(FileRefusal.TOO_LARGE_DECODED)
        # Threads would multiply the memory by their number. Filters that smooth edges do not matter to the check.
        video.codec_context.thread_count = 1
        video.codec_context.options = {
            "err_detect": "explode",
            "skip_loop_filter": "all",
            "max_pixels": str(max_pixels),
        }
    if audio is not None and audio.codec_context.name not in _AUDIO:
        raise Undecodable(FileRefusal.CODEC_UNSUPPORTED)
    return video, audio


class _Pictures:
    """The picture track of the copy."""

    def __init__(self, copy: OutputContainer, source: VideoStream) -> None:
        self._copy, self._track = copy, copy.add_stream_from_template(source)
        name = source.codec_context.name
        self._filter = BitStreamFilterContext(f"filter_units=pass_types={_VIDEO_UNITS[name]}", source, self._track)
        if name == "hevc" and source.codec_context.extradata:
            # The filter leaves the head of the track as it is; that of H.264 has parameters only.
            self._track.codec_context.extradata = _parameter_sets(source.codec_context.extradata)

    def add(self, packet: "Packet[Any]") -> VideoFrame | None:
        """Decode a packet, and copy the units that are left of it; the first picture in it. Raises: Undecodable."""
        pictures = packet.decode()
        if any(each.is_corrupt for each in pictures if isinstance(each, VideoFrame)):
            raise Undecodable(FileRefusal.MALFORMED)
        for each in self._filter.filter(packet if packet.size else None):
            each.stream = self._track
            self._copy.mux(each)
        return next((each for each in pictures if isinstance(each, VideoFrame)), None)


def _parameter_sets(record: bytes) -> bytes:
    """The sets of parameters in the head of an H.265 track, as units with start codes (ISO/IEC 14496-15, 8.3.3.1)."""
    kept, place = b"", 23
    for _ in range(record[22]):
        kind, number = record[place] & 0x3F, int.from_bytes(record[place + 1 : place + 3])
        place += 3
        for _ in range(number):
            start = place + 2
            place = start + int.from_bytes(record[place:start])
            if kind in _HEVC_PARAMETERS:
                kept += b"\0\0\0\1" + record[start:place]
    return kept


class _Sound:
    """The sound track of the copy."""

    def __init__(self, copy: OutputContainer) -> None:
        self._copy, self._track = copy, copy.add_stream("aac", rate=_AUDIO_RATE)

    def add(self, packet: "Packet[Any]") -> None:
        """Decode a packet and encode its sound again."""
        for each in packet.decode():
            if isinstance(each, AudioFrame):
                self._copy.mux(self._track.encode(each))

    def end(self) -> None:
        """Write what the encoder still has."""
        self._copy.mux(self._track.encode(None))


def _copied(
    source: InputContainer, copy: OutputContainer, video: VideoStream | None, audio: AudioStream | None
) -> VideoFrame | None:
    """Decode and copy the tracks; the first picture, where there is one. Raises: Undecodable."""
    pictures = _Pictures(copy, video) if video else None
    sound = _Sound(copy) if audio else None
    first = None
    for packet in source.demux([each for each in (video, audio) if each]):
        if pictures and packet.stream is video:
            picture = pictures.add(packet)
            first = first or picture
        elif sound:
            sound.add(packet)
    if sound:
        sound.end()
    if video and first is None:
        raise Undecodable(FileRefusal.MALFORMED)
    return first
