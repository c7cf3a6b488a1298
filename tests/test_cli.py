"""The command: every subcommand, good and bad use, and input that nobody should send."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from PIL import Image

from bot import __version__
from bot.cli import main
from bot.paths import default_data, default_intents
from tests.readme import PROMPT, README, answered_anew
from tests.talking import engine

KEYS = [
    "question",
    "status",
    "intent",
    "facts",
    "verdict",
    "figure",
    "show_figure",
    "text",
    "suggestions",
    "confidence",
]
COMMANDS = ("ask", "chat", "figure", "data", "check", "evaluate", "explain", "run")
AGGRESSION_2024 = {
    "indicator": "agressie_totaal",
    "tier": "provincies",
    "year": 2024,
    "value": 47,
    "precision": "exact",
}


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine: not from the environment, nor from a .env file here."""
    for name in list(os.environ):
        if name.startswith(("MONITORBOT_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def command(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capfd.readouterr()
        assert isinstance(end.value.code, int)
        return Done(end.value.code, out, err)

    return command


def process(*arguments: str | bytes, stdin: bytes = b"", **options: str) -> Done:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])} | options,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


# Help -------------------------------------------------------------------------------------------


def test_help_names_every_command(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for name in COMMANDS:
        assert re.search(rf"^    {name}\b", done.out, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.code == 0
    assert "--data" in done.out
    assert "--intents" in done.out


def test_version(run: Run) -> None:
    assert run("--version").out == f"monitorbot {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("antwoord",), ("ask", "--xml", "x"), ("figure",)])
def test_wrong_use_is_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "monitorbot" in done.err


# ask --------------------------------------------------------------------------------------------


def test_ask_answers_in_a_process_of_its_own_without_loading_what_it_does_not_need() -> None:
    program = (
        "import sys\n"
        "from bot.cli import main\n"
        "try: main(['ask', 'hoeveel provinciale ambtsdragers kregen agressie in 2024?'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert not {'matplotlib', 'telegram', 'aiohttp', 'starlette'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.stderr == ""
    assert "47%" in done.stdout


def test_ask_json(run: Run) -> None:
    done = run("ask", "--json", "hoeveel provinciale ambtsdragers kregen agressie in 2024?")
    answer = json.loads(done.out)
    assert list(answer) == KEYS
    assert answer["facts"] == [AGGRESSION_2024]
    assert answer["status"] == "answered"


def test_ask_without_a_question_says_what_to_do(run: Run) -> None:
    done = run("ask")
    assert (done.code, done.out) == (2, "")
    assert 'monitorbot ask "figuur 3"' in done.err


def test_ask_jsonl_keeps_conversations_apart(run: Run) -> None:
    turns = [
        ("1", "hoeveel agressie bij gemeenten in 2024?", "a"),
        ("2", "hoeveel verbale agressie in 2024?", "b"),
        ("3", "en in 2022?", "a"),
        ("4", "en in 2022?", "b"),
        ("5", "en in 2022?", None),
    ]
    given = "\n".join(json.dumps({"id": i, "text": t, "conversation": c}) for i, t, c in turns)
    answers = lines(run("ask", "--jsonl", stdin=given.encode()).out)
    assert [list(a) for a in answers] == [["id", *KEYS]] * 5
    assert [a["id"] for a in answers] == ["1", "2", "3", "4", "5"]
    values = [[(f["value"]) for f in a["facts"]] for a in answers]  # type: ignore[attr-defined]
    assert values == [[47], [46], [49], [56], []]
    assert answers[4]["status"] == "clarify"


def test_ask_jsonl_goes_on_after_a_line_that_is_no_question(run: Run) -> None:
    good = b'{"id": 9, "text": "figuur 3"}'
    bad = [
        b"",
        b"hoeveel agressie?",
        b"[1, 2]",
        b'"tekst"',
        b"null",
        b'{"id": 7}',
        b'{"id": 7, "text": 7}',
        b'{"id": NaN, "text": "hoi"}',
        b'{"id": 7, "text": "\xff\xfe"}',
        b'{"id": 7, "text": "hoi"',
        b"[" * 100_000,
        b"\x00\x01\x02",
    ]
    answers = lines(run("ask", "--jsonl", stdin=b"\n".join([*bad, good]) + b"\n").out)
    assert len(answers) == len(bad) + 1
    assert all(isinstance(answer["error"], str) for answer in answers[:-1])
    assert [answers[5]["id"], answers[6]["id"]] == [7, 7]
    assert answers[-1]["figure"] == "3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \t ",
        "a" * 10_000,
        "hoeveel agressie " * 600,
        "\x00\x07\x1b[31m\x7f",
        "🤡🔥👍🏽",
        "\u202ehoeveel agressie in 2024\u202c",
        "\u2028\u2029\u200b\ufeff",
        "é" * 2000,
        "\ud800 hoeveel",
        "<b>47%</b> & {year} {0} %s",
        "999999999999999999999999999999 procent",
        "１２３ ٤٥ ² ½ Ⅳ",
    ],
)
def test_odd_text_gets_an_answer(run: Run, text: str) -> None:
    given = json.dumps({"id": "\ud800\u2028", "text": text})
    done = run("ask", "--jsonl", stdin=given.encode())
    assert (done.code, done.err) == (0, "")
    (answer,) = lines(done.out)
    assert answer["id"] == "\ud800\u2028"
    assert str(answer["text"]).strip()
    assert answer["status"] in ("answered", "partial", "clarify", "not_covered", "social")


@pytest.mark.parametrize("argument", [b"", b"\xff\xfe hoeveel", "🤡".encode(), b"\x1b[31m"])
def test_odd_arguments_are_no_traceback(argument: bytes) -> None:
    done = process("ask", argument)
    assert (done.code, done.err) == (0, "")
    assert done.out.strip()


def test_output_is_utf_8_in_any_locale() -> None:
    question = "hoeveel meldden het extern?"
    done = process("ask", question, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (done.code, done.err) == (0, "")
    assert "één op de zeven" in done.out.lower()


@pytest.fixture
def streaming() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    ) as process:
        yield process
        process.kill()


def ask(process: subprocess.Popen[bytes], text: str) -> dict[str, object]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps({"id": 1, "text": text}).encode() + b"\n")
    process.stdin.flush()
    answer: dict[str, object] = json.loads(process.stdout.readline())
    return answer


