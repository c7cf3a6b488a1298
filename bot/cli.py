"""The command ``monitorbot``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot import __version__
from bot.conversation import Conversation
from bot.data import DataError
from bot.engine import Engine
from bot.language import LanguageError

OK, FAILED, USAGE = 0, 1, 2
KEPT_CONVERSATIONS = 10_000
"""How many conversations ``ask --jsonl`` keeps apart; the longest unused is forgotten first."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 it found a fault, 2 it was called or set up wrongly."""
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except (DataError, LanguageError) as error:
        print(f"monitorbot: {error}", file=sys.stderr)
        status = USAGE
    except BrokenPipeError:
        # The reader is gone (for example `| head`); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = OK
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="monitorbot",
        description="Answers Dutch questions about the Monitor Integriteit en Veiligheid.",
        epilog="Exit status: 0 done, 1 a fault was found, 2 wrong use or set-up, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"monitorbot {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, metavar="DIR", help="other publications")
    common.add_argument("--intents", type=Path, metavar="DIR", help="other language files")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    ask = commands.add_parser(
        "ask",
        parents=[common],
        help="answer one question, or a stream of them",
        description="Answer one question; with --jsonl, one JSON object a line on standard input "
        '({"id": …, "text": …, "conversation": …}) and one answer object a line out.',
    )
    ask.add_argument("question", nargs="?", metavar="VRAAG", help="the question, in Dutch")
    form = ask.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    form.add_argument("--jsonl", action="store_true", help="answer JSON lines from standard input")
    ask.set_defaults(run=_ask)

    return parser


def _engine(parsed: argparse.Namespace) -> Engine:
    return Engine.load(parsed.data, parsed.intents)


def _ask(parsed: argparse.Namespace) -> int:
    if parsed.jsonl:
        if parsed.question is not None:
            print("monitorbot: --jsonl reads standard input; leave out VRAAG", file=sys.stderr)
            return USAGE
        engine = _engine(parsed)
        for line in _answer_lines(engine, sys.stdin.buffer):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return OK
    if parsed.question is None:
        print('monitorbot: ask what? For example: monitorbot ask "figuur 3"', file=sys.stderr)
        return USAGE
    answer = _engine(parsed).ask(_text(parsed.question))
    print(json.dumps(answer.as_dict(), ensure_ascii=False) if parsed.json else answer.full_text)
    return OK


def _text(argument: str) -> str:
    # Bytes that are not UTF-8 reach an argument as lone surrogates, which cannot be printed.
    return argument.encode("utf-8", "replace").decode("utf-8", "replace")


def _answer_lines(engine: Engine, lines: Iterable[bytes]) -> Iterator[str]:
    """One JSON line out for each line in; conversations are kept apart by their name."""
    conversations: OrderedDict[str, Conversation] = OrderedDict()
    for raw in lines:
        yield json.dumps(_answer_line(engine, raw, conversations), ensure_ascii=False)


def _answer_line(
    engine: Engine, raw: bytes, conversations: OrderedDict[str, Conversation]
) -> dict[str, Any]:
    try:
        message = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return {"id": None, "error": "not a JSON object in UTF-8 on one line"}
    if not isinstance(message, dict):
        return {"id": None, "error": 'not an object; send {"id": …, "text": …}'}
    if not isinstance(message.get("text"), str):
        return {"id": message.get("id"), "error": '"text" is missing or not a string'}
    name = message.get("conversation")
    key = None if name is None else json.dumps(name, sort_keys=True)
    before = conversations.pop(key, None) if key is not None else None
    text = _text(message["text"])
    answer = engine.ask(text, before)
    if key is not None:
        conversations[key] = answer.conversation
        while len(conversations) > KEPT_CONVERSATIONS:
            conversations.popitem(last=False)
    return {"id": message.get("id"), **answer.as_dict()}
