"""A new publication: laid out empty, and led by ``check`` from there to complete."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.check import find
from bot.files import DataError
from bot.scaffold import new_publication
from bot.schema import About, AboutReply, Check, Subjects
from bot.tables import load_publication

ROOT = Path(__file__).parent.parent
EXAMPLE = Path(__file__).parent / "example"
NAME = "bibliotheken-2023"
TABLES = ["tiers", "indicators", "figures", "series", "observations", "reasons", "readings"]


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    new_publication(NAME, tmp_path / "data", tmp_path / "intents")
    return tmp_path


def fill(folder: Path, kind: str, file: str) -> None:
    """Take a file of the example in the place of the empty one."""
    shutil.copy(EXAMPLE / kind / NAME / file, folder / kind / NAME / file)


def errors(folder: Path) -> list[tuple[str, int]]:
    """File and line of each error in the publication's own files."""
    found = find(folder / "data", folder / "intents")
    return [(f.path.name, f.line) for f in found if f.serious and NAME in f.path.parts]


def test_every_file_of_the_example_is_laid_out(laid_out: Path) -> None:
    for kind in ("data", "intents"):
        example = {path.name for path in (EXAMPLE / kind / NAME).iterdir()}
        assert example <= {path.name for path in (laid_out / kind / NAME).iterdir()}
    for table in TABLES:
        header = (EXAMPLE / "data" / NAME / f"{table}.csv").read_text().splitlines()[0]
        assert (laid_out / "data" / NAME / f"{table}.csv").read_text() == header + "\n"


def places(text: str, keys: Iterable[str], form: str) -> list[int]:
    """Where each key is explained."""
    found = {key: re.search(form.format(key=key), text, flags=re.M) for key in keys}
    assert [key for key, match in found.items() if match is None] == []
    return [match.start() for match in found.values() if match]


@pytest.mark.parametrize(("file", "model"), [("subjects", Subjects), ("about", About)])
def test_the_laid_out_files_hold_every_key_in_order(
    laid_out: Path, file: str, model: type[BaseModel]
) -> None:
    text = (laid_out / "intents" / NAME / f"{file}.yaml").read_text(encoding="utf-8")
    at = places(text, model.model_fields, r"^(?:# ?)?{key}:")
    assert at == sorted(at)


def test_the_page_explains_every_key_in_order() -> None:
    page = (ROOT / "docs" / "add-a-publication.md").read_text(encoding="utf-8")
    words, about = page.partition("## 4. The words")[2].split("## 5. Questions about the source")
    at = places(words, Subjects.model_fields, r"^(?:###.*|\| )`{key}`|^{key}:|`{key}` looks")
    assert at == sorted(at)
    places(about, {**About.model_fields, **AboutReply.model_fields}, r"^ *(?:- )?{key}:")
    places(words, Check.model_fields, r"^\| .*`\"?{key}\"?`")
    example = json.loads((EXAMPLE / "data" / NAME / "datapackage.json").read_text("utf-8"))
    source = page.partition("## 2. The source")[2].partition("## 3.")[0]
    top = set(example) - {"profile", "monitorbot", "resources"}
    places(source, top, r"^\| .*`{key}`")
    at = places(source, example["monitorbot"], r"^\| `{key}`")
    assert at == sorted(at)


@pytest.mark.parametrize("table", TABLES)
def test_the_page_explains_every_column_in_order(table: str) -> None:
    page = (ROOT / "docs" / "add-a-publication.md").read_text(encoding="utf-8")
    section = page.partition(f"### `{table}.csv`")[2].partition("\n## ")[0]
    header = (EXAMPLE / "data" / NAME / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
    at = places(section, header.split(","), r"^\| .*?`{key}`")
    assert at == sorted(at)


def test_what_is_there_is_left_as_it_is(laid_out: Path) -> None:
    mine = laid_out / "data" / NAME / "tiers.csv"
    mine.write_text("mine", encoding="utf-8")
    gone = laid_out / "intents" / NAME / "about.yaml"
    gone.unlink()
    written, left = new_publication(NAME, laid_out / "data", laid_out / "intents")
    assert written == [gone]
    assert mine in left
    assert mine.read_text(encoding="utf-8") == "mine"


def test_check_leads_from_empty_to_complete(laid_out: Path) -> None:
    steps = [
        ("data", "datapackage.json"),
        *(("data", f"{table}.csv") for table in TABLES),
        ("intents", "subjects.yaml"),
        ("intents", "about.yaml"),
    ]
    named: list[str] = []
    for kind, file in steps:
        found = errors(laid_out)
        if found:
            named.append(found[0][0])
        fill(laid_out, kind, file)
    # figures, series, reasons, readings and about may stay empty.
    assert named == [
        "datapackage.json",
        "tiers.csv",
        "indicators.csv",
        *["observations.csv"] * 3,
        *["subjects.yaml"] * 3,
    ]
    assert errors(laid_out) == []


def test_a_source_without_reasons_and_conclusions_is_a_publication(laid_out: Path) -> None:
    for file in ["datapackage.json", *(f"{table}.csv" for table in TABLES[:5])]:
        fill(laid_out, "data", file)
    publication = load_publication(laid_out / "data" / NAME)
    assert (publication.reasons, publication.readings) == ((), ())


def test_semicolons_between_columns_are_named(laid_out: Path) -> None:
    table = laid_out / "data" / NAME / "tiers.csv"
    fill(laid_out, "data", "datapackage.json")
    table.write_text("id;name;members\na;b;c\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"tiers\.csv:1: .* commas"):
        load_publication(table.parent)


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("name", ["Bomen 2025", "../elders", "common"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    done = command("new-publication", name, "--data", tmp_path / "d", "--intents", tmp_path / "i")
    assert done.returncode == 2
    assert "small letters" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    folders: list[str | Path] = ["--data", tmp_path / "data", "--intents", tmp_path / "intents"]
    done = command("new-publication", "bomen-2025", *folders)
    assert done.returncode == 0, done.stderr
    assert f"monitorbot check {' '.join(map(str, folders))}" in done.stdout
    assert (tmp_path / "intents" / "bomen-2025" / "subjects.yaml").is_file()