def test_ask_jsonl_answers_before_the_next_question_comes(
    streaming: subprocess.Popen[bytes],
) -> None:
    assert ask(streaming, "hallo")["status"] == "social"
    assert ask(streaming, "figuur 3")["figure"] == "3"
    out, err = streaming.communicate(timeout=30)
    assert (streaming.returncode, out, err) == (0, b"", b"")


def test_ctrl_c_is_quiet(streaming: subprocess.Popen[bytes]) -> None:
    ask(streaming, "hallo")
    streaming.send_signal(signal.SIGINT)
    out, err = streaming.communicate(timeout=30)
    assert (streaming.returncode, out, err) == (130, b"", b"")


def test_a_broken_pipe_is_quiet(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_text('{"text": "figuur 3"}\n' * 2000)
    done = subprocess.run(
        [
            "bash",
            "-c",
            '"$0" -m bot ask --jsonl < given | head -1; echo "${PIPESTATUS[0]}"',
            sys.executable,
        ],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    answer, status = done.stdout.splitlines()
    assert (json.loads(answer)["figure"], status, done.stderr) == ("3", "0", "")


def test_the_conversation_in_the_readme_is_real() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme.count(PROMPT) > 3
    assert answered_anew(readme, engine()) == readme, "run `make readme`"


# Charts and tables ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["1.png", "8a.svg", "9.pdf"])
def test_figure(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    done = run("figure", path.stem, "-o", str(path))
    assert done == (0, f"{path}\n", "")
    start = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[path.suffix]
    assert path.read_bytes().startswith(start)


def test_figure_here_by_default_and_dark(run: Run, tmp_path: Path) -> None:
    assert run("figure", "3").out == "figuur-3.png\n"
    run("figure", "3", "--dark", "-o", "dark.png")

    def brightness(name: str) -> float:
        with Image.open(tmp_path / name) as picture:
            pixels = picture.convert("L").resize((1, 1)).getpixel((0, 0))
        assert isinstance(pixels, int)
        return pixels

    assert brightness("figuur-3.png") > 180
    assert brightness("dark.png") < 90


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("figure", "8"), "no figure 8; there are 1, 2, 3, 4, 5, 6, 7, 8a, 8b, 9"),
        (("figure", "../3"), "no figure ../3"),
        (("figure", "3", "-o", "3.gif"), "3.gif: give it a name that ends in .png"),
        (("figure", "3", "-o", "nowhere/3.png"), "nowhere/3.png: cannot be written"),
        (("data", "12"), "no figure 12"),
        (("data", "3", "-o", "3.json"), "3.json: give it a name that ends in .csv or .xlsx"),
    ],
)
def test_what_cannot_be_made_is_one_clear_line(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert said in done.err


def test_data_as_csv_and_xlsx(run: Run, tmp_path: Path) -> None:
    table = list(csv.DictReader(io.StringIO(run("data", "3").out)))
    rows = {(row["indicator"], row["bestuurslaag"], row["jaar"]): row["waarde"] for row in table}
    assert rows["agressie_totaal", "waterschappen", "2018"] == "9"
    assert len(rows) == 18
    path = tmp_path / "3.xlsx"
    assert run("data", "3", "-o", str(path)).out == f"{path}\n"
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert sheet.max_row == 19


# chat -------------------------------------------------------------------------------------------


def test_chat_through_a_pipe_gives_one_answer_a_line(run: Run) -> None:
    given = b"hoeveel agressie bij gemeenten in 2024?\nen in 2022?\n\n\xff\xfe\n/stop\nfiguur 3\n"
    done = run("chat", stdin=given)
    assert (done.code, done.err) == (0, "")
    answers = done.out.splitlines()
    assert len(answers) == 4
    assert "47%" in answers[0]
    assert "49%" in answers[1]
    assert "\033" not in done.out


def test_chat_through_a_pipe_draws_what_was_asked_for(run: Run) -> None:
    done = run("chat", stdin=b"/figuur 8\n2\n")
    clarify, answer, chart = done.out.splitlines()
    assert "8" in clarify
    assert "8b" in answer
    path = Path(chart.partition(": ")[2])
    with Image.open(path) as picture:
        assert picture.format == "PNG"
    shutil.rmtree(path.parent)


class Terminal:
    """Someone at a terminal."""

    def __init__(self, **options: str) -> None:
        self._screen, keyboard = pty.openpty()
        self._chat = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat"],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])} | options,
            preexec_fn=partial(os.login_tty, keyboard),
        )
        os.close(keyboard)
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def reads(self, wanted: str) -> str:
        """What appears, up to the wanted text."""
        seen = ""
        until = time.monotonic() + 30
        while wanted not in seen:
            assert time.monotonic() < until, seen
            if select.select([self._screen], [], [], 1)[0]:
                seen += self._decoder.decode(os.read(self._screen, 65536))
        return seen

    def types(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def end(self, key: str = "") -> int:
        """The exit status, after the end; presses a key until it comes."""
        while self._chat.poll() is None:
            # A key that is pressed before the prompt listens is lost; nobody is that quick.
            self.types(key)
            # A terminal whose last program has gone gives an error instead of an end of file.
            with contextlib.suppress(OSError):
                while select.select([self._screen], [], [], 1)[0]:
                    os.read(self._screen, 65536)
        os.close(self._screen)
        return self._chat.returncode


def test_chat_at_a_terminal() -> None:
    someone = Terminal(TERM="xterm-256color")
    welcome = someone.reads("› ")
    assert "/help" in welcome
    someone.types("hoeveel agressie bij gemeenten in 2024?\n")
    answer = someone.reads("› ")
    assert "47%" in answer
    assert "\033[2mBron: " in answer
    picks = re.findall(r"\033\[1;36m(\d)\033\[0m  (.+?)\r\n", answer)
    assert [number for number, _ in picks] == ["1", "2", "3"]
    someone.types("1\n")
    assert picks[0][1] in someone.reads("› ").partition("\n")[2]
    someone.types("figuur 3\n")
    drawn = someone.reads("› ")
    link = re.search(r"\033\]8;;file://(\S+?)\033\\", drawn)
    assert link
    with Image.open(link[1]) as picture:
        assert picture.format == "PNG"
    shutil.rmtree(Path(link[1]).parent)
    someone.types("/help\n")
    assert "/figuur 3" in someone.reads("› ")
    someone.types("/stop\n")
    assert someone.end() == 0


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_chat_ends_quietly_on_ctrl_c_and_ctrl_d(key: str) -> None:
    someone = Terminal(TERM="xterm-256color", NO_COLOR="1")
    assert "\033[2m" not in someone.reads("› ")
    assert someone.end(key) == 0


# check, evaluate, explain -----------------------------------------------------------------------


def test_check_names_file_and_line_and_fails(run: Run, tmp_path: Path) -> None:
    intents = Path(shutil.copytree(default_intents(), tmp_path / "intents"))
    path = intents / "common" / "concepts.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  hoeveel: |\n", "  hoeveel: |\n    (hoe\n"), encoding="utf-8")
    done = run("check", "--intents", str(intents))
    assert done.code == 1
    assert re.search(r"^intents/common/concepts\.yaml:\d+: error: ", done.out, re.MULTILINE)
    assert re.search(r"^\d+ errors, \d+ warnings$", done.out.splitlines()[-1])


