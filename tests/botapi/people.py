"""The users' side of a conversation, so that a test reads like a transcript."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from tests.botapi.markup import JSON, detect_entities, utf16_length, utf16_slice
from tests.botapi.methods import bot_member
from tests.botapi.params import Upload
from tests.botapi.world import Chat, Event, Message, Query, Topic, World, text_fields, written

GROUP_ANONYMOUS_BOT: JSON = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT: JSON = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
SERVICE: JSON = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


class Reply:
    """What people see of one thing the bot did: a new message, or an edit, as it was then."""

    def __init__(self, event: Event) -> None:
        self.message = event.message
        self.json = event.json
        self.edited = event.kind == "edit"
        self.deleted = event.kind == "delete"

    @property
    def id(self) -> int:
        """The message_id; an edit has that of the message it changed."""
        return self.message.id

    @property
    def text(self) -> str:
        """The text, or a picture's or document's caption; without formatting."""
        return written(self.json)

    @property
    def entities(self) -> list[tuple[str, str]]:
        """The formatting as (kind, text that it covers)."""
        found = self.json.get("entities") or self.json.get("caption_entities") or []
        return [(e["type"], utf16_slice(self.text, e["offset"], e["length"])) for e in found]

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline buttons, row by row."""
        return [button["text"] for row in self.keyboard for button in row]

    @property
    def keyboard(self) -> list[list[JSON]]:
        """The inline keyboard as it was sent."""
        rows: list[list[JSON]] = self.json.get("reply_markup", {}).get("inline_keyboard", [])
        return rows

    @property
    def is_photo(self) -> bool:
        """True for a picture."""
        return "photo" in self.json

    @property
    def upload(self) -> Upload | None:
        """The picture's or document's file: name, bytes, and size in pixels for pictures."""
        return self.message.file.upload if self.message.file is not None else None

    @property
    def picture(self) -> Image.Image:
        """The picture, to look at."""
        assert self.upload is not None, "no picture in this message"
        return Image.open(io.BytesIO(self.upload.data))

    @property
    def replies_to(self) -> int | None:
        """The message_id that this message replies to."""
        number: int | None = self.json.get("reply_to_message", {}).get("message_id")
        return number

    @property
    def topic(self) -> int | None:
        """The forum topic; None is the general one, or no forum."""
        if not self.json.get("is_topic_message"):
            return None
        number: int = self.json["message_thread_id"]
        return number

    def __repr__(self) -> str:
        kind = "edit" if self.edited else "deletion" if self.deleted else "message"
        buttons = f" {self.buttons}" if self.buttons else ""
        return f"<{kind} {self.id} {'photo ' if self.is_photo else ''}{self.text!r}{buttons}>"


class Sent:
    """A message of a user."""

    def __init__(self, message: Message) -> None:
        self.message = message

    @property
    def id(self) -> int:
        """The message_id."""
        return self.message.id

    @property
    def json(self) -> JSON:
        """As an update shows it."""
        return self.message.json


class Place:
    """A chat in which people hear what the bot does."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat

    def _mine(self, event: Event) -> bool:
        return True

    def unheard(self) -> list[Reply]:
        """What the bot did here and nobody asked about yet, oldest first; it stays unheard."""
        return [Reply(event) for event in self.chat.events if not event.heard and self._mine(event)]

    async def hears(self, seconds: float | None = None) -> Reply:
        """The next thing the bot does here (a message, an edit, a deletion); waits for it."""
        found: list[Event] = []

        def ready() -> bool:
            found[:] = [e for e in self.chat.events if not e.heard and self._mine(e)][:1]
            return bool(found)

        patience = self.world.patience if seconds is None else seconds
        if not await self.world.until(ready, patience):
            raise AssertionError(
                f"nothing heard in {patience} s; last calls: {self.world.tail()}; "
                f"unconfirmed updates: {len(self.world.pending)}"
            )
        found[0].heard = True
        return Reply(found[0])

    async def hears_nothing(self) -> None:
        """The bot has handled everything and said nothing here that was not heard yet."""
        await self.world.settled()
        unheard = self.unheard()
        assert not unheard, f"expected silence, heard {unheard}"

    def last_with_button(self, label: str) -> tuple[Message, JSON]:
        """The newest message that now has a button with this label, and the button.

        The label may be only the beginning of what the button says.
        """
        for message in reversed(self.chat.messages.values()):
            button = find_button(message, label)
            if button is not None:
                return message, button
        raise AssertionError(f"no button {label!r} in {self.chat.json}")


def find_button(message: Message, label: str) -> JSON | None:
    """The button of a message with this label, else the one that begins with it."""
    rows = message.json.get("reply_markup", {}).get("inline_keyboard", [])
    buttons: list[JSON] = [button for row in rows for button in row]
    exact = [button for button in buttons if button["text"] == label]
    begins = [button for button in buttons if button["text"].startswith(label)]
    return next(iter(exact + begins), None)


class Press:
    """A pressed button."""

    def __init__(self, world: World, query: Query) -> None:
        self.world = world
        self.query = query

    async def answered(self) -> JSON:
        """What the bot answered the press with: text (or None), show_alert, url."""
        return await _answer(self.world, self.query)


class InlineAnswer:
    """The bot's answer to an inline query."""

    def __init__(self, query: str, answer: JSON) -> None:
        self.query = query
        self.json = answer
        self.results: list[JSON] = answer["results"]
        """The results; each has ``sends``: what picking it sends (text or photo, caption …)."""
        self.button: JSON | None = answer["button"]

    @property
    def titles(self) -> list[str]:
        """What people see in the list."""
        return [result.get("title", "") for result in self.results]


