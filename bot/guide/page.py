"""The guide as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from bot.answer import Answer
from bot.charts.content import capital
from bot.conversation import Conversation
from bot.data import Indicator, Publication
from bot.engine import Engine
from bot.files import LanguageError
from bot.guide.picture import draw
from bot.guide.talk import Bubble, bubbles, transcript
from bot.guide.texts import NAME, Chat, Guide, Kind
from bot.guide.wordings import usual_words, wordings
from bot.replies.wording import Wording
from bot.telegram.texts import Texts

WIDTH = 390
"""Of a picture on the page, in pixels: as wide as a phone."""
PICTURES = "pictures/chats"
"""Where the pictures are, as seen from the page."""
_DASH = "– "
"""Before an item of a list in Telegram."""
_NOTICE = "<!-- Made by `make guide` from intents/ and data/. Change those, not this file. -->"


class Page:
    """Fills in the template of the page."""

    def __init__(self, engine: Engine, guide: Guide, telegram: Texts) -> None:
        self._engine = engine
        self.guide = guide
        self._texts = guide.texts
        self._telegram = telegram
        self._wording = Wording(engine.language)
        # The newest first: it answers where a question names none.
        self._publications = tuple(reversed(engine.publications))

    def markdown(self) -> str:
        """The whole page.

        Raises:
            LanguageError: the template asks for something that does not exist.
        """
        newest = self._publications[0]
        parts: dict[str, Callable[[], str]] = {
            "titles": lambda: self._wording.join(p.title for p in self._publications),
            "year": lambda: str(newest.years[-1]),
            "group": lambda: newest.tiers[newest.default_tier].name,
            "kinds": lambda: self._kinds(self._texts.kinds),
            "limits": lambda: self._kinds(self._texts.limits),
            "subjects": self._subjects,
            "groups": self._groups,
            "commands": lambda: _menu(self._telegram.commands.private, self._engine.samples),
            "group_commands": lambda: _menu(self._telegram.commands.groups, self._engine.samples),
            "privacy": self._privacy,
        }

        def fill(match: re.Match[str]) -> str:
            name, _, argument = match[1].partition(" ")
            if name == "chat" and argument:
                return self._chat(argument)
            if match[1] in parts:
                return parts[match[1]]()
            message = (
                f"page: there is no {{{match[1]}}}; there are {', '.join(parts)} and chat NAME"
            )
            raise LanguageError.at(Path("common", NAME), 0, message)

        text = re.sub(r"\{([^{}\n]*)\}", fill, self._texts.page)
        return _NOTICE + "\n\n" + re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"

    def chats(self) -> dict[str, Chat]:
        """The chats that are shown, by name; where several publications have one, the newest's."""
        found: dict[str, Chat] = {}
        for publication in self._publications:
            found = {**self.guide.examples[publication.name].chats, **found}
        return found

    def transcript(self, chat: str) -> str:
        """A chat in words."""
        return " ".join(transcript(self._texts, self._bubbles(chat)))

    def picture(self, chat: str) -> bytes:
        """A chat as a PNG, with its words in it."""
        title = self.chats()[chat].title
        subtitle = self._texts.group_chat if title else self._texts.private_chat
        title = title or self._texts.bot
        return draw(self._engine, title, subtitle, self._bubbles(chat), self.transcript(chat))

    def _bubbles(self, chat: str) -> list[Bubble]:
        return bubbles(self._engine, self._telegram, self._texts, self.chats()[chat])

    # Questions and answers ----------------------------------------------------------------

    def _kinds(self, kinds: dict[str, Kind]) -> str:
        parts = []
        for name, kind in kinds.items():
            examples = [
                self._dialogue(turns)
                for publication in self._publications
                for turns in self.guide.examples[publication.name].of(name)
            ]
            if examples:
                # A comment, since Markdown runs two quotations together.
                parts.append("\n\n".join(filter(None, [f"### {kind.title}", kind.text.strip()])))
                parts.append("\n\n<!-- -->\n\n".join(examples))
        return "\n\n".join(parts)

    def _dialogue(self, turns: list[str]) -> str:
        before = Conversation()
        lines = []
        for turn in turns:
            answer = self._engine.ask(turn, before)
            before = answer.conversation
            lines.append(f"> **{_safe(turn)}**\\\n> {_said(answer)}")
        return "\n>\n".join(lines)

    # Subjects -----------------------------------------------------------------------------

    def _subjects(self) -> str:
        parts = []
        for publication in self._publications:
            if len(self._publications) > 1:
                parts.append(f"### {publication.title}")
            level = "####" if len(self._publications) > 1 else "###"
            for indicator in publication.indicators.values():
                parts.append(f"{level} {_safe(capital(indicator.short))}")
                parts.append(self._subject(publication, indicator))
        return "\n\n".join(parts)

    def _subject(self, publication: Publication, indicator: Indicator) -> str:
        name = "" if indicator.name == indicator.short else f"{_safe(capital(indicator.name))}. "
        others = (
            self._texts.other_words.format(words=_safe(w.words), others=_safe(", ".join(w.others)))
            for w in wordings(self._engine, publication, indicator)
        )
        return "\n\n".join(
            [
                name + self._covers(publication, indicator),
                self._texts.ask,
                self._dialogue([indicator.question]),
                "\n".join(f"- {other}" for other in others),
            ]
        )

    def _covers(self, publication: Publication, indicator: Indicator) -> str:
        """For which groups and years there is something, and in which figures."""
        groups: dict[tuple[int, ...], list[str]] = {}
        for tier in publication.tiers_of(indicator.id):
            years = publication.years_of(indicator.id, tier)
            groups.setdefault(years, []).append(publication.tiers[tier].name)
        sentences = [
            self._texts.covers.format(
                groups=capital(self._wording.join(names)), years=self._wording.join(map(str, years))
            )
            for years, names in groups.items()
        ]
        for figure in dict.fromkeys(publication.figures_of(indicator.id)):
            sentences.append(self._texts.in_figure.format(figure=figure))
        return " ".join(sentences)

    def _groups(self) -> str:
        parts = []
        for publication in self._publications:
            if len(self._publications) > 1:
                parts.append(f"### {publication.title}")
            years = self._wording.join(map(str, publication.years))
            parts.append(self._texts.years.format(years=years))
            parts.append("\n".join(self._group(publication, tier) for tier in publication.tiers))
        return "\n\n".join(parts)

    def _group(self, publication: Publication, tier: str) -> str:
        language = self._engine.language
        subjects = language.subjects[publication.name]
        name = publication.tiers[tier].name
        words = ", ".join(usual_words(language, subjects.tiers[tier]))
        text = self._texts.group.format(name=capital(name), words=words)
        if functions := usual_words(language, subjects.functions.get(tier, "")):
            words = self._wording.join(functions, "or")
            text += " " + self._texts.functions.format(words=words, name=name)
        return f"- {text}"

    # Telegram -----------------------------------------------------------------------------

    def _chat(self, name: str) -> str:
        chat = self.chats().get(name)
        if chat is None:
            return ""
        alt = _attribute(f"{chat.about}. {self.transcript(name)}")
        return f'<img src="{PICTURES}/{name}.png" width="{WIDTH}" alt="{alt}">'

    def _privacy(self) -> str:
        text = self._telegram.privacy.format(unanswered=self._telegram.unanswered_off)
        # Its heading is the page's own; a list stands apart from the text around it.
        lines = filter(None, re.sub(r"(?m)^<b>.*</b>\n", "", text).splitlines())
        parts = (
            "\n".join(f"> - {line.removeprefix(_DASH)}" for line in group)
            if listed
            else "\n>\n".join(f"> {line}" for line in group)
            for listed, group in groupby(lines, lambda line: line.startswith(_DASH))
        )
        return "\n>\n".join(parts)


def _said(answer: Answer) -> str:
    text = _safe(answer.text).replace("\n", "\\\n> ")
    return f"{text} *{_safe(answer.source)}*" if answer.source else text


def _menu(commands: dict[str, str], samples: dict[str, str]) -> str:
    lines = (f"- `/{name}`: {_safe(text.format_map(samples))}" for name, text in commands.items())
    return "\n".join(lines)


def _safe(text: str) -> str:
    """Text without what Markdown would read as markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