LABELLED = """\
- turns: [hoeveel agressie bij gemeenten, en in 2022?]
  status: [answered]
  facts: [[agressie_totaal, gemeenten, 2022]]
  tags: [follow-up]
- turns: [hallo]
  status: [answered]
  facts: [[agressie_totaal, gemeenten, 2022]]
  tags: [mislabelled]
"""


def test_evaluate_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "some.yaml").write_text(LABELLED, encoding="utf-8")
    item = {
        "turns": ["hoeveel winkeliers werden bedreigd"],
        "expect": {
            "status": ["not_covered"],
            "facts": [],
            "figure": None,
            "show_figure": False,
            "verdict": None,
        },
        "tags": ["near-scope"],
    }
    (tmp_path / "more.jsonl").write_text(json.dumps(item) + "\n", encoding="utf-8")
    done = run("evaluate", "some.yaml", "more.jsonl")
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith("3 questions: correct 2 (66.7%), missed 1")
    assert re.search(r"^mislabelled +1 +0\.0% +1 +0$", done.out, re.MULTILINE)
    assert "- missed: said social, due answered | hallo" in done.out


def test_evaluate_fails_where_an_accepted_question_is_lost(run: Run, tmp_path: Path) -> None:
    intents = Path(shutil.copytree(default_intents(), tmp_path / "intents"))
    folder = tmp_path / "tests" / "questions"
    folder.mkdir(parents=True)
    (folder / "some.yaml").write_text(LABELLED, encoding="utf-8")
    arguments = ("evaluate", "--intents", str(intents))
    accepted = run(*arguments, "--accept")
    assert accepted.code == 0
    assert "new: 2" in accepted.out
    assert json.loads((folder / "accepted.json").read_text(encoding="utf-8")) == {
        "hallo": "missed",
        "hoeveel agressie bij gemeenten / en in 2022?": "correct",
    }
    assert run(*arguments).code == 0
    spelling = intents / "common" / "spelling.yaml"
    text = spelling.read_text(encoding="utf-8")
    spelling.write_text(text.replace("spelling:\n", "spelling:\n  gemeenten: hallo\n"), "utf-8")
    lost = run(*arguments)
    assert lost.code == 1
    assert "lost: 1" in lost.out


