"""Reads the files that people fill in, and says in plain words what is wrong: file, line, cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar, get_args

import yaml
from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend in a file."""

    path: Path
    line: int
    """From 1; of a table, the row as a spreadsheet numbers it. 0 for the whole of it."""
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{where}: {self.message}"


class FileError(Exception):
    """Files cannot be used: all that is to be mended in them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    @classmethod
    def at(cls, path: Path, line: int, message: str) -> Self:
        """One fault."""
        return cls([Fault(path, line, message)])


class DataError(FileError):
    """A publication in ``data/`` cannot be used."""


class LanguageError(FileError):
    """A file in ``intents/``, or one with questions, cannot be used."""


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into its model.

    Raises:
        LanguageError: it is missing or malformed.
    """
    text = read_text(path, LanguageError)
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        faults = [Fault(path, line, message) for line, message in _repeated(node)]
        content = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"not valid YAML: {error.problem}; look at indents, quotes and colons"
        raise LanguageError.at(path, line, message) from None
    except (yaml.YAMLError, ValueError) as error:
        raise LanguageError.at(path, 1, f"not valid YAML: {error}") from None
    finally:
        loader.dispose()
    try:
        read = model.model_validate({} if content is None else content)
    except ValidationError as error:
        faults += faults_of(error, path, model, node)
        raise LanguageError(faults) from None
    if faults:
        raise LanguageError(faults)
    return read


def read_text(path: Path, kind: type[FileError]) -> str:
    """The text of a file; where it cannot be read, an error of that kind says so."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise kind.at(path, 0, "not found; this file is needed") from None
    except UnicodeDecodeError:
        raise kind.at(path, 0, "not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise kind.at(path, 0, f"cannot be read: {error.strerror}") from None


# Where things stand ---------------------------------------------------------------------------


def lines_of(path: Path) -> yaml.Node | None:
    """A sound YAML file, with its lines."""
    return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)


def line_in(node: yaml.Node | None, keys: Iterable[object]) -> int:
    """The line (from 1) of a key in a YAML document; the nearest parent where it is not there."""
    return _find(node, keys)[0]


def text_line_in(node: yaml.Node | None, keys: Iterable[object]) -> int:
    """The line where the text behind a key starts."""
    line, found = _find(node, keys)
    return first_line(found) if isinstance(found, yaml.ScalarNode) else line


def first_line(text: yaml.ScalarNode) -> int:
    """The line where a text starts: of a block, the one after its mark."""
    return int(text.start_mark.line) + (2 if text.style in ("|", ">") else 1)


def _find(node: yaml.Node | None, keys: Iterable[object]) -> tuple[int, yaml.Node | None]:
    line = 1
    for key in map(str, keys):
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == key), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
            node = node.value[int(key)]
            line = node.start_mark.line + 1
    return line, node


def _repeated(node: yaml.Node | None) -> Iterable[tuple[int, str]]:
    """Keys that stand twice in the same place: of those YAML keeps only the last."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                yield line, f"'{key.value}' is there already, in line {seen[key.value]}; join them"
            seen.setdefault(key.value, line)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)


# What pydantic found, in plain words ------------------------------------------------------------


class LineError(ValueError):
    """Something is wrong in a line of a text; ``line`` counts from 0, within the text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def faults_of(
    error: ValidationError, path: Path, model: type[BaseModel], node: yaml.Node | None
) -> list[Fault]:
    """Everything that was wrong with a file: what it should hold, and what it does."""
    faults = []
    for found in error.errors(include_url=False):
        keys = [key for key in found["loc"] if key != "[key]"]
        cause = found.get("ctx", {}).get("error")
        if isinstance(cause, LineError):
            line = text_line_in(node, keys) + cause.line
        else:
            line = line_in(node, keys)
        message = ": ".join(filter(None, [".".join(map(str, keys)), in_words(found, model)]))
        faults.append(Fault(path, line, message))
    return sorted(faults, key=lambda fault: fault.line)


def in_words(found: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with one value, and the cure."""
    kind, given, context = found["type"], found["input"], found.get("ctx", {})
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return _unknown(str(found["loc"][-1]), _keys(model, found["loc"][:-1]))
    if given is None or given == "" or kind == "string_too_short":
        spare = given is None and not _is_needed(model, found["loc"])
        return "is empty; fill it in" + (", or leave the key out" if spare else "")
    if kind == "literal_error" or kind == "enum":
        return f"'{given}' is none of {context['expected'].replace(' or ', ', ')}"
    words = _MESSAGES.get(kind)
    if words:
        return words.format(given=given, **context)
    if kind == "value_error":
        return str(context["error"])
    return f"{found['msg'][0].lower()}{found['msg'][1:]} (found '{given}')"


_MESSAGES = {
    "string_type": "must be a text; put quotes around it, or a | behind the key",
    "invalid_key": "must be a text; put quotes around the key",
    "int_parsing": "'{given}' is no whole number",
    "int_type": "'{given}' is no whole number",
    "int_from_float": "'{given}' is no whole number",
    "float_parsing": "'{given}' is no number; write digits, and a point for decimals: 11.4",
    "float_type": "'{given}' is no number; write digits, and a point for decimals: 11.4",
    "bool_parsing": "'{given}' must be true or false",
    "bool_type": "'{given}' must be true or false",
    "list_type": "must be a list: on each line a - and an item, or [a, b]",
    "tuple_type": "must be a list: [a, b]",
    "dict_type": "must hold keys, indented, each with its own value",
    "model_type": "must hold keys, indented, each with its own value",
    "model_attributes_type": "must hold keys, indented, each with its own value",
    "greater_than_equal": "'{given}' is too low; it must be {ge} or more",
    "less_than_equal": "'{given}' is too high; it must be {le} or less",
    "too_short": "holds too little; it must hold {min_length} or more",
    "too_long": "holds too much; it may hold {max_length} at most",
    "string_too_long": "is too long; it may have {max_length} characters at most",
    "string_pattern_mismatch": "'{given}' does not have the form {pattern}",
}


def _unknown(key: str, known: Sequence[str]) -> str:
    alike = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {alike[0]}? " if alike else ""
    return f"there is no such key; {hint}There can be: {', '.join(known)}"


def _is_needed(model: type[BaseModel], place: Sequence[int | str]) -> bool:
    """Whether a file lacks something without the key at a place."""
    kind = _kind(model, place[:-1])
    fields = kind.model_fields if _is_model(kind) else {}
    return any(
        field.is_required() for name, field in fields.items() if (field.alias or name) == place[-1]
    )


def _keys(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """The keys that there can be at a place in a file."""
    kind = _kind(model, place)
    fields = kind.model_fields if _is_model(kind) else {}
    return [field.alias or name for name, field in fields.items()]


def _kind(model: type[BaseModel], place: Sequence[int | str]) -> Any:
    """What should stand at a place in a file."""
    kind: Any = model
    for key in place:
        if _is_model(kind) and issubclass(kind, RootModel):
            kind = kind.model_fields["root"].annotation
        if _is_model(kind):
            named = {field.alias or name: field for name, field in kind.model_fields.items()}
            kind = named[str(key)].annotation if str(key) in named else None
        else:
            # A list or a mapping: what it holds is named last.
            kind = (get_args(kind) or (None,))[-1]
    return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
