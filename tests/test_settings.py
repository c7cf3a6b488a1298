"""Settings: from the environment and .env; each fault one line that names variable and cure."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings

NAMES = [str(field.validation_alias) for field in Settings.model_fields.values()]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_is_needed_without_telegram() -> None:
    settings = load_settings()
    assert settings.token is None
    assert settings.base_url == "https://api.telegram.org"
    assert settings.store.startswith("sqlite:///")
    assert settings.store.endswith("state.sqlite")


def test_every_setting_is_described() -> None:
    text = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([A-Z_]+)` \| ", text, re.MULTILINE))
    assert described == set(NAMES)


def test_dotenv_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "TELEGRAM_BOT_TOKEN=123:dotenv\nTELEGRAM_BASE_URL=http://localhost:8081/\nOTHER=1\n"
    )
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:environment")
    settings = load_settings()
    assert settings.token
    assert settings.token.get_secret_value() == "123:environment"
    assert settings.base_url == "http://localhost:8081"


def test_the_token_does_not_show() -> None:
    assert "geheim" not in repr(load_settings(TELEGRAM_BOT_TOKEN="123:geheim"))


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("TELEGRAM_BOT_TOKEN", "geheim", "BotFather"),
        ("TELEGRAM_BASE_URL", "localhost:8081", "https://"),
        ("MONITORBOT_STORE", "mysql://x", "sqlite:///PATH"),
        ("MONITORBOT_LISTEN", "8080", "host:port"),
        ("MONITORBOT_HEALTH_LISTEN", "localhost:99999", "host:port"),
        ("MONITORBOT_WEBHOOK_SECRET", "een geheim", "A-Z"),
        ("MONITORBOT_WEBHOOK_URL", "example.org", "https://"),
        ("MONITORBOT_WEBHOOK_URL", "http://example.org/x", "https"),
        ("MONITORBOT_DATA", "/nergens", "no such folder"),
        ("MONITORBOT_INTENTS", "/nergens", "no such folder"),
        ("MONITORBOT_LOG_FORMAT", "xml", "json"),
    ],
)
def test_a_malformed_setting_is_one_line_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, cure: str
) -> None:
    monkeypatch.setenv(name, value)
    if value.startswith("http://example"):
        monkeypatch.setenv("MONITORBOT_WEBHOOK_SECRET", "x")
    with pytest.raises(SettingsError) as error:
        load_settings()
    message = str(error.value)
    assert message.startswith(f"{name}: ")
    assert cure in message
    assert "\n" not in message
    assert "geheim" not in message


def test_a_webhook_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITORBOT_WEBHOOK_URL", "https://example.org/telegram")
    with pytest.raises(SettingsError, match="MONITORBOT_WEBHOOK_SECRET: missing"):
        load_settings()


def test_run_without_a_token_is_one_line_and_status_2() -> None:
    code = (
        "import sys; from bot.telegram import run; from bot.engine import Engine; "
        "from bot.settings import load_settings; sys.exit(run(Engine.load(), load_settings()))"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root), "PATH": "", "HOME": str(root)},
        cwd="/",
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("TELEGRAM_BOT_TOKEN: missing")
    assert done.stderr.count("\n") == 1
