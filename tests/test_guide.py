"""The guide for users: the repository holds what the bot says now, and all of it is true."""

from __future__ import annotations

import io
import re
import shutil
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image

from bot.check import find
from bot.conversation import Conversation
from bot.engine import Engine
from bot.files import LanguageError
from bot.guide.page import PICTURES, WIDTH, Page
from bot.guide.picture import SAYS
from bot.guide.talk import ASK, bubbles
from bot.guide.texts import load_guide
from bot.paths import default_data, default_intents
from bot.telegram.texts import load_texts
from tests.botapi import Reply, World, serving
from tests.talking import engine, monitorbot, texts

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = DOCS / "gebruik.md"
FOLDER = DOCS / PICTURES
EXAMPLE = Path(__file__).parent / "example"
REAL, LIBRARIES = "provincies-2024", "bibliotheken-2023"


@lru_cache
def page() -> Page:
    return Page(engine(), load_guide(default_intents(), engine().publications), texts())


@lru_cache
def written() -> str:
    return page().markdown()


def page_of(data: Path, intents: Path) -> Page:
    other = Engine.load(data, intents)
    return Page(other, load_guide(intents, other.publications), load_texts(intents))


def questions_of(markdown: str) -> list[str]:
    """The questions of a page, each once, without their answers."""
    found = re.findall(r"^> \*\*(.*)\*\*\\$", markdown, flags=re.M)
    return [re.sub(r"\\(.)", r"\1", question) for question in dict.fromkeys(found)]


# --- what the repository holds -------------------------------------------------------------


def test_the_guide_is_what_the_bot_says_now() -> None:
    assert GUIDE.read_text(encoding="utf-8") == written(), "run `make guide`"


def test_there_is_a_picture_of_each_chat_and_no_other() -> None:
    chats = list(page().chats())
    assert len(chats) >= 4
    assert {path.stem for path in FOLDER.iterdir()} == set(chats)
    for name in chats:
        assert written().count(f'src="{PICTURES}/{name}.png"') == 1


@pytest.mark.parametrize("name", list(page().chats()))
def test_a_picture_shows_what_the_bot_says_now(name: str) -> None:
    """By the words in the file: pixels depend on the machine that drew them."""
    path = FOLDER / f"{name}.png"
    picture = Image.open(io.BytesIO(path.read_bytes()))
    assert picture.info[SAYS] == page().transcript(name), "run `make guide`"
    assert picture.width >= 2 * WIDTH
    assert path.stat().st_size < 150_000


def test_the_same_chat_is_the_same_picture() -> None:
    name = min(page().chats(), key=lambda chat: len(page().transcript(chat)))
    drawn = page().picture(name)
    assert drawn == page().picture(name)
    assert Image.open(io.BytesIO(drawn)).info[SAYS] == page().transcript(name)


def test_every_link_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", written(), flags=re.M)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(([^)]*)\)|src=\"([^\"]*)\"", written())
    assert len(links) > 10
    for link in (one or other for one, other in links):
        if link.startswith("#"):
            assert link[1:] in anchors
        else:
            assert (DOCS / link).exists(), link


# --- what it says is true ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "turns"),
    [(k, t) for k in page().guide.kinds for t in page().guide.examples[REAL].of(k)],
    ids=lambda value: value if isinstance(value, str) else value[-1],
)
def test_each_example_is_answered_as_its_kind_says(kind: str, turns: list[str]) -> None:
    before = Conversation()
    for turn in turns:
        answer = engine().ask(turn, before)
        before = answer.conversation
    assert answer.status in page().guide.kinds[kind].status
    assert f"> **{turns[-1]}**\\" in written()


def test_every_kind_has_an_example() -> None:
    for kind in page().guide.kinds:
        assert list(page().guide.examples[REAL].of(kind)), kind


def test_every_kind_of_question_that_the_bot_knows_is_in_it() -> None:
    spoken = [e for k in page().guide.kinds for e in page().guide.examples[REAL].of(k)]
    seen = set()
    for turns in spoken:
        before = Conversation()
        for turn in turns:
            seen.add(engine().interpret(turn, before).intent)
            before = engine().ask(turn, before).conversation
    intents = engine().language.intents.intents
    due = {name for name, spec in intents.items() if spec.handler != "social"}
    assert due <= seen


def test_every_subject_and_command_is_in_it() -> None:
    (publication,) = engine().publications
    for indicator in publication.indicators.values():
        assert indicator.question in questions_of(written())
    for command in (*texts().commands.private, *texts().commands.groups):
        assert f"- `/{command}`: " in written()


def test_every_word_that_it_offers_is_understood() -> None:
    """Each is put in the place of the word in the question above it, as a reader would."""
    offered = 0
    for part in written().split("\n### "):
        for words, others in re.findall(
            r"- In plaats van \*(.*)\* begrijpt de bot ook: (.*)\.", part
        ):
            question = questions_of(part)[0]
            due = {fact.key for fact in engine().ask(question).facts}
            for other in others.split(", "):
                offered += 1
                asked = re.sub(re.escape(words), other, question, flags=re.I)
                assert asked != question
                assert {fact.key for fact in engine().ask(asked).facts} == due, asked
    assert offered > 100


