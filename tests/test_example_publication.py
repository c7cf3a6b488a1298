"""A conversation about the example publication: other groups, years, units and figures.

The numbers are invented (``tests/example/``). Each number that the bot says is looked up here in
the CSV file, apart from the code under test.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from bot.answer import Answer, Status
from bot.charts import draw
from bot.check import find
from bot.conversation import Conversation
from bot.engine import Engine
from bot.evaluate.judge import Verdict, judge_all
from bot.evaluate.questions import load_questions, question_files, questions_folder
from bot.files import DataError
from bot.paths import default_data, default_intents

EXAMPLE = Path(__file__).parent / "example"
NAME = "bibliotheken-2023"
Key = tuple[str, str, int]


def _rows() -> dict[Key, dict[str, str]]:
    with (EXAMPLE / "data" / NAME / "observations.csv").open(encoding="utf-8") as file:
        return {(r["indicator"], r["tier"], int(r["year"])): r for r in csv.DictReader(file)}


ROWS = _rows()


def printed(key: Key) -> str:
    """The number of a row, written as in Dutch: 1390 is 1.390, 11.4 is 11,4."""
    value = ROWS[key]["value"]
    if "." in value:
        return value.replace(".", ",")
    return f"{int(value):,}".replace(",", ".")


def with_unit(key: Key) -> str:
    unit = ROWS[key]["unit"]
    return printed(key) + ("%" if unit == "%" else f" {unit}")


@pytest.fixture(scope="module")
def intents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared language, with that of the example alone."""
    folder = tmp_path_factory.mktemp("intents")
    shutil.copytree(default_intents() / "common", folder / "common")
    shutil.copytree(EXAMPLE / "intents" / NAME, folder / NAME)
    return folder


@pytest.fixture(scope="module")
def engine(intents: Path) -> Engine:
    return Engine.load(EXAMPLE / "data", intents)


