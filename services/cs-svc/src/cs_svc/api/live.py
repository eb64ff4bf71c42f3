"""`/v1/live`: one WebSocket per person, over which they follow conversations and write in them."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from aftercare_chassis.http import internal_requests
from aftercare_chassis.http.fan_out import Subscription
from aftercare_chassis.http.socket_connection import Socket
from aftercare_chassis.http.sockets import Sockets, frame, problem, refused
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.runtime import Runtime
from fastapi import APIRouter
from starlette.routing import WebSocketRoute

from cs_svc import queries
from cs_svc.api.live_conversations import TYPING, LiveConversations, live_conversations
from cs_svc.api.schemas.conversations import MessageOut
from cs_svc.api.schemas.live import FRAMES, CallsIn, FrameIn, MarkIn, PostIn, SubscribeIn, TypingIn, UnsubscribeIn
from cs_svc.domain.conversations import AuthorRole, Conversation, Message
from cs_svc.domain.live import CallsOfAgentsOnly, NotFollowed, TooManyFollowed

PROTOCOL = "aftercare.live.v1"
MOST_FOLLOWED = 200
"""Conversations of one socket."""
TYPING_SECONDS = 2.0
"""Between two notifications that somebody is writing in a conversation; others are left out."""
_SHOWN = {str(each) for each in AuthorRole}
# Any: no setting is read of the runtime.


class LiveSession:
    """What one socket follows."""

    __slots__ = ("_followed", "_live", "_socket", "_typed_at", "runtime")

    def __init__(self, runtime: Runtime[Any], socket: Socket) -> None:
        self.runtime, self._socket = runtime, socket
        self._live: LiveConversations = live_conversations(runtime)
        self._followed: dict[str, Subscription[Message]] = {}
        self._typed_at: dict[str, float] = {}

    async def received(self, frame: FrameIn) -> None:
        """Do what a frame asks for. Raises: Refusal, where it is refused as a whole."""
        match frame:
            case SubscribeIn():
                await self._subscribe(frame)
            case UnsubscribeIn():
                self._leave(*frame.conversation_ids)
            case PostIn():
                await self._post(frame)
            case MarkIn():
                await self._mark(frame)
            case CallsIn():
                self._follow_calls(frame)
            case TypingIn():
                self._type(frame.conversation_id)

    def ended(self) -> None:
        """Follow nothing any more."""
        self._leave(*list(self._followed))
        self._live.call_listeners.discard(self._listen)

    def _follow_calls(self, frame: CallsIn) -> None:
        """Raises: CallsOfAgentsOnly."""
        if self._socket.actor.role != AuthorRole.AGENT:
            raise CallsOfAgentsOnly
        if frame.follow:
            self._live.call_listeners.add(self._listen)
        else:
            self._live.call_listeners.discard(self._listen)

    async def _subscribe(self, frame: SubscribeIn) -> None:
        wanted = {each.conversation_id: each.after for each in frame.conversations}
        if len(self._followed.keys() | wanted.keys()) > MOST_FOLLOWED:
            raise TooManyFollowed(most=MOST_FOLLOWED)
        self._leave(*wanted)
        async with self.runtime.reader(self._socket.actor) as reader:
            found = await queries.conversations_of(reader, list(wanted))
        followers = [self._follow(each, wanted[each.id]) for each in found if not self._socket.is_closing]
        for unknown in wanted.keys() - {each.id for each in found}:
            self._refuse(unknown)
        if followers:
            await self._live.messages.follow(followers, self._socket.drained)

    def _follow(self, conversation: Conversation, after: str | None) -> Subscription[Message]:
        last = conversation.last_place
        follower = Subscription(conversation.id, after or last, self._socket.actor, self._deliver)
        self._followed[conversation.id] = follower
        if self._is_shown:
            self._live.join(conversation.id, self._person, self._listen)
        present = [
            {"role": role, "person_id": person} for role, person in sorted(self._live.presence.at(conversation.id))
        ]
        self._socket.send(
            frame(type="subscribed", conversation_id=conversation.id, after=after or last, last=last, present=present)
        )
        return follower

    def _leave(self, *conversation_ids: str) -> None:
        for each in conversation_ids:
            if (follower := self._followed.pop(each, None)) is not None:
                self._live.messages.leave(follower)
                self._typed_at.pop(each, None)
                if self._is_shown:
                    self._live.leave(each, self._person, self._listen)

    async def _mark(self, frame: MarkIn) -> None:
        path = f"/v1/conversations/{quote(frame.conversation_id)}/read"
        key = f"{frame.conversation_id}:{frame.place}:{frame.read}"
        response = await self._request(path, key, frame.model_dump_json(include={"place", "read"}))
        if not response.is_success:
            self._socket.send(refused(None, response.body))

    async def _request(self, path: str, key: str, body: str) -> internal_requests.Response:
        """Send a command to the REST API of this process."""
        scope, language = self._socket.scope, self._socket.language
        headers = {**self._socket.headers, "accept-language": language, "idempotency-key": key}
        return await internal_requests.request(scope["app"], scope, path, headers, body.encode())

    async def _post(self, frame: PostIn) -> None:
        """Post the message by the route of the REST API, in this process."""
        path = f"/v1/conversations/{quote(frame.conversation_id)}/messages"
        body = frame.model_dump_json(include={"text", "citations", "case_id", "attachment_ids"}, exclude_none=True)
        response = await self._request(path, frame.id, body)
        if response.is_success:
            message = response.body.decode()
            self._socket.send(f'{{"type":"posted","id":{json.dumps(frame.id)},"message":{message}}}')
        else:
            self._socket.send(refused(frame.id, response.body))

    def _type(self, conversation_id: str) -> None:
        """Raises: NotFollowed."""
        if conversation_id not in self._followed or not self._is_shown:
            raise NotFollowed
        now = self.runtime.clock.now().timestamp()
        if now - self._typed_at.get(conversation_id, 0.0) >= TYPING_SECONDS:
            self._typed_at[conversation_id] = now
            self._live.signal(TYPING, conversation_id, self._person)

    def _deliver(self, conversation_id: str, messages: Sequence[Message] | None) -> None:
        if messages is None:
            self._leave(conversation_id)
            self._refuse(conversation_id)
            return
        shown = ",".join(map(partial(_json, language=self._socket.language), messages))
        followed = json.dumps(conversation_id)
        self._socket.send(f'{{"type":"messages","conversation_id":{followed},"messages":[{shown}]}}')

    def _refuse(self, conversation_id: str) -> None:
        body = problem(NotFound(what="conversations"), self._socket.language).decode()
        followed = json.dumps(conversation_id)
        self._socket.send(f'{{"type":"refused","id":null,"conversation_id":{followed},"problem":{body}}}')

    def _listen(self, members: dict[str, object]) -> None:
        self._socket.send(frame(**members))

    @property
    def _person(self) -> tuple[str, str]:
        return self._socket.actor.role, self._socket.actor.id

    @property
    def _is_shown(self) -> bool:
        """Whether the others see that this person is there: those who may write, and not those who only read."""
        return self._socket.actor.role in _SHOWN


def _json(message: Message, language: str) -> str:
    return MessageOut.of(message, language).model_dump_json(by_alias=True)


def router() -> APIRouter:
    """The route, with the sockets of one process."""
    return APIRouter(routes=[WebSocketRoute("/v1/live", Sockets(PROTOCOL, FRAMES, LiveSession))])
