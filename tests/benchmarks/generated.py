"""A package with many times as many indicators and patterns, in words that nobody uses."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from bot.paths import default_data, default_intents

PUBLICATION = "provincies-2024"
PHRASES = 5
"""How many phrases stand behind each generated concept."""
_SYLLABLES = [c + v for c in "bdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ee", "oe")]


def generate(folder: Path, times: int) -> tuple[Path, Path]:
    """Write data and intents with ``times`` as many indicators and patterns; their two folders."""
    data = Path(shutil.copytree(default_data() / PUBLICATION, folder / "data" / PUBLICATION))
    intents = Path(shutil.copytree(default_intents(), folder / "intents"))
    chance = random.Random(1)
    subjects = _read(intents / PUBLICATION / "subjects.yaml")
    about = _read(intents / PUBLICATION / "about.yaml")
    concepts, indicators = dict(subjects["concepts"]), dict(subjects["indicators"])
    entries = list(about["about"])
    for number in range(1, times):

        def renamed(text: str, number: int = number) -> str:
            return re.sub(
                r"<(\w+)>", lambda m: f"<{m[1]}_{number}>" if m[1] in concepts else m[0], text
            )

        for name in concepts:
            subjects["concepts"][f"{name}_{number}"] = ", ".join(
                _phrase(chance) for _ in range(PHRASES)
            )
        for name, topic in indicators.items():
            copy = topic | {"patterns": renamed(topic["patterns"])}
            copy["indicators"] = [f"{i}_{number}" for i in topic.get("indicators") or [name]]
            subjects["indicators"][f"{name}_{number}"] = copy
        for entry in entries:
            copy = entry | {"name": f"{entry['name']}_{number}"}
            copy["patterns"] = renamed(entry["patterns"])
            about["about"].append(copy)
    _write(intents / PUBLICATION / "subjects.yaml", subjects)
    _write(intents / PUBLICATION / "about.yaml", about)
    _multiply(data, times)
    return data.parent, intents


def _phrase(chance: random.Random) -> str:
    words = chance.choice((1, 1, 2, 3))
    return " ".join(
        "".join(chance.choices(_SYLLABLES, k=chance.choice((3, 4)))) for _ in range(words)
    )


def _multiply(data: Path, times: int) -> None:
    paths = {
        r["name"]: data / r["path"]
        for r in json.loads((data / "datapackage.json").read_text("utf-8"))["resources"]
    }
    for table, column in (
        ("indicators", "id"),
        ("observations", "indicator"),
        ("reasons", "indicator"),
    ):
        with paths[table].open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with paths[table].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            for number in range(times):
                suffix = f"_{number}" if number else ""
                writer.writerows(row | {column: row[column] + suffix} for row in rows)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    text = yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