async def _answer(world: World, query: Query) -> JSON:
    if not await world.until(lambda: query.answer is not None, world.patience):
        raise AssertionError(f"{query.kind} query not answered; last calls: {world.tail()}")
    assert query.answer is not None
    return query.answer


class Voice(Place):
    """Somebody in a chat: in a private one with the bot, or a member of a group or topic.

    ``hears`` in a group gives only what the bot says in reply to this person's messages.
    """

    def __init__(
        self,
        world: World,
        chat: Chat,
        user: JSON | None,
        *,
        thread: int | None = None,
        sender_chat: JSON | None = None,
    ) -> None:
        super().__init__(world, chat)
        self.user = user
        self.thread = thread
        self.sender_chat = sender_chat

    @property
    def id(self) -> int:
        """The user's id."""
        assert self.user is not None
        number: int = self.user["id"]
        return number

    def _mine(self, event: Event) -> bool:
        if self.chat.type == "private":
            return True
        asker = event.json.get("reply_to_message", {}).get("from", {}).get("id")
        return self.user is not None and asker == self.id

    def _fields(self, reply_to: Reply | Sent | None) -> JSON:
        replied = reply_to.message if reply_to is not None else None
        thread = self.thread
        if replied is not None and thread is None and self.chat.forum:
            thread = replied.json.get("message_thread_id")
        fields: JSON = {}
        if self.user is not None:
            fields["from"] = self.user
        if self.sender_chat is not None:
            fields["sender_chat"] = self.sender_chat
        return {**fields, **self.world.reply_fields(self.chat, replied, thread)}

    async def sends(
        self, content: JSON, *, reply_to: Reply | Sent | None = None, kind: str = "message"
    ) -> Sent:
        """Any message, given as the fields of its content."""
        self.chat.started = True
        fields = {**self._fields(reply_to), **content}
        message = self.world.receive(self.chat, fields, kind=kind)
        return Sent(message)

    async def says(
        self,
        text: str,
        *,
        reply_to: Reply | Sent | None = None,
        entities: list[JSON] | None = None,
    ) -> Sent:
        """A text message; commands, mentions and links are marked as Telegram does."""
        return await self.sends(text_fields(text, entities), reply_to=reply_to)

    async def starts(self, payload: str = "") -> Sent:
        """Presses Start, after a deep link when there is a payload (A-Z a-z 0-9 _ -, up to 64)."""
        assert re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload), "no app passes this payload on"
        return await self.says(f"/start {payload}".rstrip())

    async def edits(self, sent: Sent, text: str) -> Sent:
        """Changes a message that was said (or the caption of one that was sent)."""
        old = {
            key: value
            for key, value in sent.json.items()
            if key not in {"text", "entities", "caption", "caption_entities"}
        }
        new = text_fields(text)
        if "text" not in sent.json:
            new = {("caption" if key == "text" else f"caption_{key}"): new[key] for key in new}
        sent.message.json = {**old, **new, "edit_date": int(time.time())}
        if self.world.reaches_bot(sent.message):
            self.world.emit("edited_message", sent.json, self.chat, sent.id)
        return sent

    async def sends_photo(self, caption: str = "", *, reply_to: Reply | Sent | None = None) -> Sent:
        """A photo, with a caption in which mentions and commands are marked."""
        content: JSON = {
            "photo": [
                {
                    "file_id": "AgACAgQAAxUserPhoto",
                    "file_unique_id": "AQADUser",
                    "width": 90,
                    "height": 60,
                }
            ]
        }
        if caption:
            content["caption"] = caption
            if found := detect_entities(caption):
                content["caption_entities"] = found
        return await self.sends(content, reply_to=reply_to)

    async def sends_sticker(self) -> Sent:
        """A sticker."""
        return await self.sends(
            {
                "sticker": {
                    "file_id": "CAACAgQAAxSticker",
                    "file_unique_id": "AgADSticker",
                    "type": "regular",
                    "width": 512,
                    "height": 512,
                    "is_animated": False,
                    "is_video": False,
                    "emoji": "👍",
                }
            }
        )

    async def sends_voice(self) -> Sent:
        """A voice message."""
        return await self.sends(
            {
                "voice": {
                    "file_id": "AwACAgQAAxVoice",
                    "file_unique_id": "AgADVoice",
                    "duration": 3,
                    "mime_type": "audio/ogg",
                }
            }
        )

    async def presses(self, label: str, *, on: Reply | None = None) -> Press:
        """Presses the button with this label: on that message, else on the newest that has it."""
        if on is not None:
            message, found = on.message, find_button(on.message, label)
            assert found is not None, f"no button {label!r} on {on} (now {message.json})"
            button = found
        else:
            message, button = self.last_with_button(label)
        assert "callback_data" in button, f"the button {button} is a link: use follows()"
        return await self.calls_back(message, button["callback_data"])

    async def calls_back(self, message: Message, data: str, *, inaccessible: bool = False) -> Press:
        """A button press with any data, on a message that may be gone (``inaccessible``)."""
        shown = message.json
        if inaccessible:
            shown = {"chat": message.chat.json, "message_id": message.id, "date": 0}
        query = self.world.ask(
            "callback",
            "callback_query",
            {
                "from": self.user,
                "message": shown,
                "chat_instance": str(hash(message.chat.id)),
                "data": data,
            },
        )
        return Press(self.world, query)

    async def follows(self, label: str, *, to: Voice) -> Sent:
        """Follows a link button to the bot (t.me/bot?start=…) into the private chat ``to``."""
        _, button = self.last_with_button(label)
        link = urlsplit(button["url"])
        assert link.netloc == "t.me", button
        assert link.path.strip("/").lower() == self.world.user["username"].lower(), button
        return await to.starts(parse_qs(link.query)["start"][0])

    async def asks_inline(self, query: str, *, offset: str = "") -> InlineAnswer:
        """Types ``@bot query`` somewhere, and waits for the bot's answer."""
        assert utf16_length(query) <= 256, "Telegram does not pass longer ones on"
        waiting = self.world.ask(
            "inline",
            "inline_query",
            {"from": self.user, "query": query, "offset": offset, "chat_type": self.chat.type},
        )
        return InlineAnswer(query, await _answer(self.world, waiting))

    async def picks(self, answer: InlineAnswer, index: int = 0) -> Sent:
        """Sends one of the results to this chat."""
        result = answer.results[index]
        self.world.emit(
            "chosen_inline_result",
            {"result_id": result["id"], "from": self.user, "query": answer.query},
        )
        return await self.sends({**result["sends"], "via_bot": self.world.user})

    def _member_update(self, old: str, new: str) -> None:
        self.world.emit(
            "my_chat_member",
            {
                "chat": self.chat.json,
                "from": self.user,
                "date": int(time.time()),
                "old_chat_member": bot_member(self.world, self.chat, old),
                "new_chat_member": bot_member(self.world, self.chat, new),
            },
            self.chat,
        )

    async def blocks(self) -> None:
        """Blocks the bot, in a private chat."""
        self.chat.blocked = True
        self._member_update("member", "kicked")

    async def unblocks(self) -> None:
        """Lets the bot in again."""
        self.chat.blocked = False
        self._member_update("kicked", "member")

    async def changes_bot(self, status: str) -> None:
        """Adds, removes, promotes or restricts the bot: "member", "left", "kicked",
        "administrator" or "restricted". Adding and removing show a service message too."""
        old, self.chat.bot_status = self.chat.bot_status, status
        gone = {"left", "kicked"}
        self._member_update(old, status)
        if old in gone and status not in gone:
            bot = self.world.user
            content = {
                "new_chat_members": [bot],
                "new_chat_member": bot,
                "new_chat_participant": bot,
            }
            self.world.receive(self.chat, {"from": self.user, **content})
        elif status in gone and old not in gone and self.chat.type == "group":
            content = {"left_chat_member": self.world.user}
            message = self.world.post(self.chat, {"from": self.user, **content}, from_bot=False)
            self.world.emit("message", message.json, self.chat, message.id)

    async def adds_bot(self) -> None:
        """Adds the bot to this group."""
        self.chat.bot_status = "left"
        await self.changes_bot("member")

    async def removes_bot(self) -> None:
        """Removes the bot from this group."""
        await self.changes_bot("kicked")


