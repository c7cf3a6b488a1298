"""What a fault in the language files says: the file, the line, and the cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.answer import ChartRequest
from bot.charts import describe, draw
from bot.check import find
from bot.check.project import Finding
from bot.engine import Engine
from bot.files import LanguageError
from bot.language import expand, load_language, split_phrases
from bot.paths import default_data, default_intents
from bot.tables import load_publication

PUBLICATION = "provincies-2024"


@pytest.fixture
def intents(tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(default_intents(), tmp_path / "intents"))


def load(intents: Path) -> None:
    load_language(intents, [load_publication(default_data() / PUBLICATION)])


def add(path: Path, after: str, lines: str) -> int:
    """Put lines behind the first line that starts so; the number of the first added line."""
    text = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(text) if line.startswith(after))
    text[at + 1 : at + 1] = lines.splitlines()
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return at + 2


# Faults that stop the bot -----------------------------------------------------------------------


def test_words_in_a_pattern(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "indicators:", "  agressie_onbekend:\n    patterns: |\n      <agressie> heel")
    with pytest.raises(LanguageError, match=rf"subjects\.yaml:{line + 2}: .*<concepts> only"):
        load(intents)


@pytest.mark.parametrize("template", ["hoe (veel|vaak", "hoe [veel", "hoe veel)", "(hoe [veel)]"])
def test_a_bracket_that_is_not_closed(intents: Path, template: str) -> None:
    line = add(intents / "common" / "concepts.yaml", "  hoeveel: |", f"    hoe ook\n    {template}")
    with pytest.raises(LanguageError, match=rf"concepts\.yaml:{line + 1}: .*bracket is missing"):
        load(intents)


def test_a_bracket_that_is_not_closed_in_a_pattern(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "ask_back:", '  - patterns: "<tevreden> [<melden>"\n    options: [aangifte]')
    with pytest.raises(LanguageError, match=rf"subjects\.yaml:{line}: .*bracket is missing"):
        load(intents)


def test_a_key_that_is_there_twice(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "concepts:", "  agressie: gedoe")
    with pytest.raises(LanguageError, match=rf"subjects\.yaml:\d+: 'agressie' .* line {line}"):
        load(intents)


def test_an_empty_key_and_another_fault_in_one_go(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "concepts:", "  leeg:\n  jaartal: 2024")
    with pytest.raises(LanguageError) as caught:
        load(intents)
    assert [(fault.line, fault.message) for fault in caught.value.faults] == [
        (line, "concepts.leeg: is empty; fill it in, or leave the key out"),
        (line + 1, "concepts.jaartal: must be a text; put quotes around it, or a | behind the key"),
    ]


def test_faults_in_several_phrases_are_told_at_once(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "concepts:", "  een: |\n    goed, !\n  twee: <agressie>")
    with pytest.raises(LanguageError) as caught:
        load(intents)
    assert [fault.line for fault in caught.value.faults] == [line + 1, line + 2]


def test_a_misspelt_key_says_what_is_meant(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "indicators:", "  raar:\n    paterns: <agressie>")
    with pytest.raises(
        LanguageError, match=rf"subjects\.yaml:{line + 1}: .*paterns: .* did you mean patterns\?"
    ):
        load(intents)


def test_an_unknown_key(intents: Path) -> None:
    line = add(
        intents / "common" / "intents.yaml", "intents:", "  raar: {handler: value, paterns: x}"
    )
    with pytest.raises(LanguageError, match=rf"intents\.yaml:{line}: intents\.raar"):
        load(intents)


def test_an_unknown_handler(intents: Path) -> None:
    line = add(
        intents / "common" / "intents.yaml",
        "intents:",
        "  raar:\n    handler: raar\n    patterns: x",
    )
    with pytest.raises(LanguageError, match=rf"intents\.yaml:{line + 1}: intents\.raar\.handler"):
        load(intents)


def test_a_file_that_is_no_yaml(intents: Path) -> None:
    line = add(intents / "common" / "numbers.yaml", "ordinals:", "fractions: [")
    with pytest.raises(
        LanguageError, match=rf"numbers\.yaml:({line}|{line + 1}|\d+): not valid YAML"
    ):
        load(intents)


@pytest.mark.parametrize(
    "name", ["common/years.yaml", "common/dutch.txt", f"{PUBLICATION}/about.yaml"]
)
def test_a_missing_file(intents: Path, name: str) -> None:
    (intents / name).unlink()
    with pytest.raises(LanguageError, match=rf"{name}: not found"):
        load(intents)


def test_a_file_that_is_not_utf_8(intents: Path) -> None:
    path = intents / "common" / "replies.yaml"
    path.write_bytes(path.read_bytes() + "é".encode("latin-1"))
    with pytest.raises(LanguageError, match=r"replies\.yaml: not UTF-8"):
        load(intents)


# Faults that `check` finds ----------------------------------------------------------------------


def findings(intents: Path) -> list[Finding]:
    return find(default_data(), intents)


def assert_found(intents: Path, path: Path, line: int, serious: bool, said: str) -> None:
    found = [f for f in findings(intents) if f.path == path and f.line == line]
    assert any(f.serious is serious and said in f.message for f in found), found


def test_the_shipped_files_have_no_errors() -> None:
    assert [str(f) for f in findings(default_intents()) if f.serious] == []


def test_a_concept_that_does_not_exist(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "indicators:", "  aangifte_ook:\n    patterns: <aangiffte> <agressie>")
    assert_found(intents, path, line + 1, True, "no concept <aangiffte>")


def test_a_rank_of_a_concept_that_does_not_exist(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    text = path.read_text(encoding="utf-8").replace("reden_niet_erg: 1,", "reden_onbekend: 1,", 1)
    path.write_text(text, encoding="utf-8")
    line = next(i for i, x in enumerate(text.splitlines(), 1) if "reden_onbekend" in x)
    assert_found(intents, path, line, True, "no concept <reden_onbekend>")


def test_an_example_under_start_without_an_answer(intents: Path) -> None:
    path = intents / PUBLICATION / "about.yaml"
    line = add(path, "examples:", "  - Hoe hoog is de Eiffeltoren?")
    assert_found(intents, path, line, True, "is not answered (the bot says: not_covered)")


def test_a_word_for_groups_that_is_not_understood(intents: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(default_data(), tmp_path / "data"))
    path = data / PUBLICATION / "datapackage.json"
    text = path.read_text("utf-8").replace('"bestuurslaag"', '"verdieping"')
    path.write_text(text, encoding="utf-8")
    (found,) = [f for f in find(data, intents) if f.path == path]
    assert "add 'per verdieping' to alle_groepen" in found.message
    assert '"verdieping"' in text.splitlines()[found.line - 1]


def test_a_concept_that_nothing_asks_for(intents: Path) -> None:
    path = intents / "common" / "concepts.yaml"
    line = add(path, "concepts:", "  overbodig: overbodig woord")
    assert_found(intents, path, line, False, "<overbodig> is used nowhere")


def test_a_claim_that_hides_a_group(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, "  majority: |", "    de meeste gemeenten")
    assert_found(intents, path, line, False, "'de meeste gemeenten' names a group")


def test_a_phrase_that_is_always_read_as_another(intents: Path) -> None:
    path = intents / "common" / "concepts.yaml"
    line = add(path, "  hoeveel: |", "    hvl stuks")
    assert_found(intents, path, line, False, "'hvl' is read as 'hoeveel'")


def test_two_intents_that_ask_for_the_same(intents: Path) -> None:
    line = add(
        intents / "common" / "intents.yaml",
        "intents:",
        "  hello:\n    handler: social\n    patterns: <dank>",
    )
    found = [f for f in findings(intents) if "'hello'" in f.message]
    assert [f.serious for f in found] == [True]
    assert "both ask for <dank>" in found[0].message
    assert f"intents.yaml:{line + 2}" in found[0].message


def test_two_indicators_that_ask_for_the_same(intents: Path) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(
        path,
        "indicators:",
        "  aangifte_ook:\n    indicators: [aangifte]\n    patterns: |\n      <aangifte>",
    )
    messages = [f.message for f in findings(intents) if f.serious]
    assert any("aangifte_ook" in m and f"subjects.yaml:{line + 3}" in m for m in messages), messages


def test_a_pattern_that_can_never_win(intents: Path) -> None:
    """Its concept weighs nothing, so that a shorter pattern fits as well."""
    path = intents / "common" / "intents.yaml"
    text = path.read_text(encoding="utf-8")
    text += "  never:\n    handler: social\n    patterns: <bron> <onderzoek>\n"
    path.write_text(text, encoding="utf-8")
    assert_found(intents, path, text.count("\n"), False, "'never' can never win")


@pytest.mark.parametrize(
    ("after", "lines", "said"),
    [
        ("indicators:", "  onbekend: {patterns: <corruptie> <fysiek>}", "is no indicator"),
        ("ask_back:", "  - {patterns: <fysiek> <intern>, options: [onbekend]}", "is no indicator"),
        ("checks:", "  onbekend: {majority: true}", "is no indicator"),
        ("tiers:", "  onbekend: een laag", "is no tier"),
        ("functions:", "  onbekend: een functie", "is no tier"),
    ],
)
def test_a_name_that_the_data_does_not_have(
    intents: Path, after: str, lines: str, said: str
) -> None:
    path = intents / PUBLICATION / "subjects.yaml"
    line = add(path, after, lines)
    assert_found(intents, path, line, True, f"'onbekend' {said}")


def test_an_indicator_that_nothing_asks_for(intents: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(default_data(), tmp_path / "data"))
    table = data / PUBLICATION / "indicators.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    lines.append('extra,extra,extra,share,,Hoeveel extra?,"In {year} {iets}",,,,,')
    table.write_text("\n".join(lines), encoding="utf-8")
    found = [f for f in find(data, intents) if f.path == table and f.line == len(lines)]
    said = " ".join(f.message for f in found)
    assert all(f.serious for f in found)
    assert "asks for 'extra'" in said
    assert "unknown placeholder 'iets'" in said
    assert "'Hoeveel extra?' is not answered" in said


def test_an_unknown_figure(intents: Path) -> None:
    path = intents / PUBLICATION / "about.yaml"
    text = path.read_text(encoding="utf-8").replace('figure: "2"', 'figure: "12"')
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index('    figure: "12"') + 1
    assert_found(intents, path, line, True, "'12' is no figure")


def test_questions_that_are_missing(intents: Path) -> None:
    questions = intents.parent / "tests" / "questions"
    questions.mkdir(parents=True)
    (questions / "few.yaml").write_text(
        "- {turns: [aangiftes], status: [answered], facts: [[aangifte, provincies, 2024]]}\n",
        encoding="utf-8",
    )
    messages = [f.message for f in findings(intents)]
    assert any("'agressie_totaal'; add one" in m for m in messages)
    assert not any("'aangifte'; add one" in m for m in messages)
    assert any("needs this pattern of 'trend'" in m for m in messages)


def test_a_question_that_is_malformed(intents: Path) -> None:
    questions = intents.parent / "tests" / "questions"
    questions.mkdir(parents=True)
    path = questions / "few.yaml"
    path.write_text(
        "- turns: [hallo]\n  status: [social]\n- turns: [hoi]\n  status: [sociaal]\n", "utf-8"
    )
    assert_found(intents, path, 4, True, "")


@pytest.mark.parametrize("name", ["charts", "telegram", "terminal"])
def test_texts_of_other_parts_are_checked_too(intents: Path, name: str) -> None:
    path = intents / "common" / f"{name}.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "raar: raar\n", encoding="utf-8")
    found = [f for f in findings(intents) if f.path == path]
    assert [f.serious for f in found] == [True]
    assert "raar" in found[0].message


# Notation ---------------------------------------------------------------------------------------


def test_templates_stand_for_every_wording() -> None:
    assert expand("(hoe|zo) veel[ mensen]") == [
        "hoe veel mensen",
        "hoe veel",
        "zo veel mensen",
        "zo veel",
    ]
    assert expand("<agressie> {years}") == ["<agressie> {years}"]


def test_commas_inside_brackets_do_not_part_phrases() -> None:
    assert list(split_phrases("een (a|b), twee\ndrie")) == [
        ("een (a|b)", 0),
        ("twee", 0),
        ("drie", 1),
    ]


def test_language_without_what_all_share_takes_that_of_the_bot(intents: Path) -> None:
    shutil.rmtree(intents / "common")
    assert [str(f) for f in findings(intents) if f.serious] == []
    assert Engine.load(None, intents).ask("hoeveel agressie").status == "answered"


def test_charts_take_their_words_from_the_same_folder(intents: Path) -> None:
    path = intents / "common" / "charts.yaml"
    path.write_text(path.read_text("utf-8").replace('page: "pagina', 'page: "bladzijde'), "utf-8")
    engine = Engine.load(None, intents)
    chart = ChartRequest(PUBLICATION, "3")
    said = describe(engine.publications[0], chart, engine.language.charts)
    assert "bladzijde 1" in said
    assert "bladzijde 1" in draw(
        engine.publications[0], chart, engine.language.charts, fmt="svg"
    ).decode("utf-8")


def test_a_new_phrase_is_understood(intents: Path) -> None:
    """A phrase is added in YAML alone."""
    question = "hoeveel gekwakkel kregen ze"
    assert Engine.load(None, intents).ask(question).status == "not_covered"
    add(intents / PUBLICATION / "subjects.yaml", "  agressie: |", "    gekwakkel")
    assert Engine.load(None, intents).ask(question).status == "answered"
