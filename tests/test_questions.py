"""The labelled questions: well labelled, fairly judged, and none that went well goes worse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answer import Answer, Status
from bot.data import Fact
from bot.evaluate import ACCEPTED, compare, load_accepted
from bot.evaluate.judge import Judged, Verdict, judge, judge_all
from bot.evaluate.questions import Question, load_questions, question_files, questions_folder
from bot.paths import default_intents
from tests.talking import engine

FOLDER = questions_folder(default_intents())


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return load_questions(question_files(FOLDER))


@pytest.fixture(scope="module")
def results(questions: list[Question]) -> list[Judged]:
    return judge_all(engine(), questions)


# The labels -------------------------------------------------------------------------------------


def test_labels_name_facts_and_figures_that_exist(questions: list[Question]) -> None:
    publication = engine().publications[-1]
    for question in questions:
        for key in question.facts:
            assert publication.fact(*key), (question.name, key)
        for figure in question.figure or ():
            assert figure in publication.figures, question.name


def test_labels_are_consistent(questions: list[Question]) -> None:
    for question in questions:
        stating = {Status.ANSWERED, Status.PARTIAL} & set(question.status)
        assert stating or not (question.facts or question.figure), question.name
        assert question.verdict is None or question.status == [Status.ANSWERED], question.name
        assert question.figure or not question.show_figure, question.name
        assert question.tags, question.name


def test_every_indicator_is_asked_for_in_three_ways_at_least(questions: list[Question]) -> None:
    for name in engine().publications[-1].indicators:
        assert sum(name in {key[0] for key in q.facts} for q in questions) >= 3, name


# The answers ------------------------------------------------------------------------------------


def test_no_accepted_question_changes_for_the_worse(results: list[Judged]) -> None:
    _, lost = compare(load_accepted(FOLDER / ACCEPTED), results)
    assert [f"{j.question.name}: {j.verdict}, {j.why}" for j in lost] == []


def test_the_accepted_result_knows_the_questions(questions: list[Question]) -> None:
    unknown = set(load_accepted(FOLDER / ACCEPTED)) - {question.name for question in questions}
    assert unknown == set(), "run `make accept`"


def test_what_an_answer_suggests_is_answered(results: list[Judged]) -> None:
    answers = [judged.answer for judged in results]
    # What a question asked back offers may be a figure without printed numbers.
    suggested = {s for a in answers if not a.choices for s in a.suggestions}
    assert len(suggested) > 20
    assert {q for q in suggested if engine().ask(q).status is not Status.ANSWERED} == set()


@pytest.mark.parametrize("question", ["hoe tevreden zijn ze", "wat zijn de redenen", "figuur 8"])
def test_the_choices_of_a_question_asked_back_are_understood(question: str) -> None:
    asked_back = engine().ask(question)
    assert asked_back.status is Status.CLARIFY
    assert len(asked_back.choices) > 1
    for number, choice in enumerate(asked_back.choices):
        answer = engine().ask(choice.question)
        assert answer.status in (Status.ANSWERED, Status.PARTIAL)
        words = ("de eerste", "de tweede", "de derde")[number]
        assert engine().ask(words, asked_back.conversation).facts == answer.facts


# The judge --------------------------------------------------------------------------------------

FACT = Fact(
    indicator="agressie_totaal",
    tier="gemeenten",
    year=2022,
    value=49,
    unit="%",
    precision="exact",
    figure="3",
    page=1,
)
OTHER = FACT.model_copy(update={"year": 2024, "value": 47})
RIGHT = Answer(
    "hoeveel agressie bij gemeenten in 2022?",
    Status.ANSWERED,
    "value",
    "In 2022 kreeg 49% te maken met agressie.",
    facts=(FACT,),
    figure="3",
)
LABEL = Question(
    turns=["hoeveel agressie bij gemeenten in 2022?"],
    status=[Status.ANSWERED],
    facts=[("agressie_totaal", "gemeenten", 2022)],
)
REFUSAL = replace(RIGHT, status=Status.NOT_COVERED, text="Dat weet ik niet.", facts=(), figure=None)


@pytest.mark.parametrize(
    ("label", "answer", "verdict"),
    [
        ({}, RIGHT, Verdict.CORRECT),
        ({}, REFUSAL, Verdict.MISSED),
        ({}, replace(RIGHT, text="In 2022 bijna de helft."), Verdict.MISSED),
        ({}, replace(RIGHT, text=RIGHT.text + " Dat is 12% meer."), Verdict.WRONG),
        ({}, replace(RIGHT, text=RIGHT.text + " Dus 51% niet."), Verdict.CORRECT),
        ({}, replace(RIGHT, facts=(OTHER,), text="47% in 2024."), Verdict.WRONG),
        ({}, replace(RIGHT, facts=(FACT.model_copy(update={"value": 48}),)), Verdict.WRONG),
        ({}, replace(RIGHT, facts=(FACT.model_copy(update={"year": 2023}),)), Verdict.WRONG),
        ({}, replace(RIGHT, status=Status.PARTIAL), Verdict.MISSED),
        ({"status": ["not_covered"], "facts": []}, RIGHT, Verdict.WRONG),
        ({"status": ["not_covered"], "facts": []}, REFUSAL, Verdict.CORRECT),
        ({"status": ["not_covered"], "facts": []}, replace(REFUSAL, text=" "), Verdict.MISSED),
        ({"verdict": True}, RIGHT, Verdict.MISSED),
        ({"verdict": True}, replace(RIGHT, verdict=False), Verdict.WRONG),
        ({"verdict": True}, replace(RIGHT, verdict=True), Verdict.CORRECT),
        ({"figure": ["3"]}, RIGHT, Verdict.CORRECT),
        ({"figure": ["3"], "show_figure": True}, RIGHT, Verdict.MISSED),
        ({"figure": ["2"]}, RIGHT, Verdict.WRONG),
        ({"figure": ["2"]}, replace(RIGHT, figure=None), Verdict.MISSED),
        ({"tags": ["complement"]}, RIGHT, Verdict.MISSED),
        ({"tags": ["complement"]}, replace(RIGHT, text="51% niet, 49% wel."), Verdict.CORRECT),
    ],
)
def test_the_judge(label: dict[str, object], answer: Answer, verdict: Verdict) -> None:
    question = Question.model_validate(LABEL.model_dump() | label)
    assert judge(engine().publications, question, answer).verdict is verdict


def test_saying_too_much_is_no_right_answer() -> None:
    publication = engine().publications[-1]
    facts = tuple(fact for fact in publication.facts if fact.indicator == "agressie_totaal")
    said = "In 2022 kreeg 49% te maken met agressie."
    answer = replace(RIGHT, facts=facts[:6], text=said)
    judged = judge(engine().publications, LABEL, answer)
    assert judged.verdict is Verdict.MISSED
    assert "too much" in judged.why


def test_a_number_of_the_user_may_be_denied_not_confirmed() -> None:
    label = LABEL.model_copy(update={"turns": ["klopt het dat het 80% is"], "verdict": False})
    said = "Nee, geen 80%. In 2022 kreeg 49% te maken met agressie."
    denied = replace(RIGHT, text=said, verdict=False)
    assert judge(engine().publications, label, denied).verdict is Verdict.CORRECT
    confirmed = replace(denied, verdict=True)
    assert judge(engine().publications, label, confirmed).verdict is Verdict.WRONG


def test_compare_tells_better_from_worse() -> None:
    results = [
        Judged(LABEL.model_copy(update={"turns": [name]}), RIGHT, verdict, "")
        for name, verdict in (
            ("better", Verdict.CORRECT),
            ("same", Verdict.MISSED),
            ("worse", Verdict.WRONG),
            ("new", Verdict.WRONG),
        )
    ]
    accepted = dict.fromkeys(("better", "same", "worse"), Verdict.MISSED)
    gained, lost = compare(accepted, results)
    assert [j.question.name for j in gained] == ["better"]
    assert [j.question.name for j in lost] == ["worse"]
