"""What Telegram knows: chats, messages, files, waiting updates, and a log of every call.

Nothing here touches the network; ``server.py`` serves a world and ``people.py`` plays its users.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.botapi.errors import Refused, bad_request, forbidden
from tests.botapi.faults import Faults
from tests.botapi.markup import JSON, detect_entities, utf16_length
from tests.botapi.params import Upload

if TYPE_CHECKING:
    from tests.botapi.people import Channel, Group, Voice

TOKEN = "7000000001:AAtestTOKENtestTOKENtestTOKENtest00"
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Update kinds that a bot gets only when it asks for them."""

ChatType = Literal["private", "group", "supergroup", "channel"]


def dumps(value: Any) -> bytes:
    """Compact JSON, as it goes over the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class StoredFile:
    """A file that Telegram holds; ``kind`` is photo or document."""

    file_id: str
    unique_id: str
    kind: str
    upload: Upload


@dataclass(slots=True)
class Message:
    """A message as it now is; ``json`` is what an update would show."""

    chat: Chat
    id: int
    json: JSON
    from_bot: bool
    file: StoredFile | None = None
    rendered: bytes | None = None
    """What the bot set last (content and buttons), to recognise an edit that changes nothing."""


@dataclass(slots=True)
class Event:
    """Something the bot did that people in a chat can see."""

    kind: Literal["new", "edit", "delete"]
    message: Message
    json: JSON
    heard: bool = False


@dataclass(slots=True)
class Topic:
    """A topic of a forum."""

    thread_id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat, what the bot may do there, and what happened in it."""

    id: int
    type: ChatType
    about: JSON
    """The fields of Telegram's Chat object besides id and type."""
    bot_status: str = "member"
    blocked: bool = False
    deactivated: bool = False
    started: bool = False
    forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, JSON] = field(default_factory=dict)
    """User id → ChatMember object."""
    denied: set[str] = field(default_factory=set)
    """What the bot may not send: "text", "photos", "documents"."""
    slow_mode: float = 0.0
    """Seconds that must lie between two messages of the bot."""
    last_sent: float = 0.0
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    events: list[Event] = field(default_factory=list)
    actions: list[tuple[str, int | None]] = field(default_factory=list)
    """Chat actions shown ("typing", "upload_photo") with their topic."""
    open: deque[Update] = field(default_factory=deque)
    """Updates from this chat that the bot has not confirmed yet."""
    silent: deque[Update] = field(default_factory=deque)
    """Updates that were confirmed before anything was said (a bot may confirm first)."""
    answered: Update | None = None
    """The update that was answered last."""

    @property
    def json(self) -> JSON:
        """Telegram's Chat object."""
        value: JSON = {"id": self.id, "type": self.type, **self.about}
        if self.forum:
            value["is_forum"] = True
        return value


@dataclass(slots=True)
class Update:
    """An update on its way to the bot."""

    id: int
    kind: str
    body: bytes
    chat: Chat | None
    message_id: int | None = None
    deliveries: int = 0
    """How often it was handed out."""
    confirmed: bool = False
    replies: int = 0
    """Accepted calls that answer it: see World.outcomes."""


@dataclass(slots=True)
class Call:
    """One call of the bot, in the order of the log."""

    number: int
    at: float
    method: str
    params: JSON
    outcome: Literal["accepted", "refused", "fault"]
    status: int
    description: str = ""
    result: Any = None


@dataclass(slots=True)
class Query:
    """A callback query or an inline query that waits for an answer."""

    id: str
    kind: Literal["callback", "inline"]
    born: float
    update: Update | None
    answer: JSON | None = None


@dataclass(slots=True)
class Webhook:
    """Where updates are posted, and how the last try went."""

    url: str
    secret: str | None
    max_connections: int
    last_error: str | None = None
    last_error_date: int | None = None


