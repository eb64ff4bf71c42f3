"""A text in pieces that a channel takes."""


def pieces(text: str, most_bytes: int) -> list[str]:
    """The text in pieces of at most so many bytes of UTF-8, divided at ends of lines where there are some, and between characters."""
    found, rest = list[str](), text
    while len(rest.encode()) > most_bytes:
        head = rest.encode()[:most_bytes].decode(errors="ignore")
        line = head.rfind("\n")
        end = line + 1 if line > len(head) // 2 else len(head)
        found.append(rest[:end].rstrip("\n"))
        rest = rest[end:]
    return [*found, rest]
