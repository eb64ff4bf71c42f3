"""The README of a service lists the events that it consumes and publishes; the lists are compared with the code."""

import json
import re
from fnmatch import fnmatch

import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_events import EVENTS, Event
from documents import ROOT
from in_process_suite import InProcessSuite
from suite_scenarios import NOT_PUBLISHED_YET

SERVICES = ("order", "aftersale", "cs", "kb", "analytics")
BY_NAME = {cls.__name__: cls for cls in EVENTS.values()}

each_service = pytest.mark.parametrize("name", SERVICES)


def section(name: str, heading: str) -> str:
    """The lines below this heading in the README of a service."""
    text = (ROOT / f"services/{name}-svc/README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}.*\n((?:(?!## ).*\n)*)", text, re.M)
    assert found, f"no heading {heading}"
    return found[1]


def events_named(text: str) -> set[type[Event]]:
    """The events that a text names, one by one or as `every event of` topics."""
    names = {BY_NAME[word] for word in re.findall(r"\w+", text) if word in BY_NAME}
    topics = re.findall(r"every event of `([^`]+)`", text)
    return names | {cls for cls in EVENTS.values() if any(fnmatch(cls.TOPIC.name, topic) for topic in topics)}


@each_service
async def test_events_in_are_those_with_a_handler(suite: InProcessSuite, name: str) -> None:
    first_cells = re.findall(r"^\| (.+?) \|", section(name, "Events in"), re.M)
    assert events_named("\n".join(first_cells)) == set(Dispatcher(suite.services[name].service.handlers).events)


@each_service
def test_events_out_are_those_that_the_service_publishes(name: str) -> None:
    """`test_events.py` checks that all of them are published."""
    own = {cls for type_, cls in EVENTS.items() if cls.TOPIC.writer == f"{name}-svc" and type_ not in NOT_PUBLISHED_YET}
    assert events_named(section(name, "Events out")) == own


@each_service
def test_events_out_are_listed_by_topic(name: str) -> None:
    parts = re.split(r"`(aftercare\.\w+\.v\d+)`:", section(name, "Events out"))
    for topic, text in zip(parts[1::2], parts[2::2], strict=True):
        assert {cls.TOPIC.name for cls in events_named(text)} == {topic}


@each_service
def test_every_path_is_among_the_endpoints(name: str) -> None:
    """By the last word of the path that is no parameter."""
    paths = json.loads((ROOT / f"docs/openapi/{name}-svc.json").read_text(encoding="utf-8"))["paths"]
    named = set(re.findall(r"[\w-]+", section(name, "Endpoints")))
    assert {path for path in paths if [word for word in path.split("/") if "{" not in word][-1] not in named} == set()
