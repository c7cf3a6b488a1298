"""Where data and intents are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "resources"
_ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent


def default_data() -> Path:
    """The folder of the shipped publications."""
    return _ROOT / "data"


def default_intents() -> Path:
    """The folder of the shipped language."""
    return _ROOT / "intents"


def common_folder(intents: Path) -> Path:
    """What all publications share, of a folder of language; the shipped one where it has none."""
    own = intents / "common"
    return own if own.is_dir() else default_intents() / "common"