class Group(Place):
    """A group; ``hears`` gives everything the bot does in it."""

    def join(self, user: JSON) -> None:
        """Makes somebody a member, without a word about it."""
        self.chat.members[user["id"]] = {"user": user, "status": "member"}

    def member(self, name: str, *, topic: str | None = None) -> Voice:
        """The member with this first name, speaking in the general topic or the named one."""
        return self._voice(self._member(lambda user: user["first_name"] == name), topic)

    def brings(self, person: Voice, *, topic: str | None = None) -> Voice:
        """Somebody known from elsewhere, as a member of this group."""
        assert person.user is not None
        self.join(person.user)
        return self._voice(person.user, topic)

    def bot(self, name: str) -> Voice:
        """Another bot that speaks in this group."""
        user = self.world.new_user(name, is_bot=True, username=f"{name}_bot")
        user.pop("language_code")
        self.join(user)
        return self._voice(user, None)

    def _voice(self, user: JSON, topic: str | None) -> Voice:
        thread = self.topic(topic).thread_id if topic is not None else None
        return Voice(self.world, self.chat, user, thread=thread)

    def _member(self, fits: Callable[[JSON], bool]) -> JSON:
        for member in self.chat.members.values():
            user: JSON = member["user"]
            if fits(user):
                return user
        raise AssertionError(f"nobody like that among {list(self.chat.members.values())}")

    def anonymous_admin(self, *, topic: str | None = None) -> Voice:
        """An administrator who speaks as the group."""
        voice = self._voice(GROUP_ANONYMOUS_BOT, topic)
        voice.sender_chat = self.chat.json
        return voice

    def as_channel(self, channel: Channel, *, forwarded: bool = False) -> Voice:
        """Somebody who speaks as a channel; ``forwarded``: the linked channel's own posts."""
        sender = SERVICE if forwarded else CHANNEL_BOT
        return Voice(self.world, self.chat, sender, sender_chat=channel.chat.json)

    def add_topic(self, name: str) -> Topic:
        """A new forum topic."""
        self.chat.forum = True
        opening = self.world.post(
            self.chat,
            {"forum_topic_created": {"name": name, "icon_color": 7322096}},
            from_bot=False,
        )
        opening.json |= {"message_thread_id": opening.id, "is_topic_message": True}
        topic = self.chat.topics[opening.id] = Topic(opening.id, name)
        return topic

    def topic(self, name: str) -> Topic:
        """The forum topic with this name."""
        return next(topic for topic in self.chat.topics.values() if topic.name == name)

    def deny(self, *rights: str) -> None:
        """Takes rights from the bot: "text", "photos", "documents"."""
        self.chat.denied |= set(rights)

    async def migrates(self) -> Group:
        """A basic group becomes a supergroup: two service messages, a new id, the old one dead."""
        assert self.chat.type == "group", "only basic groups migrate"
        title = self.chat.about["title"]
        new = self.world.group(title)
        new.chat.members = dict(self.chat.members)
        sender = {"from": next(iter(self.chat.members.values()))["user"]}
        self.world.receive(self.chat, {**sender, "migrate_to_chat_id": new.chat.id})
        self.chat.migrated_to = new.chat.id
        self.world.receive(
            new.chat,
            {"from": GROUP_ANONYMOUS_BOT, "sender_chat": new.chat.json}
            | {"migrate_from_chat_id": self.chat.id},
        )
        return new


class Channel(Place):
    """A channel."""

    async def posts(self, text: str) -> Sent:
        """A post: a channel_post update, without ``from``."""
        fields: dict[str, Any] = {"sender_chat": self.chat.json, **text_fields(text)}
        return Sent(self.world.receive(self.chat, fields, kind="channel_post"))
