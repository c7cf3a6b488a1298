"""The command ``monitorbot``: reads the command line, and loads only what a command needs."""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import __version__

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.data import Publication
    from bot.engine import Engine

OK, FAULT, USAGE, INTERRUPTED = 0, 1, 2, 130
KEPT_CONVERSATIONS = 10_000
"""How many conversations ``ask --jsonl`` keeps apart; the longest unused is forgotten first."""
CHART_FORMATS = ("png", "svg", "pdf")
TABLE_FORMATS = ("csv", "xlsx")

Run = Callable[[argparse.Namespace], int]
"""Does what a command is for; the exit status."""
Command = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what runs it, a summary, and more about it."""


class UsageError(Exception):
    """The command was called wrongly; the message is one line with the cure."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 it found a fault, 2 it was called or set up wrongly."""
    try:
        _speak_utf8()
        status = _run(_parser().parse_args(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader is gone (for example `| head`); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = OK
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


def _run(parsed: argparse.Namespace) -> int:
    # Loaded here, so that Ctrl-C is quiet while they load, and --help does not wait for them.
    from bot.files import FileError

    try:
        status: int = parsed.run(parsed)
    except FileError as error:
        more = len(error.faults) - 1
        others = f" ({more} more; monitorbot check lists them)" if more else ""
        print(f"monitorbot: {error.faults[0]}{others}", file=sys.stderr)
        return USAGE
    except UsageError as error:
        print(f"monitorbot: {error}", file=sys.stderr)
        return USAGE
    return status


def _speak_utf8() -> None:
    # Whatever the locale: bytes that are no UTF-8 are read as �, and nothing fails to be written.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="monitorbot",
        description="Answers questions in Dutch with the numbers of a factsheet, and no others.",
        epilog="Exit status: 0 done, 1 a fault was found, 2 wrong use or set-up, 130 interrupted. "
        "More about a command: monitorbot COMMAND --help",
    )
    parser.add_argument("--version", action="version", version=f"monitorbot {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    folders = _folders()

    def command(name: str, run: Run, summary: str, more: str = "") -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(
            name, parents=[folders], help=summary, description=f"{summary}. {more}"
        )
        added.set_defaults(run=run)
        return added

    for add in (_to_ask, _to_draw, _to_keep_sound, _to_serve):
        add(command)
    return parser


def _folders() -> argparse.ArgumentParser:
    """Where everything is: what all commands take."""
    folders = argparse.ArgumentParser(add_help=False)
    for name, what in (("data", "publications"), ("intents", "language files")):
        variable = f"MONITORBOT_{name.upper()}"
        folders.add_argument(
            f"--{name}",
            type=Path,
            metavar="DIR",
            default=os.environ.get(variable) or None,
            help=f"folder of {what} (default: {variable}, or the shipped ones)",
        )
    return folders


def _to_ask(command: Command) -> None:
    ask = command(
        "ask",
        _ask,
        "Answer one question, or a stream of them",
        'With --jsonl: one JSON object a line on standard input, {"id": …, "text": …, '
        '"conversation": …}, and one answer object a line out, in the same order.',
    )
    ask.add_argument("question", nargs="?", metavar="VRAAG", help="the question, in Dutch")
    form = ask.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    form.add_argument("--jsonl", action="store_true", help="answer JSON lines from standard input")
    command(
        "chat",
        _chat,
        "Talk in the terminal",
        "Follow-ups and charts are picked by number; /help tells more, /stop stops. Through a "
        "pipe: one question a line in, one answer out. NO_COLOR turns colours off.",
    )
    explain = command(
        "explain",
        _explain,
        "Show how a question is read, and why it is answered so",
        "With several questions: the turns of one conversation, of which the last is explained.",
    )
    explain.add_argument("turns", nargs="+", metavar="VRAAG", help="a question, in Dutch")


def _to_draw(command: Command) -> None:
    figure = command("figure", _figure, "Draw a figure of the source")
    data = command("data", _data, "Give the numbers of a figure as a table")
    for added, formats, default in (
        (figure, CHART_FORMATS, "figuur-N.png here"),
        (data, TABLE_FORMATS, "CSV on standard output"),
    ):
        added.add_argument("number", metavar="N", help="the figure's number, such as 3 or 8a")
        added.add_argument(
            "--publication", metavar="NAME", help="whose figure (default: the newest that has it)"
        )
        added.add_argument(
            "-o",
            "--output",
            type=Path,
            metavar="FILE",
            help=f"where to, .{', .'.join(formats)} (default: {default})",
        )
    figure.add_argument("--dark", action="store_true", help="light on dark")


def _to_keep_sound(command: Command) -> None:
    command(
        "check",
        _check,
        "Check data and language files",
        "Each finding is a line FILE:LINE: error or warning: what, and the cure. Exit status 1 "
        "where there are errors; warnings do not fail.",
    )
    evaluate = command(
        "evaluate",
        _evaluate,
        "Put labelled questions to the bot and judge the answers",
        "Without FILES: tests/questions/, compared with the result that was last accepted; exit "
        "status 1 where a question changed for the worse.",
    )
    evaluate.add_argument("files", nargs="*", type=Path, metavar="FILES", help=".yaml or .jsonl")
    evaluate.add_argument("--accept", action="store_true", help="keep this result to compare with")
    evaluate.add_argument(
        "--thresholds", action="store_true", help="what other thresholds would have given"
    )
    new = command(
        "new-publication",
        _new_publication,
        "Lay out the files of a new publication",
        "Writes NAME in the folders of data and intents, with commented examples; what is there is "
        "left as it is. After that, check tells what is missing.",
    )
    new.add_argument("name", metavar="NAME", help="such as bibliotheken-2023")


def _to_serve(command: Command) -> None:
    command(
        "run",
        _serve,
        "Serve Telegram",
        "Needs TELEGRAM_BOT_TOKEN, in the environment or in .env; stops on SIGTERM or Ctrl-C.",
    )


def _engine(parsed: argparse.Namespace) -> Engine:
    gc.disable()  # What is loaded stays: to look for garbage in it takes a tenth of the time.
    try:
        from bot.engine import Engine

        return Engine.load(parsed.data, parsed.intents)
    finally:
        gc.enable()


# ask ------------------------------------------------------------------------------------------


def _ask(parsed: argparse.Namespace) -> int:
    if parsed.jsonl:
        if parsed.question is not None:
            raise UsageError("--jsonl reads standard input; leave out VRAAG")
        for line in _answer_lines(_engine(parsed), sys.stdin.buffer):
            print(line, flush=True)
        return OK
    if parsed.question is None:
        raise UsageError('ask what? For example: monitorbot ask "figuur 3"')
    answer = _engine(parsed).ask(_text(parsed.question))
    print(_json(answer.as_dict()) if parsed.json else answer.full_text)
    return OK


def _text(argument: str) -> str:
    # Bytes that are not UTF-8 reach an argument as lone surrogates, which cannot be printed.
    return argument.encode("utf-8", "replace").decode("utf-8", "replace")


def _json(message: dict[str, Any]) -> str:
    text = json.dumps(message, ensure_ascii=False)
    # Half characters and invisible line ends in what came in go back as escapes, as they came.
    return text if text.isprintable() else json.dumps(message)


def _answer_lines(engine: Engine, lines: Iterable[bytes]) -> Iterator[str]:
    """One JSON line out for each line in; conversations are kept apart by their name."""
    conversations: OrderedDict[str, Conversation] = OrderedDict()
    for raw in lines:
        yield _json(_answer_line(engine, raw, conversations))


def _answer_line(
    engine: Engine, raw: bytes, conversations: OrderedDict[str, Conversation]
) -> dict[str, Any]:
    try:
        message = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {"id": None, "error": "not a JSON object in UTF-8 on one line"}
    if not isinstance(message, dict):
        return {"id": None, "error": 'not an object; send {"id": …, "text": …}'}
    if not isinstance(message.get("text"), str):
        return {"id": message.get("id"), "error": '"text" is missing or not a string'}
    name = message.get("conversation")
    key = None if name is None else json.dumps(name, sort_keys=True)
    before = conversations.pop(key, None) if key is not None else None
    answer = engine.ask(_text(message["text"]), before)
    if key is not None:
        conversations[key] = answer.conversation
        while len(conversations) > KEPT_CONVERSATIONS:
            conversations.popitem(last=False)
    return {"id": message.get("id"), **answer.as_dict()}


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# The other commands ---------------------------------------------------------------------------


def _chat(parsed: argparse.Namespace) -> int:
    from bot.chat import chat
    from bot.paths import default_intents

    return chat(_engine(parsed), parsed.intents or default_intents())


def _figure(parsed: argparse.Namespace) -> int:
    from bot.answer import ChartRequest
    from bot.charts import draw

    path = parsed.output or Path(f"figuur-{parsed.number}.png")
    fmt = _format(path, CHART_FORMATS)
    engine = _engine(parsed)
    publication, figure = _find_figure(engine, parsed)
    request = ChartRequest(publication.name, figure)
    picture = draw(publication, request, engine.language.charts, fmt=fmt, dark=parsed.dark)
    _write(path, picture)
    print(path)
    return OK


def _data(parsed: argparse.Namespace) -> int:
    from bot.export import export

    fmt: Any = _format(parsed.output, TABLE_FORMATS) if parsed.output else "csv"
    engine = _engine(parsed)
    table = export(*_find_figure(engine, parsed), fmt, engine.language.charts)
    if parsed.output is None:
        sys.stdout.buffer.write(table)
        return OK
    _write(parsed.output, table)
    print(parsed.output)
    return OK


def _find_figure(engine: Engine, parsed: argparse.Namespace) -> tuple[Publication, str]:
    """The newest publication that has the figure, or the one that is named, and the figure's id."""
    names = [publication.name for publication in engine.publications]
    named: str | None = parsed.publication
    if named not in (None, *names):
        known = ", ".join(names)
        raise UsageError(f"there is no publication {_text(named or '')}; there is {known}")
    publications = [p for p in engine.publications if named in (None, p.name)]
    figure = parsed.number.lower()
    for publication in reversed(publications):
        if figure in publication.figures:
            return publication, figure
    known = ", ".join(name for publication in publications for name in publication.figures)
    raise UsageError(f"there is no figure {_text(parsed.number)}; there are {known}")


def _format(path: Path, known: Sequence[str]) -> Any:
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in known:
        raise UsageError(f"{path}: give it a name that ends in .{' or .'.join(known)}")
    return suffix


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _check(parsed: argparse.Namespace) -> int:
    from bot.check import check
    from bot.paths import default_data, default_intents

    return check(parsed.data or default_data(), parsed.intents or default_intents())


def _evaluate(parsed: argparse.Namespace) -> int:
    from bot.evaluate import evaluate
    from bot.evaluate.questions import questions_folder
    from bot.evaluate.thresholds import thresholds
    from bot.paths import default_intents

    folder = questions_folder(parsed.intents or default_intents())
    if parsed.thresholds:
        return thresholds(_engine(parsed), folder, parsed.files)
    if parsed.accept and parsed.files:
        raise UsageError("--accept keeps the result of all questions; leave out FILES")
    return evaluate(_engine(parsed), folder, parsed.files, accept=parsed.accept)


def _explain(parsed: argparse.Namespace) -> int:
    from bot.explain import explain

    print(explain(_engine(parsed), [_text(turn) for turn in parsed.turns]))
    return OK


def _new_publication(parsed: argparse.Namespace) -> int:
    from bot.paths import default_data, default_intents
    from bot.scaffold import new_publication

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", parsed.name) or parsed.name == "common":
        raise UsageError(
            f"{_text(parsed.name)}: use small letters, digits and - such as bibliotheken-2023"
        )
    data, intents = parsed.data or default_data(), parsed.intents or default_intents()
    try:
        written, left = new_publication(parsed.name, data, intents)
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be written: {error.strerror}") from None
    for path in written:
        print(f"new   {path}")
    for path in left:
        print(f"left  {path}")
    given = [f" --{n} {p}" for n in ("data", "intents") if (p := getattr(parsed, n))]
    print(
        f"\nFill in {data / parsed.name} first (its README.md explains each file), then "
        f"{intents / parsed.name}.\nAfter each file: monitorbot check{''.join(given)}\n"
        "The whole way, with an example: docs/add-a-publication.md"
    )
    return OK


def _serve(parsed: argparse.Namespace) -> int:
    from bot.engine import Engine
    from bot.settings import SettingsError, load_settings

    given = {"data": parsed.data, "intents": parsed.intents}
    try:
        settings = load_settings(**{name: path for name, path in given.items() if path})
    except SettingsError as error:
        raise UsageError(error) from None
    from bot.telegram import run

    return run(Engine.load(settings.data, settings.intents), settings)
