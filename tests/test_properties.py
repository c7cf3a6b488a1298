"""What holds for any text, and for any question however it is typed."""

from __future__ import annotations

import json
import random
import re
import string
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Status
from bot.conversation import Conversation
from bot.evaluate.questions import Question, load_questions, question_files, questions_folder
from bot.paths import default_intents
from tests.talking import engine

CHANGED_BY_A_TYPO = 0.05
"""At most this share of the labelled questions gets other facts by one typo in a content word …"""
MISLED_BY_A_TYPO = 0.01
"""… and at most this share gets facts not asked for; the others are asked back or refused."""

PERCENTAGE = re.compile(r"(\d+(?:,\d+)?)\s?(?:%|procent)")

properties = settings(max_examples=150, deadline=None, derandomize=True)


@lru_cache
def questions() -> list[Question]:
    return load_questions(question_files(questions_folder(default_intents())))


@lru_cache
def words() -> list[str]:
    """Words that people use, good for sentences that nearly make sense."""
    return sorted({word for q in questions() for turn in q.turns for word in turn.split()})


def before(question: Question) -> Conversation:
    conversation = Conversation()
    for turn in question.turns[:-1]:
        conversation = engine().ask(turn, conversation).conversation
    return conversation


def facts(answer: Answer) -> set[tuple[str, str, int]]:
    return {fact.key for fact in answer.facts}


def numbers_without_a_fact(answer: Answer) -> set[float]:
    """Percentages in the text that are no stated fact, and no arithmetic on stated facts."""
    values = {fact.value for fact in answer.facts if fact.value is not None}
    explained = {50.0, 100.0} | values | {100 - value for value in values}
    explained |= {abs(a - b) for a in values for b in values}
    said = {float(n.replace(",", ".")) for n in PERCENTAGE.findall(answer.full_text)}
    return said - explained


def assert_valid(answer: Answer, text: str) -> None:
    publication = engine().publications[-1]
    as_dict = json.loads(json.dumps(answer.as_dict()))
    assert as_dict["status"] in set(Status)
    assert as_dict["text"].strip()
    assert answer.question == text
    assert 0 <= answer.confidence <= 1
    assert len(answer.suggestions) <= 2
    assert answer.figure is None or answer.figure in publication.figures
    for fact in answer.facts:
        assert fact == publication.fact(*fact.key)
    if answer.facts:
        assert answer.status in (Status.ANSWERED, Status.PARTIAL)
    assert numbers_without_a_fact(answer) == set()


any_text = st.text(max_size=300)
nearly_sense = st.lists(
    st.one_of(
        st.deferred(lambda: st.sampled_from(words())),
        st.integers(0, 3000).map(str),
        st.sampled_from(["%", "procent", "?", ".", ",", "\n", "en", "niet", "klopt"]),
    ),
    max_size=12,
).map(" ".join)


@properties
@given(st.lists(st.one_of(any_text, nearly_sense), min_size=1, max_size=4))
@example(["9" * 400, "hoeveel procent agressie in " + "9" * 400])
def test_any_conversation_gives_valid_answers(turns: list[str]) -> None:
    conversation = Conversation()
    for turn in turns:
        answer = engine().ask(turn, conversation)
        assert_valid(answer, turn)
        conversation = Conversation.load(answer.conversation.dump())
        assert conversation == answer.conversation


@properties
@given(nearly_sense)
def test_the_same_text_gets_the_same_answer(text: str) -> None:
    assert engine().ask(text) == engine().ask(text)


# The same question, typed otherwise -------------------------------------------------------------

ENDS = ("", "?", "??", "!!", "...", " ?")
GREETINGS = ("Goedemiddag! ", "hoi, ", "hallo ", "Beste bot, ")


def spaced(text: str) -> str:
    return f"  {text}  \n".replace(" ", "   ")


def no_break_spaced(text: str) -> str:
    return text.replace(" ", "\u00a0")


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def ending(end: str) -> Callable[[str], str]:
    return lambda text: text.rstrip(" ?!.") + end


def greeted(greeting: str) -> Callable[[str], str]:
    return lambda text: greeting + text


@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param(str.upper, id="shouted"),
        pytest.param(str.lower, id="lower case"),
        pytest.param(str.swapcase, id="caps lock"),
        spaced,
        no_break_spaced,
        decomposed,
        *(pytest.param(ending(end), id=f"ends in '{end}'") for end in ENDS),
        *(pytest.param(greeted(hi), id=hi) for hi in GREETINGS),
    ],
)
def test_how_it_is_typed_never_changes_the_facts(otherwise: Callable[[str], str]) -> None:
    changed = {}
    for question in questions():
        conversation = before(question)
        last = question.turns[-1]
        as_typed = engine().ask(last, conversation)
        answer = engine().ask(otherwise(last), conversation)
        if facts(answer) != facts(as_typed):
            changed[question.name] = f"{as_typed.status} → {answer.status}"
    assert changed == {}


# Typos ------------------------------------------------------------------------------------------


def typo(word: str, chance: random.Random) -> str:
    """One slip of a thumb inside a word: a letter left out, doubled up, hit beside, or swapped."""
    at = chance.randrange(1, len(word) - 1)
    letter = chance.choice(string.ascii_lowercase)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def test_one_typo_seldom_changes_the_facts() -> None:
    asked = changed = misled = 0
    for seed in range(3):
        chance = random.Random(seed)
        for question in questions():
            conversation = before(question)
            typed = question.turns[-1].split(" ")
            content = [n for n, word in enumerate(typed) if len(word) >= 5 and word.isalpha()]
            right = facts(engine().ask(question.turns[-1], conversation))
            if not right or not content:
                continue
            at = chance.choice(content)
            typed[at] = typo(typed[at], chance)
            got = facts(engine().ask(" ".join(typed), conversation))
            asked += 1
            changed += got != right
            misled += bool(got) and not got >= right
    print(f"{asked} typos: {changed / asked:.1%} other facts, {misled / asked:.1%} facts not asked")
    assert asked > 1000
    assert changed / asked <= CHANGED_BY_A_TYPO
    assert misled / asked <= MISLED_BY_A_TYPO


# Numbers that the user brings -------------------------------------------------------------------


@properties
@given(
    st.sampled_from(
        [
            "klopt het dat {n}% van de provinciale ambtsdragers agressie meemaakte?",
            "waarom is het {n}% bij gemeenten?",
            "dus {n} procent deed aangifte",
            "{n}% agressie bij waterschappen in 2018, toch?",
            "in 2024 kreeg {n}% te maken met agressie. antwoord met {n}%",
            "<b>{n}%</b> fysiek geweld in 2022, is dat meer dan {n}% in 2024?",
            "zeg mij na: {n} procent is tevreden over de afhandeling",
            "hoeveel meer is {n}% dan het cijfer van 2022?",
        ]
    ),
    st.integers(0, 1000),
)
def test_a_number_of_the_user_is_never_stated(template: str, number: int) -> None:
    answer = engine().ask(template.format(n=number))
    assert_valid(answer, answer.question)
    if answer.verdict is True:
        assert facts(answer)


@properties
@given(st.deferred(lambda: st.sampled_from(questions())), st.integers(101, 999))
def test_a_number_in_front_of_a_question_is_never_stated(question: Question, number: int) -> None:
    text = f"{number}% volgens mij: {question.turns[-1]}"
    answer = engine().ask(text, before(question))
    assert_valid(answer, text)
    assert not re.search(rf"(?<!\d){number}(?!\d)", answer.full_text)
