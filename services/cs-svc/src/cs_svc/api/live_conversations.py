"""The conversations that the connections of this process follow, with who is there and who writes, in all processes."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from aftercare_chassis.http.fan_out import FanOut
from aftercare_chassis.http.presence import Person, Presence
from aftercare_chassis.runtime import Runtime

from cs_svc import queries
from cs_svc.domain.conversations import AuthorRole, Message
from cs_svc.domain.live import CALLS, LIVE, REFERRAL_SIGNAL, SIGNALS

# Any: no setting is read of the runtime.
_PRESENCE = "conversation-presence"
TYPING = "typing"
Listen = Callable[[dict[str, object]], None]
"""Takes the members of a frame."""


class LiveConversations:
    """One per process. `listeners` are those of the sockets that follow a conversation, each with the person whose it is;
    `call_listeners` are those of agents who follow calls."""

    def __init__(self, runtime: Runtime[Any]) -> None:
        self._runtime = runtime
        self.messages: FanOut[Message] = FanOut(runtime, LIVE, queries.posted)
        self.presence = Presence(runtime, _PRESENCE, self._present)
        self.listeners: defaultdict[str, dict[Listen, Person]] = defaultdict(dict)
        self.call_listeners: set[Listen] = set()
        runtime.listeners[SIGNALS] = self._signalled

    def join(self, conversation_id: str, person: Person, listen: Listen) -> None:
        """Let a socket know of the others in a conversation, and them of it."""
        self.presence.enter(conversation_id, person)
        self.listeners[conversation_id][listen] = person

    def leave(self, conversation_id: str, person: Person, listen: Listen) -> None:
        """The opposite of `join`."""
        listening = self.listeners[conversation_id]
        listening.pop(listen, None)
        if not listening:
            del self.listeners[conversation_id]
        self.presence.leave(conversation_id, person)

    def signal(self, kind: str, conversation_id: str, person: Person) -> None:
        """Send the others in a conversation a frame of this kind, whatever process they are connected to; it may be lost."""
        self._runtime.publish(SIGNALS, json.dumps([kind, conversation_id, *person]))

    def _signalled(self, payload: str | None) -> None:
        if payload is not None:
            kind, conversation_id, role, person_id, *mark = json.loads(payload)
            if conversation_id == CALLS:
                call_id, state = mark
                for listen in list(self.call_listeners):
                    listen({"type": kind, "call_id": call_id, "state": state, "agent_id": person_id or None})
                return
            members = {"type": kind, "conversation_id": conversation_id, "role": role, "person_id": person_id}
            if kind == REFERRAL_SIGNAL:
                self._referred(members | dict(zip(("referral_id", "state"), mark, strict=True)))
                return
            members |= dict(zip(("place", "read"), mark, strict=False))
            for listen in self._others(conversation_id, (role, person_id)):
                listen(members)

    def _referred(self, members: dict[str, object]) -> None:
        """Offers are between those who serve: the buyer gets none of these frames."""
        for listen, (role, _) in list(self.listeners.get(str(members["conversation_id"]), {}).items()):
            if role != AuthorRole.BUYER:
                listen(members)

    def _present(self, conversation_id: str, person: Person, present: bool) -> None:
        role, person_id = person
        members = {"type": "presence", "conversation_id": conversation_id, "role": role, "person_id": person_id}
        for listen in self._others(conversation_id, person):
            listen({**members, "present": present})

    def _others(self, conversation_id: str, person: Person) -> Iterator[Listen]:
        listening = list(self.listeners.get(conversation_id, {}).items())
        return (listen for listen, other in listening if other != person)


_OF_PROCESS: WeakKeyDictionary[Runtime[Any], LiveConversations] = WeakKeyDictionary()


def live_conversations(runtime: Runtime[Any]) -> LiveConversations:
    """Those of this process, which listens from the first call on."""
    found = _OF_PROCESS.get(runtime)
    if found is None:
        found = _OF_PROCESS[runtime] = LiveConversations(runtime)
    return found
