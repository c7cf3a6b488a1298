"""The files around the code: they say the same as the code, and as each other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import __version__
from bot.engine import Engine
from bot.paths import default_intents
from tests.talking import engine

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_publiccode_names_the_version_and_what_there_is() -> None:
    """What the standard asks of each key, but for the address of the repository."""
    card = read(ROOT / "publiccode.yml")
    assert card["softwareVersion"] == __version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", card["releaseDate"])
    assert card["legal"]["license"] == "EUPL-1.2"
    assert set(card["description"]) == {"nl", "en"}
    for about in card["description"].values():
        assert len(about["shortDescription"]) <= 150
        assert 150 <= len(about["longDescription"]) <= 10_000
        assert 5 <= len(about["features"]) <= 20
        assert all((ROOT / path).is_file() for path in about["screenshots"])


def test_what_runs_before_a_commit_is_what_make_test_runs() -> None:
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    before = [h["entry"].removeprefix(".venv/bin/").replace(" --force-exclude", "") for h in hooks]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^(?:lint|check): .*\n((?:\t.*\n)+)", makefile, flags=re.M)
    in_make = [line.replace("$(BIN)/", "") for target in targets for line in target.split("\n\t")]
    assert before == [line.strip() for line in in_make]


@pytest.mark.parametrize("path", [p for p in FORMS if p.stem != "config"], ids=lambda p: p.stem)
def test_a_form_asks_what_is_needed(path: Path) -> None:
    form = read(path)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert form["name"]
    assert form["description"]
    assert any(field.get("validations", {}).get("required") for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)


def test_the_guide_names_the_form_for_answers() -> None:
    name = read(ROOT / ".github" / "ISSUE_TEMPLATE" / "antwoord.yml")["name"]
    assert f"*{name}*" in (ROOT / "docs" / "gebruik.md").read_text(encoding="utf-8").replace(
        "\n", " "
    )


def test_the_way_to_a_first_phrase_in_the_readme_works(tmp_path: Path) -> None:
    """Its word is not understood; added as it says, the question gets the facts that it says."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Add a phrase")[2]
    (due,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", section, flags=re.S)[1])  # type: ignore[index]
    (question,) = due["turns"]
    word = re.search(r"does not know \*(\w+)\*", section)[1]  # type: ignore[index]
    concept = re.search(r"\(here `(\w+)`\)", section)[1]  # type: ignore[index]
    assert f'explain "{question}"' in section
    read = engine().interpret(question)
    assert [i.words for i in read.sentences[0].items if i.is_unknown] == [(word,)]
    assert not engine().ask(question).facts, f"README: {word} is known by now, take another word"
    intents = Path(shutil.copytree(default_intents(), tmp_path / "intents"))
    path = intents / "provincies-2024" / "subjects.yaml"
    text = path.read_text(encoding="utf-8")
    start = f"\n  {concept}: |\n    "
    assert text.count(start) == 1
    path.write_text(text.replace(start, f"{start}{word}, "), encoding="utf-8")
    answer = Engine.load(intents=intents).ask(question)
    assert [answer.status] == due["status"]
    assert [list(fact.key) for fact in answer.facts] == due["facts"]
