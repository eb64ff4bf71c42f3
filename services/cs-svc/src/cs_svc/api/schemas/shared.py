"""What the bodies of several nouns share."""

from typing import Annotated

from aftercare_chassis.http.schemas import In, Text, example
from pydantic import StringConstraints

ORDER_ID = "ord_0196a3c85d1c70f4b8e2d4a6c8f0b2d4"
CASE_ID = "case_0196a3c8f7a17c3e8b5d7f9a1c3e5b70"
"""The ids in examples."""

ChosenId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,99}$")]
"""An id that people choose here, such as that of a tag. Events and spans have it: it begins with a letter, as no telephone number does."""


class TextIn(In):
    """The answer to a complaint, or what was improved because of feedback."""

    model_config = example(text="已补发缺件，并改进了打包流程。")

    text: Text
    """What was answered or improved."""