def test_evaluate_names_what_is_malformed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"turns": ["x"]}\n', encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("- turns: [x]\n  status: [perfect]\n", encoding="utf-8")
    (tmp_path / "twice.yaml").write_text(LABELLED + LABELLED, encoding="utf-8")
    for name, said in (
        ("bad.jsonl", "bad.jsonl:1: expect: "),
        ("bad.yaml", "bad.yaml:2: "),
        ("twice.yaml", "is there twice"),
        ("absent.yaml", "absent.yaml: not found"),
        ("absent.jsonl", "absent.jsonl: not found"),
    ):
        done = run("evaluate", name)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def test_thresholds(run: Run, tmp_path: Path) -> None:
    (tmp_path / "some.yaml").write_text(LABELLED, encoding="utf-8")
    done = run("evaluate", "some.yaml", "--thresholds")
    assert done.code == 0
    assert done.out.count("← in use") == 2
    assert done.out.count("50.0%") > 2


def test_explain_shows_the_evidence(run: Run) -> None:
    done = run("explain", "hvl agresie bij de waterschappen", "en in 2018?")
    assert done.code == 0
    for said in (
        "tiers: waterschappen",
        "years: 2018",
        "Coverage",
        "{indicator}",
        "answered",
        "9%",
    ):
        assert said in done.out
    repaired = run("explain", "hvl agresie").out
    assert "hvl → hoeveel" in repaired
    assert "agresie → agressie" in repaired
    refused = run("explain", "hoe doe ik aangifte inkomstenbelasting").out
    assert "refused for a word of another subject: inkomstenbelasting" in refused


# Set-up -----------------------------------------------------------------------------------------


def test_run_without_a_token_says_which_setting(run: Run) -> None:
    done = run("run")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("TELEGRAM_BOT_TOKEN: missing")
    assert done.err.count("\n") == 1


def test_run_with_a_bad_setting_says_which(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITORBOT_STORE", "oracle://x")
    done = run("run")
    assert (done.code, done.out) == (2, "")
    assert "MONITORBOT_STORE: not a store" in done.err
    assert done.err.count("\n") == 1


def test_a_truncated_table_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    data = Path(shutil.copytree(default_data(), tmp_path / "data"))
    table = data / "provincies-2024" / "observations.csv"
    table.write_bytes(table.read_bytes()[:-30])
    for arguments in (("ask", "hoi"), ("chat",), ("figure", "3"), ("data", "3"), ("explain", "x")):
        done = run(*arguments, "--data", str(data))
        assert (done.code, done.out) == (2, "")
        assert re.fullmatch(r"monitorbot: .*observations\.csv:53: 2 cells, .*\n", done.err)
    checked = run("check", "--data", str(data))
    assert checked.code == 1
    assert "observations.csv:53: error:" in checked.out


def test_folders_can_be_named_in_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MONITORBOT_DATA", str(tmp_path))
    done = run("ask", "hoi")
    assert done.code == 2
    assert f"{tmp_path}: holds no publication" in done.err
    assert run("ask", "hoi", "--data", str(default_data())).code == 0