@pytest.mark.anyio
@pytest.mark.parametrize("name", list(page().chats()))
async def test_a_chat_goes_the_same_way_in_telegram(name: str) -> None:
    """The whole bot, over HTTP: it says the same, and is silent where the picture shows silence."""
    chat = page().chats()[name]
    due = [b for b in bubbles(engine(), texts(), page().guide.texts, chat) if b.bot]
    async with serving(patience=10.0) as world, monitorbot(world):
        said = await _talk(world, name)
        world.assert_none_refused()
    assert [reply.text for reply in said] == ["\n".join(x.text for x in b.lines) for b in due]
    assert [reply.buttons for reply in said] == [[x for row in b.buttons for x in row] for b in due]
    assert [reply.is_photo for reply in said] == [b.chart is not None for b in due]


async def _talk(world: World, name: str) -> list[Reply]:
    chat = page().chats()[name]
    group = world.group(chat.title, *{m.by for m in chat.messages}) if chat.title else None
    alone = None if group else world.private("Jij")
    said: list[Reply] = []
    for message in chat.messages:
        voice = group.member(message.by) if group else alone
        assert voice
        await voice.says(message.text, reply_to=said[-1] if message.reply else None)
        if group and not (message.text.startswith(ASK) or message.reply):
            await group.hears_nothing()
        else:
            said.append(await voice.hears())
    return said


# --- any set of publications ---------------------------------------------------------------


@pytest.fixture
def intents(tmp_path: Path) -> Path:
    """The shared language, with that of the example alone."""
    shutil.copytree(default_intents() / "common", tmp_path / "intents" / "common")
    shutil.copytree(EXAMPLE / "intents" / LIBRARIES, tmp_path / "intents" / LIBRARIES)
    return tmp_path / "intents"


def test_another_publication_alone(intents: Path) -> None:
    other = page_of(EXAMPLE / "data", intents)
    markdown = other.markdown()
    assert "### Bezoekers per dag" in markdown
    assert "dan gaat het antwoord over middelgrote bibliotheken." in markdown
    assert "provincie" not in markdown.lower()
    picture = Image.open(io.BytesIO(other.picture("begin")))
    assert "1.390" in picture.info[SAYS]
    assert picture.height > picture.width
    assert not find_errors(EXAMPLE / "data", intents)


def test_two_publications_together(intents: Path, tmp_path: Path) -> None:
    shutil.copytree(default_intents() / REAL, intents / REAL)
    data = Path(shutil.copytree(EXAMPLE / "data", tmp_path / "data"))
    shutil.copytree(default_data() / REAL, data / REAL)
    both = page_of(data, intents)
    assert {*questions_of(written())} <= {*questions_of(both.markdown())}
    assert "#### Bezoekers per dag" in both.markdown()
    # The newer one's, where both have one.
    assert both.chats()["begin"] == page().chats()["begin"]


def test_a_publication_without_examples_has_its_subjects(intents: Path) -> None:
    (intents / LIBRARIES / "guide.yaml").unlink()
    markdown = page_of(EXAMPLE / "data", intents).markdown()
    assert "### Bezoekers per dag" in markdown
    assert "<img" not in markdown


# --- faults --------------------------------------------------------------------------------


def find_errors(data: Path, intents: Path) -> list[str]:
    found = (f for f in find(data, intents) if f.serious and f.path.name == "guide.yaml")
    return [f"{finding.line}: {finding.message}" for finding in found]


def test_check_names_an_example_without_an_answer(intents: Path) -> None:
    path = intents / LIBRARIES / "guide.yaml"
    path.write_text("examples:\n  value:\n    - Hoe hoog is de Eiffeltoren?\n", encoding="utf-8")
    (found,) = find_errors(EXAMPLE / "data", intents)
    assert re.match(r"3: 'Hoe hoog is de Eiffeltoren\?' is an example of value", found)


def test_check_names_a_kind_that_does_not_exist(intents: Path) -> None:
    path = intents / LIBRARIES / "guide.yaml"
    path.write_text("examples:\n  waarde: [hoeveel bezoekers]\n", encoding="utf-8")
    (found,) = find_errors(EXAMPLE / "data", intents)
    assert re.match(r"2: there is no kind 'waarde'", found)


def test_an_unknown_placeholder_is_named(intents: Path) -> None:
    path = intents / "common" / "guide.yaml"
    text = path.read_text(encoding="utf-8").replace("{subjects}", "{onderwerpen}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError, match=r"there is no \{onderwerpen\}; there are titles"):
        page_of(EXAMPLE / "data", intents).markdown()
