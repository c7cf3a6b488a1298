"""Plain words out of a raw message: no markup, no accents, no capitals, cut into sentences."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from unicode_rbnf import RbnfEngine

MAX_CHARACTERS = 4096
"""What is read of a message; Telegram allows no more in one."""

_DECIMALS = 6
"""More than a source prints: what lies behind them is how computers subtract (26 - 22.8)."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_URL = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_MENTION = re.compile(r"(?<!\w)@\w+")
_SHORT_YEAR = re.compile(r"['’‘`´](\d\d)(?!\d|\s*(?:%|(?i:procent)))")
_ABBREVIATION = re.compile(r"\b(?:[a-zA-Z]\.){2,}")
_SLASHED = re.compile(r"\b([a-zA-Z])/(?=[a-zA-Z]\b)")
"""An abbreviation with a stroke: "t/m"."""
_ORDINAL = re.compile(r"\b(\d{1,2})(?:e|ste|de)\b")
"""An ordinal in digits: "8e"."""
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}\b)")
_NO_YEAR = re.compile(r"(?<![\d.])([12])\.(\d{3})\b(?![.,]\d)")
"""A number that could be a year, were it not for its dot: "2.000"."""
_APOSTROPHE = re.compile(r"['’‘`´]")
_WORD = re.compile(
    r"\d+(?:,\d+)?(?!\d)|[a-z]+|%|[.!?\n;…]+|[^\s\w,:()\"“”„\-/&+*_~`#=|{}\[\]<>^°'’]"
)
_PHRASE_WORD = re.compile(r"\d+(?:,\d+)?(?!\d)|[a-z]+|%")
_DASH = re.compile(r"[\u2010-\u2015]")
"""Dashes of all lengths join or set apart, and end no sentence: "2014–2024"."""
_STUCK = re.compile(r"(?<=[a-zA-Z]{3})(?=\d)|(?<=\d)(?=[a-zA-Z]{3})")
"""Between a word and a number without their space: "nee2020"."""
_LONGEST_SHORT = 4
"""An abbreviation before a number has no more letters than this."""
THOUSAND = 1000
_DECIMAL_POINT = re.compile(r"(?<![\d.,])(\d{1,3})\.(\d{1,2})(?![\d.,])")
"""A decimal point where Dutch writes a comma: "7.4"."""
_CENTS = re.compile(r"(\d+) euro (\d\d)(?!\d)")
_EURO = re.compile(r"€\s?(\d[\d.]*(?:,\d+)?)(?:,-)?")
_BREAK = re.compile(r"[.!?\n;…]|[^\x00-\u024f]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message."""

    text: str
    """Lower case, without accents; digits as digits; a percent sign as ``%``."""
    capital: bool = False
    """Written with a capital although no sentence starts here: probably a name."""


def plain(text: str) -> str:
    """Lower case without accents, apostrophes or invisible characters."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
        text = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf", "Cc"))
    return _APOSTROPHE.sub("", text).lower()


def words_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase from the language files, as a message would give them."""
    return tuple(map(digits, _PHRASE_WORD.findall(plain(phrase))))


def sentences_of(message: str) -> list[list[Word]]:
    """The sentences of a message; empty where it holds no word. Never raises."""
    text = unicodedata.normalize("NFKC", unescape(message[:MAX_CHARACTERS]))
    text = _URL.sub(" ", _TAG.sub(" ", text))
    text = _MENTION.sub(" ", text)
    text = _DASH.sub(" ", text)
    text = _SHORT_YEAR.sub(r" 20\1", text)
    text = _ABBREVIATION.sub(lambda match: match[0].replace(".", ""), text)
    text = _SLASHED.sub(r"\1", text)
    text = _ORDINAL.sub(r"\1", text)
    text = _NO_YEAR.sub(r"\1\2,0", text)
    text = _THOUSANDS.sub("", text)
    text = _DECIMAL_POINT.sub(r"\1,\2", text)
    text = _CENTS.sub(r"\1,\2 euro", _EURO.sub(r"\1 euro", text))
    text = _STUCK.sub(" ", text)
    text = _APOSTROPHE.sub("", text)
    text = "".join(
        c
        for c in unicodedata.normalize("NFD", text)
        if c == "\n" or unicodedata.category(c) not in ("Mn", "Cf", "Cc", "Cs", "Co", "Cn")
    )
    sentences: list[list[Word]] = [[]]
    for match in _WORD.finditer(text.lower()):
        sign = match[0]
        if sign == "%" or (sign[0].isascii() and sign[0].isalnum()):
            # "Henk" is probably a name; "HENK" may be shouted as all the rest is.
            typed = text[match.start() : match.end()]
            capital = bool(sentences[-1]) and typed.istitle() and len(typed) > 1
            sentences[-1].append(Word(sign, capital))
        elif _BREAK.match(sign) and sentences[-1]:
            numbered = text[match.end() : match.end() + 2].strip()[:1].isdigit()
            if sign == "." and numbered and len(sentences[-1][-1].text) <= _LONGEST_SHORT:
                continue  # "fig. 3", "nr. 2"
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


@lru_cache(maxsize=1)
def number_words() -> dict[str, int]:
    """Dutch cardinals of one word: 0 to 100, whole hundreds, and the years 1990 to 2039."""
    engine = RbnfEngine.for_language("nl")
    values = [*range(101), THOUSAND, *range(1990, 2040)]
    words = {value: plain(engine.format_number(value).text) for value in values}
    hundred, thousand = words[100], words[THOUSAND]
    spoken = {words[20] + words[tail]: 2000 + tail for tail in range(10, 40)}  # "twintigtwintig"
    # Put together here, as the engine takes a quarter of a second for them.
    for count in range(2, 100):
        spoken[words[count] + hundred] = 100 * count  # "twaalfhonderd"
    for count in range(1, 101):
        start = (words[count] if count > 1 else "") + thousand
        spoken[start] = THOUSAND * count
        for hundreds in range(1, 10):  # "twaalfduizendvijfhonderd"
            rest = (words[hundreds] if hundreds > 1 else "") + hundred
            spoken[start + rest] = THOUSAND * count + 100 * hundreds
    return spoken | {word: value for value, word in words.items()}


def digits(word: str) -> str:
    """A number in words as digits ("drie" is "3"), so that both are one word; else the word.

    "een" stays: it is an article more often than a number.
    """
    return _in_digits().get(word, word)


@lru_cache(maxsize=1)
def _in_digits() -> dict[str, str]:
    return {word: str(value) for word, value in number_words().items() if value > 1}


def dutch_number(value: float, decimals: int = 0) -> str:
    """A number in Dutch notation, with at least so many decimals: 1.250, 3,5 and 5,10."""
    value = round(value, _DECIMALS)
    text = f"{value:,.{decimals}f}" if value == round(value, decimals) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,"))