class Talk:
    """One conversation with the bot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._before = Conversation()

    def ask(self, question: str) -> Answer:
        answer = self._engine.ask(question, self._before)
        self._before = answer.conversation
        return answer


@pytest.fixture
def talk(engine: Engine) -> Talk:
    return Talk(engine)


def states(answer: Answer, *keys: Key, calculated: tuple[str, ...] = ()) -> None:
    """The answer states these facts and no others, and holds no number that is not theirs."""
    assert {fact.key for fact in answer.facts} == set(keys)
    for fact in answer.facts:
        cell = ROWS[fact.key]["value"]
        assert fact.value == (float(cell) if cell else None)
    known = {str(year) for _, _, year in keys} | set(calculated)
    for key in keys:
        if ROWS[key]["precision"] == "exact":
            assert with_unit(key) in answer.text
        if ROWS[key]["value"]:
            known.add(printed(key))
    assert set(re.findall(r"\d+(?:[.,]\d+)*", answer.text)) <= known


# A conversation -------------------------------------------------------------------------------


def test_a_number_of_visitors_has_its_unit_and_no_percent_sign(talk: Talk) -> None:
    answer = talk.ask("Hoeveel bezoekers per dag hadden grote bibliotheken in 2023?")
    assert answer.status is Status.ANSWERED
    states(answer, ("bezoekers", "groot", 2023))
    assert "1.390 bezoekers" in answer.text
    assert "%" not in answer.text
    assert answer.source == "Bron: figuur 1, pagina 1."


def test_follow_ups_change_the_group_then_the_year_then_ask_how_it_went(talk: Talk) -> None:
    talk.ask("Hoeveel bezoekers per dag hadden grote bibliotheken in 2023?")
    states(talk.ask("en bij kleine?"), ("bezoekers", "klein", 2023))
    states(talk.ask("en in 2021?"), ("bezoekers", "klein", 2021))
    trend = talk.ask("hoe heeft dat zich ontwikkeld?")
    states(trend, *(("bezoekers", "klein", year) for year in (2019, 2021, 2023)))


def test_without_group_or_year_the_default_group_and_the_last_measurement_are_meant(
    talk: Talk,
) -> None:
    states(
        talk.ask("Hoeveel boeken per lid werden er geleend?"),
        ("boeken_per_lid", "middelgroot", 2023),
        calculated=(),
    )


def test_a_percentage_is_a_percentage(talk: Talk) -> None:
    states(
        talk.ask("Hoeveel procent van de leden leende in 2021 e-books?"),
        ("e_books", "middelgroot", 2021),
    )


def test_who_did_not_is_a_hundred_percent_minus_the_share(talk: Talk) -> None:
    answer = talk.ask("Hoeveel procent van de leden leende in 2023 geen e-books?")
    states(answer, ("e_books", "middelgroot", 2023), calculated=("76", "100"))
    assert "76% van de leden" in answer.text


def test_a_number_has_no_rest_of_a_hundred(talk: Talk) -> None:
    answer = talk.ask("Hoeveel boeken per lid werden er in 2023 niet geleend?")
    states(answer, ("boeken_per_lid", "middelgroot", 2023))


def test_groups_are_compared_and_the_difference_has_the_unit(talk: Talk) -> None:
    answer = talk.ask("Vergelijk de bezoekers van kleine en grote bibliotheken in 2023")
    states(
        answer, ("bezoekers", "klein", 2023), ("bezoekers", "groot", 2023), calculated=("1.298",)
    )
    assert "1.298 bezoekers (berekend)" in answer.text


def test_the_source_its_own_conclusion_is_given(talk: Talk) -> None:
    answer = talk.ask(
        "Hoeveel scheelt het aantal bezoekers bij middelgrote bibliotheken tussen 2021 en 2023?"
    )
    states(
        answer,
        ("bezoekers", "middelgroot", 2021),
        ("bezoekers", "middelgroot", 2023),
        calculated=("145",),
    )
    assert "Volgens de factsheet: flink meer dan in 2021." in answer.text


def test_all_groups_by_the_word_of_this_publication(talk: Talk) -> None:
    answer = talk.ask("Welke bibliotheken hadden in 2021 de meeste bezoekers?")
    states(answer, *(("bezoekers", tier, 2021) for tier in ("klein", "middelgroot", "groot")))


def test_the_lowest_year(talk: Talk) -> None:
    answer = talk.ask("In welk jaar waren er de minste bezoekers bij grote bibliotheken?")
    states(answer, ("bezoekers", "groot", 2021))


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Hadden grote bibliotheken in 2023 meer bezoekers dan in 2021?", True),
        ("Hadden kleine bibliotheken in 2023 minder bezoekers dan in 2019?", False),
        ("Klopt het dat 24 procent van de leden e-books leent?", True),
        ("Klopt het dat 31 procent van de leden e-books leent?", False),
        # In so many words, the source calls 27% and 24% the same.
        ("Is het lenen van e-books gelijk gebleven tussen 2021 en 2023?", True),
        ("Klopt het dat kleine bibliotheken 92 bezoekers per dag hadden in 2023?", True),
        ("Kun je bij drie op de vier grote bibliotheken zelf inleveren?", True),
        ("Is de meerderheid van de grote bibliotheken op zondag open?", False),
        ("Wordt de leeszaal van grote bibliotheken vooral gebruikt om te studeren?", True),
        ("Wordt de leeszaal van grote bibliotheken vooral gebruikt om de krant te lezen?", False),
        ("Is te weinig tijd de belangrijkste reden om op te zeggen?", True),
        ("Zeggen mensen hun lidmaatschap op omdat het te duur is?", False),
    ],
)
def test_claims(talk: Talk, question: str, verdict: bool) -> None:
    assert talk.ask(question).verdict is verdict


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Klopt het dat grote bibliotheken 1390 bezoekers per dag hadden in 2023?", True),
        ("Klopt het dat grote bibliotheken 1.500 bezoekers per dag hadden in 2023?", False),
        ("Hadden grote bibliotheken in 2023 meer dan 1000 bezoekers per dag?", True),
        ("Hadden grote bibliotheken in 2023 meer dan 5000 bezoekers per dag?", False),
        ("Hadden grote bibliotheken minder dan 2000 bezoekers per dag?", True),
        ("Leende een lid bij middelgrote bibliotheken in 2023 11,4 boeken?", True),
        ("Steeg het aantal bezoekers bij grote bibliotheken van 100 naar 200?", False),
        ("Klopt het dat grote bibliotheken 31 procent meer bezoekers hebben?", None),
        # The same numbers, written and asked in other ways.
        ("Hadden grote bibliotheken in 2023 ruim 1.300 bezoekers per dag?", True),
        ("Hadden grote bibliotheken in 2023 meer dan duizend bezoekers?", True),
        ("Hadden grote bibliotheken in 2023 bijna veertienhonderd bezoekers?", True),
        ("Kwamen er bij grote bibliotheken in 2023 ongeveer 1,4 duizend mensen?", True),
        ("Leende een lid bij middelgrote bibliotheken in 2023 11.4 boeken?", True),
        ("Leende een lid in 2019 een 12,5 aan boeken?", True),
        ("Leende een lid in 2023 meer dan 24 boeken?", False),
        # A number like a year is a count before its unit, and a year elsewhere.
        ("Hadden grote bibliotheken 2023 bezoekers per dag?", False),
        ("Hadden grote bibliotheken in 2023 bezoekers?", None),
        ("Hadden kleine bibliotheken in 2021 minder dan 60 bezoekers?", False),
        # How far two counts lie apart.
        ("Hadden grote bibliotheken 150 bezoekers meer dan in 2019?", True),
        ("Hadden grote bibliotheken 200 bezoekers meer dan in 2019?", False),
        ("Is het aantal bezoekers van grote bibliotheken sinds 2019 met 150 gestegen?", True),
        ("Is het aantal bezoekers van grote bibliotheken met 12 procent gestegen?", None),
        # Amounts, and one of two parts that are counted.
        ("Kostte een lidmaatschap in 2023 € 42,25?", True),
        ("Kost de contributie 42 euro 25?", True),
        ("Kost de contributie minder dan veertig euro?", False),
        ("Klopt het dat 12 medewerkers onbetaald werken?", False),
        ("Klopt het dat er geen 30 vrijwilligers zijn?", True),
        ("Klopt het dat 24 medewerkers niet betaald worden?", True),
        ("Is de contributie met 3 euro gestegen?", False),
        ("Is de contributie sinds 2019 2,75 duurder geworden?", True),
        # Several numbers at once, and a range.
        ("Hadden grote bibliotheken in 2023 1390 bezoekers en kleine 92?", True),
        ("Hadden grote bibliotheken in 2023 1390 bezoekers en kleine 85?", False),
        ("Hadden grote bibliotheken tussen de 1.000 en 1.390 bezoekers?", True),
        ("Hadden grote bibliotheken tussen de 1400 en 1500 bezoekers?", False),
        ("Welke bibliotheken hebben meer dan 300 bezoekers?", None),
        # A share of a count is not printed.
        ("Hadden grote bibliotheken meer dan de helft van de bezoekers?", None),
    ],
)
def test_claims_about_counts(talk: Talk, question: str, verdict: bool | None) -> None:
    assert talk.ask(question).verdict is verdict


def test_a_count_that_is_asked_for_is_not_called_missing(talk: Talk) -> None:
    answer = talk.ask("Wat is het aantal bezoekers bij grote bibliotheken in 2023?")
    assert answer.status is Status.ANSWERED
    assert "alleen percentages" not in answer.text


def test_a_percentage_of_a_count_is_not_printed(talk: Talk) -> None:
    answer = talk.ask("Hoeveel procent bezoekers hadden grote bibliotheken in 2023?")
    assert answer.status is Status.PARTIAL


def test_how_much_the_number_differs_is_no_claim(talk: Talk) -> None:
    question = "Hoeveel scheelt het aantal bezoekers tussen 2021 en 2023?"
    assert talk.ask(question).verdict is None


def test_a_count_is_checked_in_a_follow_up(talk: Talk) -> None:
    talk.ask("Hoeveel bezoekers hadden grote bibliotheken in 2023?")
    assert talk.ask("waren het er meer dan 5000?").verdict is False
    assert talk.ask("meer dan 1000 dan?").verdict is True
    talk.ask("en bij kleine?")
    states(talk.ask("dus minder dan honderd?"), ("bezoekers", "klein", 2023))


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Hoe ontwikkelde het aantal bezoekers zich?", "trend"),
        ("Wat is het verschil in aantal bezoekers tussen 2021 en 2023?", "difference"),
        ("Vergelijk het aantal bezoekers van kleine en grote bibliotheken", "compare"),
        ("Wat was het hoogste aantal bezoekers?", "extreme"),
    ],
)
def test_a_number_of_something_changes_no_kind_of_question(
    talk: Talk, question: str, intent: str
) -> None:
    answer = talk.ask(question)
    assert (answer.intent, answer.status) == (intent, Status.ANSWERED)
    assert answer.verdict is None


def test_a_number_with_a_dot_is_no_year(talk: Talk) -> None:
    answer = talk.ask("Hoeveel bezoekers hadden bibliotheken met 2.000 leden?")
    states(answer, ("bezoekers", "middelgroot", 2023))


def test_by_how_many_percent_a_count_changed_is_not_printed(talk: Talk) -> None:
    assert talk.ask("Hoeveel procent is de contributie gestegen?").status is Status.PARTIAL


def test_numbers_have_the_decimals_of_their_indicator_and_lists_its_measure(talk: Talk) -> None:
    answer = talk.ask("Hoe ontwikkelde de contributie zich?")
    assert answer.status is Status.ANSWERED  # 2021 was not measured, so nothing is missing
    assert "voor een volwassene: 39,50 euro in 2019 en 42,25 euro in 2023" in answer.text


def test_a_year_in_which_others_were_measured(talk: Talk) -> None:
    answer = talk.ask("Hoeveel was de contributie in 2021?")
    assert answer.status is Status.PARTIAL
    assert "In 2021 is dit niet gemeten." in answer.text


def test_more_than_a_share_is_no_less_than_a_share(talk: Talk) -> None:
    answer = talk.ask("Hoeveel grote bibliotheken zijn niet toegankelijk met een rolstoel?")
    assert "minder dan 25% van de grote bibliotheken" in answer.text
    claims = {
        "meer dan de helft": True,
        "minder dan de helft": False,
        "90 procent": None,
        "de helft": False,
    }
    for claim, verdict in claims.items():
        question = (
            f"Klopt het dat {claim} van de grote bibliotheken toegankelijk is met een rolstoel?"
        )
        assert talk.ask(question).verdict is verdict, claim


def test_those_who_are_not_counted_are_not_made_up(talk: Talk) -> None:
    answer = talk.ask("Hoeveel boeken per lid werden er in 2023 niet geleend?")
    assert answer.status is Status.PARTIAL


def test_a_publication_without_figures(
    tmp_path_factory: pytest.TempPathFactory, intents: Path
) -> None:
    data = tmp_path_factory.mktemp("no_figures") / "data"
    shutil.copytree(EXAMPLE / "data", data)
    words = tmp_path_factory.mktemp("no_figures_words") / "intents"
    shutil.copytree(intents, words)
    for name in ("figures.csv", "series.csv"):
        table = data / NAME / name
        table.write_text(table.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    table = data / NAME / "observations.csv"
    rows = list(csv.reader(table.read_text("utf-8").splitlines()))
    place = rows[0].index("figure")
    lines = [rows[0], *([*row[:place], "", *row[place + 1 :]] for row in rows[1:])]
    table.write_text("\n".join(",".join(row) for row in lines), encoding="utf-8")
    about = words / NAME / "about.yaml"
    kept = about.read_text("utf-8").replace('    figure: "3"\n', "")
    about.write_text(kept.replace("  - Laat figuur 3 zien\n", ""), encoding="utf-8")
    engine = Engine.load(data, words)
    for question in ("Wat kun je?", "Welke figuren zijn er?", "figuur 3", "toon een grafiek"):
        answer = engine.ask(question)
        assert answer.text
        assert "3" not in answer.text.replace("2023", "")
    assert engine.ask("Hoeveel bezoekers hadden grote bibliotheken?").status is Status.ANSWERED
    assert [str(f) for f in find(data, words) if NAME in f.path.parts] == []


def test_a_year_without_measurement_gives_the_nearest_two(talk: Talk) -> None:
    answer = talk.ask("Hoeveel bezoekers hadden grote bibliotheken in 2022?")
    assert answer.status is Status.PARTIAL
    assert "In 2022 is niet gemeten." in answer.text
    states(answer, ("bezoekers", "groot", 2021), ("bezoekers", "groot", 2023), calculated=("2022",))


def test_a_group_that_the_source_leaves_out_is_named_and_not_filled_in(talk: Talk) -> None:
    answer = talk.ask("Hoeveel boeken per lid leenden kleine bibliotheken uit in 2023?")
    assert answer.status is Status.PARTIAL
    assert "geen cijfer over geleende boeken per lid bij kleine bibliotheken" in answer.text
    assert all(fact.tier != "klein" for fact in answer.facts)


def test_a_year_that_is_not_printed_for_one_group(talk: Talk) -> None:
    answer = talk.ask("Hoeveel procent leende e-books bij kleine bibliotheken in 2019?")
    assert answer.status is Status.PARTIAL
    states(answer, ("e_books", "klein", 2021), calculated=("2019",))


def test_the_reasons_come_in_their_order(talk: Talk) -> None:
    answer = talk.ask("Waarom zeggen mensen hun lidmaatschap op?")
    with (EXAMPLE / "data" / NAME / "reasons.csv").open(encoding="utf-8") as file:
        reasons = [row["text"] for row in csv.DictReader(file)]
    places = [answer.text.index(reason) for reason in reasons]
    assert places == sorted(places)
    assert answer.status is Status.ANSWERED


def test_a_subject_in_words_has_no_percentage(talk: Talk) -> None:
    answer = talk.ask("Hoeveel procent gebruikt de leeszaal van grote bibliotheken om te studeren?")
    assert answer.status is Status.PARTIAL
    assert "%" not in answer.text


def test_a_bare_subject_is_asked_back_and_the_choice_is_answered(talk: Talk) -> None:
    answer = talk.ask("Hoeveel leden zijn er?")
    assert answer.status is Status.CLARIFY
    assert [choice.label for choice in answer.choices] == [
        "jeugdleden",
        "volwassen leden",
        "e-books lenen",
    ]
    states(talk.ask("de tweede"), ("leden_volwassen", "middelgroot", 2023), calculated=("18",))


@pytest.mark.parametrize(
    "question",
    [
        "Wie wordt wereldkampioen voetbal?",
        "Hoeveel scholen zijn er in Utrecht?",
        "Hoeveel agressie was er bij provincies in 2024?",
        "Wat vind jij van bibliotheken?",
        "Komen er volgend jaar meer bezoekers?",
    ],
)
def test_what_the_source_does_not_hold_is_refused(talk: Talk, question: str) -> None:
    answer = talk.ask(question)
    assert answer.status is Status.NOT_COVERED
    assert answer.facts == ()


def test_why_is_not_answered_with_a_cause(talk: Talk) -> None:
    answer = talk.ask("Waarom zijn er bij grote bibliotheken meer bezoekers dan in 2021?")
    assert answer.text.startswith("Een oorzaak noemt de factsheet niet.")
    states(answer, ("bezoekers", "groot", 2021), ("bezoekers", "groot", 2023), calculated=("575",))


def test_its_own_questions_about_the_source(talk: Talk) -> None:
    assert "Luisterboeken tellen niet mee." in talk.ask("Wat bedoelen ze met e-books?").text
    assert "2019, 2021 en 2023" in talk.ask("Welke jaren zijn er?").text
    assert "Bibliotheekmonitor 2023" in talk.ask("Wat is de bron?").text


# Figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", ["1", "2", "3", "4", "5", "6"])
def test_every_figure_is_shown_and_drawn(engine: Engine, figure: str) -> None:
    answer = engine.ask(f"figuur {figure}")
    assert answer.figure == figure
    assert answer.show_figure
    assert answer.chart is not None
    picture = draw(engine.publications[0], answer.chart, fmt="svg")
    assert b"<svg" in picture


def test_a_chart_shows_the_numbers_of_the_answer(engine: Engine) -> None:
    answer = engine.ask("Toon een grafiek van de bezoekers")
    assert answer.figure == "1"
    assert answer.chart is not None
    picture = draw(engine.publications[0], answer.chart, fmt="svg").decode("utf-8")
    assert "1.390" in picture


# The package as a whole -----------------------------------------------------------------------


def test_check_finds_nothing_in_its_files(intents: Path) -> None:
    mine = [f for f in find(EXAMPLE / "data", intents) if NAME in f.path.parts]
    assert [str(finding) for finding in mine] == []


# Beside the first factsheet -------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Both publications at once."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(default_data(), folder / "data")
    shutil.copytree(default_intents(), folder / "intents")
    shutil.copytree(EXAMPLE / "data", folder / "data", dirs_exist_ok=True)
    shutil.copytree(EXAMPLE / "intents", folder / "intents", dirs_exist_ok=True)
    return Engine.load(folder / "data", folder / "intents")


def test_questions_about_the_first_factsheet_go_as_well_as_before(both: Engine) -> None:
    questions = load_questions(question_files(questions_folder(default_intents())))
    before = judge_all(Engine.load(), questions)
    lost = {
        now.question.name: now.why
        for was, now in zip(before, judge_all(both, questions), strict=True)
        if was.verdict is Verdict.CORRECT is not now.verdict
    }
    assert lost == {}


def test_the_example_is_answered_beside_the_first_factsheet(both: Engine) -> None:
    questions = load_questions([EXAMPLE / "questions.yaml"])
    # "Figuur 4" alone is a figure of the newest publication.
    results = judge_all(both, [q for q in questions if "4" not in (q.figure or ())])
    assert [r.question.name for r in results if r.verdict is Verdict.WRONG] == []
    assert sum(r.verdict is Verdict.CORRECT for r in results) >= 0.9 * len(results)


def test_labelled_questions_score_nine_in_ten_and_none_is_wrong(engine: Engine) -> None:
    results = judge_all(engine, load_questions([EXAMPLE / "questions.yaml"]))
    bad = {r.question.name: (r.verdict, r.why) for r in results if r.verdict is not Verdict.CORRECT}
    assert len(results) >= 40
    assert Verdict.WRONG not in {verdict for verdict, _ in bad.values()}, bad
    assert len(bad) <= len(results) / 10, bad


def test_the_total_of_the_others_is_not_compared_with_them(tmp_path: Path, intents: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(EXAMPLE / "data", data)
    package = data / "bibliotheken-2023" / "datapackage.json"
    text = package.read_text("utf-8")
    package.write_text(
        text.replace('"tier_word"', '"total_tier": "groot", "tier_word"'), encoding="utf-8"
    )
    answer = Engine.load(data, intents).ask(
        "Welke bibliotheken hadden in 2023 de meeste bezoekers?"
    )
    assert {fact.tier for fact in answer.facts} == {"klein", "middelgroot"}
    package.write_text(
        text.replace('"tier_word"', '"total_tier": "overal", "tier_word"'), encoding="utf-8"
    )
    with pytest.raises(DataError, match=r"total_tier: 'overal' is not an id in tiers\.csv"):
        Engine.load(data, intents)
