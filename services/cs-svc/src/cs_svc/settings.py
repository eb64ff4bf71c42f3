"""The settings of cs-svc: within how many hours people are to be answered, and how conversations are given to agents."""

from typing import Annotated

from aftercare_chassis.settings import Hours, HttpUrl, ServiceSettings
from pydantic import Field

Seconds = Annotated[float, Field(ge=1, le=24 * 3600, allow_inf_nan=False)]


class Settings(ServiceSettings):
    """The settings of every service, the hours after which an unanswered message or complaint is marked as overdue, and what agents are chosen by."""

    reply_hours: Hours = 4
    complaint_answer_hours: Hours = 48
    # After so many seconds without a word, an agent counts as offline.
    presence_seconds: Seconds = 120
    # After so many seconds a conversation that waits is as urgent as a new one of the next higher priority.
    queue_aging_seconds: Seconds = 300
    # After so many seconds a conversation needs no skills that nobody who has room has.
    skill_relax_seconds: Seconds = 180
    # For so long after a message a conversation counts as work of its agent, whose turn it ever is.
    active_minutes: Annotated[float, Field(gt=0, le=24 * 60, allow_inf_nan=False)] = 15
    # An OpenAI-compatible server of embeddings; without it the bot knows the words of questions alone.
    embeddings_url: HttpUrl | None = None
    embeddings_model: Annotated[str, Field(min_length=1, max_length=100)] = "multilingual-e5-small-q4"
    # How long a question waits for its vector; after that its words alone count.
    embeddings_seconds: Annotated[float, Field(gt=0, le=10)] = 0.5
