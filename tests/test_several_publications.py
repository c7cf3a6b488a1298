"""Several publications at once: the real one, a later edition of it, and one about libraries."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from bot.answer import Answer, Status
from bot.conversation import Conversation
from bot.engine import Engine
from bot.files import LanguageError
from bot.paths import default_data, default_intents

REAL, LATER, LIBRARIES = "provincies-2024", "provincies-2026", "bibliotheken-2023"
SISTER = "gemeenten-2024"
EXAMPLE = Path(__file__).parent / "example"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("several")
    data, intents = folder / "data", folder / "intents"
    shutil.copytree(default_data(), data)
    shutil.copytree(default_intents(), intents)
    shutil.copytree(EXAMPLE / "data" / LIBRARIES, data / LIBRARIES)
    shutil.copytree(EXAMPLE / "intents" / LIBRARIES, intents / LIBRARIES)
    shutil.copytree(data / REAL, data / LATER)
    shutil.copytree(intents / REAL, intents / LATER)
    package = data / LATER / "datapackage.json"
    content = json.loads(package.read_text("utf-8")) | {"name": LATER, "title": "Factsheet 2026"}
    package.write_text(json.dumps(content), encoding="utf-8")
    for table in ("observations", "readings", "reasons"):
        path = data / LATER / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace(",2024,", ",2026,"), encoding="utf-8")
    return Engine.load(data, intents)


def talk(engine: Engine, *turns: str) -> Answer:
    """The answer to the last of some turns."""
    before = Conversation()
    for turn in turns:
        answer = engine.ask(turn, before)
        before = answer.conversation
    return answer


def facts(answer: Answer) -> list[tuple[str, str, int]]:
    return [fact.key for fact in answer.facts]


def test_they_stand_from_old_to_new(engine: Engine) -> None:
    assert [p.name for p in engine.publications] == [LIBRARIES, REAL, LATER]


@pytest.mark.parametrize(
    ("turns", "publication", "stated"),
    [
        (["hoeveel agressie"], LATER, [("agressie_totaal", "provincies", 2026)]),
        (["hoeveel agressie in 2024"], REAL, [("agressie_totaal", "provincies", 2024)]),
        (["hoeveel agressie in 2018"], LATER, [("agressie_totaal", "provincies", 2018)]),
        (
            ["hoeveel agressie bij gemeenten", "en in 2024?"],
            REAL,
            [("agressie_totaal", "gemeenten", 2024)],
        ),
        (
            ["hoeveel agressie in 2024", "en bij gemeenten?"],
            REAL,
            [("agressie_totaal", "gemeenten", 2024)],
        ),
        (
            ["hoeveel bezoekers per dag hadden grote bibliotheken in 2023?"],
            LIBRARIES,
            [("bezoekers", "groot", 2023)],
        ),
        (
            ["hoeveel bezoekers per dag hadden grote bibliotheken in 2023?", "en kleine?"],
            LIBRARIES,
            [("bezoekers", "klein", 2023)],
        ),
        (
            [
                "hoeveel bezoekers hadden grote bibliotheken in 2023?",
                "en hoeveel agressie in 2026?",
            ],
            LATER,
            [("agressie_totaal", "provincies", 2026)],
        ),
    ],
)
def test_a_question_goes_to_the_publication_that_holds_it(
    engine: Engine, turns: list[str], publication: str, stated: list[tuple[str, str, int]]
) -> None:
    answer = talk(engine, *turns)
    assert facts(answer) == stated
    assert answer.conversation.publication == publication


def test_the_source_line_says_which_one_answers(engine: Engine) -> None:
    assert "Factsheet 2026" in talk(engine, "hoeveel agressie").source
    assert "Factsheet 2026" not in talk(engine, "hoeveel agressie in 2024").source


def test_what_one_is_about_is_no_word_of_another(engine: Engine) -> None:
    answer = talk(engine, "hoeveel agressie was er bij grote bibliotheken?")
    assert answer.status is Status.NOT_COVERED
    assert not answer.facts


def test_words_that_say_nothing_say_nothing_where_they_mean_something_to_another(
    engine: Engine,
) -> None:
    """ "Ervaren" is a concept of the real one, and no word of the libraries."""
    question = "hoeveel leden hebben ervaren dat e-books uitgeleend werden bij grote bibliotheken?"
    assert engine.interpret(question).coverage == 1
    assert facts(talk(engine, question)) == [("e_books", "groot", 2023)]


def test_what_all_share_holds_no_word_of_the_first() -> None:
    words = r"agressie|gemeente|provincie|waterschap|bestuurs|ambtsdrager|politiek|bedreig|ernstig"
    for path in (default_intents() / "common").glob("*.yaml"):
        text = path.read_text("utf-8")
        # Other languages have words of their own for it.
        found = set() if path.name == "foreign.yaml" else set(re.findall(words, text.lower()))
        assert (path.name, found) == (path.name, set())


def test_a_concept_that_the_code_knows_may_not_be_missing(tmp_path: Path) -> None:
    intents = Path(shutil.copytree(default_intents(), tmp_path / "intents"))
    path = intents / "common" / "concepts.yaml"
    text = path.read_text("utf-8").replace("\n  klopt: |", "\n  kloppend: |")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError, match=r"concepts\.yaml:\d+: 'klopt' is missing"):
        Engine.load(intents=intents)


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("concepts", "klopt", "'klopt' is a concept that all share"),
        ("shared", "kloppend", "there is no shared concept 'kloppend'"),
    ],
)
def test_own_words_and_words_for_what_all_share_are_kept_apart(
    tmp_path: Path, key: str, name: str, said: str
) -> None:
    intents = Path(shutil.copytree(default_intents(), tmp_path / "intents"))
    path = intents / REAL / "subjects.yaml"
    lines = path.read_text("utf-8").replace(f"\n{key}:\n", f"\n{key}:\n  {name}: een woord\n")
    path.write_text(lines, encoding="utf-8")
    at = lines.splitlines().index(f"  {name}: een woord") + 1
    with pytest.raises(LanguageError, match=rf"subjects\.yaml:{at}: {said}"):
        Engine.load(intents=intents)


# A sister of the same year, with words of its own -------------------------------------------------


@pytest.fixture(scope="module")
def sisters(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The real publication, and one that has wethouders as a group."""
    folder = tmp_path_factory.mktemp("sisters")
    data, intents = folder / "data", folder / "intents"
    shutil.copytree(default_data(), data)
    shutil.copytree(default_intents(), intents)
    shutil.copytree(data / REAL, data / SISTER)
    shutil.copytree(intents / REAL, intents / SISTER)

    def edit(path: Path, *changes: tuple[str, str]) -> None:
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")

    package = json.loads((data / SISTER / "datapackage.json").read_text("utf-8"))
    package |= {"name": SISTER, "title": "Factsheet Gemeenten", "created": "2026-11-01"}
    (data / SISTER / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    edit(
        data / SISTER / "tiers.csv",
        ("gemeenten,", "wethouders,wethouders,wethouders\ngemeenten,"),
    )
    edit(
        data / SISTER / "observations.csv",
        ("agressie_totaal,", "agressie_totaal,wethouders,2024,57,%,exact,,3,1\nagressie_totaal,"),
    )
    edit(
        intents / SISTER / "subjects.yaml",
        ("\ntiers:\n", "\ntiers:\n  wethouders: |\n    wethouder[s]\n"),
        ("\nfillers: |\n", "\ncalled: |\n  gemeentemonitor\nfillers: |\n  bij de gemeente\n"),
        ("\n  dilemma: |\n", "\n  dilemma: |\n    knopen\n"),
    )
    return Engine.load(data, intents)


def test_of_one_year_the_one_that_was_added_last_is_the_newest(sisters: Engine) -> None:
    assert [p.name for p in sisters.publications] == [SISTER, REAL]


def test_a_group_goes_before_a_part_of_a_group(sisters: Engine) -> None:
    answer = talk(sisters, "hoeveel wethouders kregen agressie?")
    assert facts(answer) == [("agressie_totaal", "wethouders", 2024)]
    assert answer.status is Status.ANSWERED
    assert talk(sisters, "hoeveel gedeputeerden?").conversation.publication in ("", REAL)


@pytest.mark.parametrize(
    ("question", "publication"),
    [("hoeveel agressie", REAL), ("hoeveel agressie volgens de gemeentemonitor", SISTER)],
)
def test_a_source_can_be_called_by_its_name(
    sisters: Engine, question: str, publication: str
) -> None:
    answer = talk(sisters, question)
    assert answer.conversation.publication == publication
    assert facts(answer) == [("agressie_totaal", "provincies", 2024)]


def test_words_that_say_nothing_to_one_keep_their_meaning_to_another(sisters: Engine) -> None:
    answer = talk(sisters, "hoeveel agressie was er bij de gemeente in 2024?")
    assert facts(answer) == [("agressie_totaal", "gemeenten", 2024)]


def test_concepts_of_one_name_have_words_of_their_own(sisters: Engine) -> None:
    """Both have a concept "dilemma"; only to the sister "knopen" are dilemmas."""
    answer = talk(sisters, "bespreken ze hun knopen?")
    assert answer.conversation.publication == SISTER
    assert facts(answer) == [("dilemmas_bespreken", "provincies", 2024)]
    assert not facts(talk(Engine.load(), "bespreken ze hun knopen?"))


def test_what_was_asked_of_two_publications_is_not_compared(sisters: Engine) -> None:
    answer = talk(
        sisters,
        "hoeveel wethouders kregen agressie?",
        "hoeveel agressie bij provincies in 2014?",
        "hoeveel procentpunt liggen die twee uiteen?",
    )
    assert {fact.tier for fact in answer.facts} <= {"provincies"}
