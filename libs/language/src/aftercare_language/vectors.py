"""Vectors of texts, and how near two of them are."""

import math
from array import array
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Vector: TypeAlias = array[float]
else:  # an array has no parameters at run time
    Vector = array
"""A vector of length 1, of type `f`: the similarity of two is the sum of their products."""


def normalized(vector: Vector) -> Vector:
    """The vector with length 1.

    Raises:
        ValueError: it is empty or zero, or has a number that is not finite.
    """
    length = math.sqrt(math.fsum(each * each for each in vector))
    if not math.isfinite(length) or length == 0:
        raise ValueError("a vector without a direction")
    return array("f", (each / length for each in vector))


def similarity(one: Vector, other: Vector) -> float:
    """The cosine of two vectors of length 1, from -1 to 1.

    Raises:
        ValueError: they are of different models.
    """
    if len(one) != len(other):
        raise ValueError("the vectors have different numbers of dimensions")
    return math.fsum(map(float.__mul__, one, other))
