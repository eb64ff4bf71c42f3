"""How many segments a text message takes, of which each is charged (3GPP TS 23.038 and 23.040)."""

_ALONE, _JOINED = 70, 67
"""UTF-16 code units of a message of one segment, and of each segment of a longer one, whose header takes three of them."""


def segments(text: str) -> int:
    """The segments of a text that is sent in UCS-2, as providers in China send every one. A character beyond the basic plane, such as an emoji, counts
    twice, and is not divided between segments."""
    units = [2 if ord(each) > 0xFFFF else 1 for each in text]
    if sum(units) <= _ALONE:
        return 1
    count, used = 1, 0
    for each in units:
        if used + each > _JOINED:
            count, used = count + 1, 0
        used += each
    return count
