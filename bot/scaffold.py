"""Lays out an empty publication: the files of ``bot/templates/``, under the publication's name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Template

_TEMPLATES = Path(__file__).parent / "templates"


def new_publication(name: str, data: Path, intents: Path) -> tuple[list[Path], list[Path]]:
    """Write the files that a publication needs and that are not there yet.

    Args:
        name: what its folders are called.
        data: the folder of all publications.
        intents: the folder of all language files; what all share need not be there.

    Returns:
        The paths that were written, and those that were there and are left as they are.

    Raises:
        OSError: a folder or file cannot be written.
    """
    written: list[Path] = []
    left: list[Path] = []
    for folder in (data / name, intents / name):
        folder.mkdir(parents=True, exist_ok=True)
    for template, path in _files(name, data, intents):
        text = Template(template.read_text(encoding="utf-8"))
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text.substitute(name=name, today=date.today().isoformat()))
            written.append(path)
        except FileExistsError:
            left.append(path)
    return written, left


def _files(name: str, data: Path, intents: Path) -> Iterator[tuple[Path, Path]]:
    """Each template, and where it goes."""
    for kind, folder in (("data", data), ("intents", intents)):
        for template in sorted((_TEMPLATES / kind).iterdir()):
            yield template, folder / name / template.name
