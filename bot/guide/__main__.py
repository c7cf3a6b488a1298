"""Writes the guide for users and its pictures: ``python -m bot.guide``."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.engine import Engine
from bot.guide.page import PICTURES, Page
from bot.guide.texts import load_guide
from bot.paths import default_data, default_intents
from bot.telegram.texts import load_texts


def main() -> None:
    """Write the page and the pictures of chats, and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bot.guide")
    parser.add_argument("--page", type=Path, default=Path("docs/gebruik.md"))
    parser.add_argument("--data", type=Path, default=default_data(), help="folder of publications")
    parser.add_argument("--intents", type=Path, default=default_intents(), help="language files")
    options = parser.parse_args()
    engine = Engine.load(options.data, options.intents)
    guide = load_guide(options.intents, engine.publications)
    page = Page(engine, guide, load_texts(options.intents))
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page.markdown(), encoding="utf-8")
    print(options.page)
    folder = options.page.parent / PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    for name in page.chats():
        path = folder / f"{name}.png"
        path.write_bytes(page.picture(name))
        print(path)


if __name__ == "__main__":
    main()
