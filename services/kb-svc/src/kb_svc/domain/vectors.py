"""How vectors are stored: whole, and as one bit per dimension, by which PostgreSQL finds the nearest without an extension."""

import sys
from array import array

from aftercare_language.vectors import Vector


def bits(vector: Vector, center: Vector) -> str:
    """On which side of the center the vector is in each dimension. Vectors of one model lie close together, so zero is no center."""
    return "".join("1" if one > other else "0" for one, other in zip(vector, center, strict=True))


def stored(vector: Vector) -> bytes:
    """The vector as little-endian floats."""
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return vector.tobytes()


def read(content: bytes) -> Vector:
    """The vector that `stored` wrote."""
    vector = array("f", content)
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


def mean(vectors: list[Vector]) -> Vector:
    """The mean of vectors of one model."""
    return array("f", (sum(numbers) / len(vectors) for numbers in zip(*vectors, strict=True)))