class World:
    """One bot's Telegram.

    ``privacy`` switches privacy mode on (a bot in a group then gets commands, replies to itself
    and service messages only), ``inline`` tells whether BotFather switched inline mode on.
    ``patience`` is how many seconds a transcript waits before it gives up.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "monitor_test_bot",
        privacy: bool = False,
        inline: bool = True,
        patience: float = 10.0,
        seed: int = 0,
    ) -> None:
        self.token = token
        self.url = ""
        """The server's own address, without a path; set when it is being served."""
        self.patience = patience
        self.query_lifetime = 60.0
        """Seconds after which a button press or inline query can no longer be answered."""
        self.retry_seconds = 0.05
        """First pause before a webhook call is tried again; doubles up to 20 times this."""
        self.webhook_timeout = 60.0
        self.balance: list[str] = []
        """With several addresses (scheme://host:port) webhook calls go round them in turn, as
        behind a load balancer; the path stays that of the webhook's URL."""
        self.faults = Faults(seed)
        self.user: JSON = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Monitorbot",
            "username": username,
        }
        self.privacy = privacy
        self.inline = inline
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[str, list[JSON]] = {}
        """Registered commands as JSON of (scope, language) → commands."""
        self.descriptions: dict[tuple[str, str], str] = {}
        """("description" | "short_description" | "name", language) → text."""
        self.allowed_updates: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.pending: OrderedDict[int, Update] = OrderedDict()
        """Updates that the bot has not confirmed, oldest first."""
        self.updates: dict[int, Update] = {}
        """Every update ever queued."""
        self.log: list[Call] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        """(method, outcome) → calls."""
        self.unattributed = 0
        """Accepted messages to chats that never sent an update."""
        self.in_flight = 0
        """Calls now being handled, getUpdates left out."""
        self.first_delivery: float | None = None
        self.last_reply: float | None = None
        self._by_message: dict[tuple[int, int], Update] = {}
        self._random = random.Random(seed)
        self._next_update = self._random.randrange(100_000_000, 900_000_000)
        self._private_ids = itertools.count(self._random.randrange(100, 5000))
        self._user_ids = itertools.count(5_000_000_001)
        self._group_ids = itertools.count(4_000_000_001)
        self._serials = itertools.count(1)
        self._waiting: set[asyncio.Future[None]] = set()

    # -- people -------------------------------------------------------------------------------

    def private(self, first_name: str, **about: Any) -> Voice:
        """A new user and their private chat with the bot."""
        from tests.botapi.people import Voice

        user = self.new_user(first_name, **about)
        about = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
        return Voice(self, self.add_chat(user["id"], "private", about), user)

    def group(
        self, title: str, *names: str, basic: bool = False, topics: Iterable[str] = ()
    ) -> Group:
        """A new supergroup (or basic group) with the bot and these members in it.

        With topics it is a forum.
        """
        from tests.botapi.people import Group

        number = next(self._group_ids)
        chat = self.add_chat(
            -number if basic else -1_000_000_000_000 - number,
            "group" if basic else "supergroup",
            {"title": title},
        )
        if not basic:
            # Message 1 is never a topic: the general topic has no id that can be sent to.
            self.post(chat, {"supergroup_chat_created": True}, from_bot=False)
        group = Group(self, chat)
        for name in topics:
            group.add_topic(name)
        for name in names:
            group.join(self.new_user(name))
        return group

    def channel(self, title: str) -> Channel:
        """A new channel of which the bot is an administrator."""
        from tests.botapi.people import Channel

        chat = self.add_chat(
            -1_000_000_000_000 - next(self._group_ids), "channel", {"title": title}
        )
        chat.bot_status = "administrator"
        return Channel(self, chat)

    def new_user(self, first_name: str, **about: Any) -> JSON:
        """Telegram's User object for somebody new, who uses the app in Dutch."""
        return {
            "id": next(self._user_ids),
            "is_bot": False,
            "first_name": first_name,
            "language_code": "nl",
            **about,
        }

    def add_chat(self, chat_id: int, kind: ChatType, about: JSON) -> Chat:
        """A chat that the bot can reach."""
        chat = Chat(chat_id, kind, about)
        self.chats[chat_id] = chat
        return chat

    # -- waiting ------------------------------------------------------------------------------

    def changed(self) -> None:
        """Wakes everybody who waits for something to happen."""
        if self._waiting:
            waiting, self._waiting = self._waiting, set()
            for future in waiting:
                _wake(future)

    async def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Waits until ``ready``; False when it did not come in so many seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not ready():
            left = deadline - loop.time()
            if left <= 0:
                return False
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            timer = loop.call_later(left, _wake, future)
            try:
                await future
            finally:
                timer.cancel()
                self._waiting.discard(future)
        return True

    async def settled(self, seconds: float | None = None) -> None:
        """Waits until the bot has confirmed every update and no call is being handled.

        From then on silence is a fact: a bot that confirms only after its reply was accepted
        has nothing left to say. AssertionError after ``seconds`` (default: patience).
        """
        patience = self.patience if seconds is None else seconds
        if not await self.until(lambda: not self.pending and not self.in_flight, patience):
            waiting = [(u.id, u.kind, u.deliveries) for u in self.pending.values()][:5]
            raise AssertionError(
                f"not settled after {patience} s: {len(self.pending)} updates unconfirmed, first "
                f"(id, kind, deliveries) {waiting}; {self.in_flight} calls being handled; "
                f"last calls: {self.tail()}"
            )

    def tail(self, count: int = 5) -> list[str]:
        """The last calls in a few words each, for messages of failed tests."""
        calls = [call for call in self.log if call.method != "getUpdates"][-count:]
        return [f"{c.method} {c.outcome} {c.description}".strip() for c in calls]

    # -- the log ------------------------------------------------------------------------------

    def record(
        self,
        method: str,
        params: JSON,
        outcome: Literal["accepted", "refused", "fault"],
        status: int,
        description: str = "",
        result: Any = None,
    ) -> None:
        """Adds a call to the log; accepted getUpdates calls are only counted."""
        self.counts[method, outcome] += 1
        if method == "getUpdates" and outcome == "accepted":
            return
        self.log.append(
            Call(
                len(self.log),
                time.monotonic(),
                method,
                params,
                outcome,
                status,
                description,
                result,
            )
        )

    def accepted(self, method: str | None = None) -> list[Call]:
        """The calls that were accepted, of one method or of all."""
        return [
            call
            for call in self.log
            if call.outcome == "accepted" and method in {None, call.method}
        ]

    @property
    def refused(self) -> list[Call]:
        """The calls that were refused for their content or the moment (faults not counted)."""
        return [call for call in self.log if call.outcome == "refused"]

    def assert_none_refused(self) -> None:
        """AssertionError that lists the refused calls, when there are any."""
        refused = [f"{call.method}: {call.status} {call.description}" for call in self.refused]
        assert not refused, f"{len(refused)} calls refused: {refused[:10]}"

    def outcomes(self) -> list[Update]:
        """Every update with how often it was handed out, whether confirmed, and its replies.

        A message counts for the update it replies to. Without reply_parameters it counts for
        the oldest update of that chat that has no reply, unconfirmed ones first, else for the
        newest: so the counts are exact where the bot replies, or a chat asks one question.
        Edits count for button presses and edited questions, answers to inline queries by their
        id; answerCallbackQuery is not counted.
        """
        return list(self.updates.values())

    # -- updates ------------------------------------------------------------------------------

    def emit(
        self, kind: str, value: JSON, chat: Chat | None = None, message_id: int | None = None
    ) -> Update | None:
        """Queues an update; None when the bot does not want this kind, or cannot get it."""
        if self.allowed_updates is not None:
            if kind not in self.allowed_updates:
                return None
        elif kind in NOT_BY_DEFAULT:
            return None
        update_id = self._next_update
        self._next_update += 1
        body = dumps({"update_id": update_id, kind: value})
        return self._queue(Update(update_id, kind, body, chat, message_id))

    def emit_raw(self, update: JSON, update_id: int | None = None) -> Update:
        """Queues an update of any content (for fuzzing); the update_id is filled in.

        Give an earlier ``update_id`` to deliver an update once more after it was confirmed.
        """
        if update_id is None:
            update_id = self._next_update
            self._next_update += 1
        body = dumps({**update, "update_id": update_id})
        return self._queue(Update(update_id, "raw", body, None))

    def _queue(self, update: Update) -> Update:
        self.pending[update.id] = update
        self.updates[update.id] = update
        if update.chat is not None:
            update.chat.open.append(update)
            if update.message_id is not None:
                self._by_message[update.chat.id, update.message_id] = update
        self.changed()
        return update

    def confirm(self, update: Update) -> None:
        """The bot is done with this update."""
        update.confirmed = True
        self.pending.pop(update.id, None)
        chat = update.chat
        if chat is not None:
            while chat.open and chat.open[0].confirmed:
                done = chat.open.popleft()
                if not done.replies and done.kind == "message":
                    chat.silent.append(done)
        self.changed()

    def confirm_before(self, offset: int) -> None:
        """Confirms what getUpdates' offset says: everything with a lower id.

        A negative offset keeps so many of the newest and forgets the rest.
        """
        if offset < 0:
            done = list(self.pending.values())[:offset]
        else:
            done = list(itertools.takewhile(lambda u: u.id < offset, self.pending.values()))
        for update in done:
            self.confirm(update)

    def deliver(self, update: Update) -> bytes:
        """Hands an update out once more."""
        update.deliveries += 1
        if self.first_delivery is None:
            self.first_delivery = time.monotonic()
        return update.body

    def credit(self, chat: Chat, reply_to: int | None) -> None:
        """Notes that a message was accepted as the answer to an update."""
        self.last_reply = time.monotonic()
        update = self._by_message.get((chat.id, reply_to)) if reply_to is not None else None
        update = update or self._waiting_update(chat)
        if update is None:
            self.unattributed += 1
        else:
            update.replies += 1
            chat.answered = update

    def _waiting_update(self, chat: Chat) -> Update | None:
        """The update that a message without reply_parameters most likely answers."""
        handed_out = list(itertools.takewhile(lambda update: update.deliveries, chat.open))
        for update in handed_out:
            if not update.confirmed and not update.replies:
                return update
        if handed_out:
            return handed_out[-1]
        while chat.silent:
            update = chat.silent.popleft()
            if not update.replies:
                return update
        return chat.answered

    def credit_edit(self, chat: Chat) -> None:
        """Notes an accepted edit: the answer to a button press or an edited question, if any."""
        self.last_reply = time.monotonic()
        for update in chat.open:
            if not update.confirmed and update.deliveries and not update.replies:
                if update.kind in {"callback_query", "edited_message"}:
                    update.replies += 1
                return

    # -- messages -----------------------------------------------------------------------------

    def post(self, chat: Chat, fields: JSON, *, from_bot: bool) -> Message:
        """Puts a message into a chat. Numbering is Telegram's: per supergroup or channel, else
        over all private chats and groups together."""
        if chat.type in {"supergroup", "channel"}:
            number = chat.last_id = chat.last_id + 1
        else:
            number = next(self._private_ids)
        value = {"message_id": number, "date": int(time.time()), "chat": chat.json, **fields}
        message = Message(chat, number, value, from_bot)
        chat.messages[number] = message
        return message

    def receive(self, chat: Chat, fields: JSON, *, kind: str = "message") -> Message:
        """A message from people: put into the chat and, where the bot may see it, queued."""
        message = self.post(chat, fields, from_bot=False)
        if self.reaches_bot(message):
            self.emit(kind, message.json, chat, message.id)
        return message

    def reaches_bot(self, message: Message) -> bool:
        """Whether Telegram shows this message to the bot (membership and privacy mode)."""
        chat = message.chat
        if chat.type == "private" or chat.bot_status == "administrator":
            return True
        if chat.bot_status in {"left", "kicked"}:
            return False
        if not self.privacy:
            return True
        value = message.json
        if not value.keys() & {"text", "caption", "sticker", "photo", "voice", "document"}:
            return True
        replied = value.get("reply_to_message", {})
        if replied.get("from", {}).get("id") == self.user["id"] or "via_bot" in value:
            return True
        text = written(value)
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        target = command.partition("@")[2].lower()
        return bool(command) and target in {"", self.user["username"].lower()}

    def reply_fields(self, chat: Chat, replied: Message | None, thread: int | None) -> JSON:
        """What a reply, or a message in a topic, carries besides its own content."""
        fields: JSON = {}
        if replied is not None:
            fields["reply_to_message"] = {
                key: value for key, value in replied.json.items() if key != "reply_to_message"
            }
        if chat.forum:
            if thread is not None:
                fields["message_thread_id"] = thread
                fields["is_topic_message"] = True
        elif replied is not None and chat.type == "supergroup":
            # A reply in an ordinary supergroup has a thread id too, which no method accepts.
            fields["message_thread_id"] = replied.json.get("message_thread_id", replied.id)
        return fields

    def reachable(self, chat_id: int | str, right: str | None = "text") -> Chat:
        """The chat, if the bot may send ``right`` there ("text", "photos", "documents").

        Raises Refused as Telegram does: unknown, migrated, blocked, removed, no rights, slow mode.
        """
        chat = self.chat(chat_id)
        if chat.type == "private":
            if not chat.started:
                raise bad_request("chat not found")
            if chat.deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            return chat
        if chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        if right is None:
            return chat
        if right in chat.denied:
            what = "text messages" if right == "text" else right
            raise bad_request(f"not enough rights to send {what} to the chat")
        if chat.slow_mode:
            wait = chat.last_sent + chat.slow_mode - time.monotonic()
            if chat.last_sent and wait > 0:
                seconds = int(wait) + 1
                raise Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        return chat

    def chat(self, chat_id: int | str) -> Chat:
        """The chat with this id or @username; Refused when there is none, or it moved."""
        if isinstance(chat_id, str):
            name = chat_id.removeprefix("@").lower()
            found = [c for c in self.chats.values() if c.about.get("username", "").lower() == name]
            chat = found[0] if name and found and found[0].type != "private" else None
        else:
            chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found" if chat_id != "" else "chat_id is empty")
        if chat.migrated_to is not None:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        return chat

    # -- files and queries --------------------------------------------------------------------

    def store(self, upload: Upload, kind: str) -> StoredFile:
        """Keeps a file; its file_id can be sent again, as the same kind only."""
        serial = next(self._serials)
        prefix = "AgACAgQAAx" if kind == "photo" else "BQACAgQAAx"
        file = StoredFile(f"{prefix}{serial:08d}{kind}", f"AQAD{serial:08d}", kind, upload)
        self.files[file.file_id] = file
        return file

    def ask(self, kind: Literal["callback", "inline"], update_kind: str, value: JSON) -> Query:
        """Queues a callback query or an inline query that the bot has to answer."""
        number = str(self._random.randrange(10**17, 10**18))
        query = Query(number, kind, time.monotonic(), None)
        self.queries[number] = query
        chat_id = value.get("message", {}).get("chat", {}).get("id")
        chat = self.chats.get(chat_id) if chat_id is not None else None
        query.update = self.emit(update_kind, {"id": number, **value})
        if query.update is not None and chat is not None:
            query.update.chat = chat
            chat.open.append(query.update)
        return query

    def expire_queries(self) -> None:
        """Makes every open button press and inline query too old to be answered."""
        for query in self.queries.values():
            query.born = float("-inf")


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def written(message: JSON) -> str:
    """The text or caption of a Message object; empty where there is neither."""
    text: str = message.get("text") or message.get("caption") or ""
    return text


def text_fields(text: str, entities: list[JSON] | None = None) -> JSON:
    """The text of a user's message with the entities that Telegram would find in it."""
    found = sorted([*detect_entities(text), *(entities or [])], key=lambda e: e["offset"])
    assert utf16_length(text) <= 4096, "Telegram does not let people send more than 4096"
    return {"text": text, **({"entities": found} if found else {})}
