"""The concepts that the code knows by name. What words express them is in ``intents/``.

Loading the language fails where one of them is missing there.
"""

from __future__ import annotations

from enum import StrEnum

FILLER = "filler"
"""What words mean that say nothing about the question."""


class Cue(StrEnum):
    """A concept of ``common/concepts.yaml``."""

    HOW_MUCH = "hoeveel"
    HOW = "hoe"
    """How things are, of what may be no number: "hoe staat het met …"."""
    PERCENTAGE = "percentage"
    BOTH = "allebei"
    ALSO = "erbij"
    """Beside what the last question was about, not instead of it."""
    IN_PERCENT = "in_procenten"
    """Says outright that the number is to be a share of a hundred."""
    EXACT_NUMBER = "precies_getal"
    COUNT = "aantal"
    WHEN = "wanneer"
    WHICH_TIER = "welke_groep"
    WHICH_KIND = "welke_soort"
    WHO_OR_WHERE = "wie_of_waar"
    ALL_TIERS = "alle_groepen"
    IS_TRUE = "klopt"
    UP = "omhoog"
    DOWN = "omlaag"
    CHANGED = "veranderd"
    EQUAL = "gelijk"
    MORE = "meer"
    LESS = "minder"
    BETTER = "beter"
    WORSE = "slechter"
    HIGHEST = "hoogste"
    LOWEST = "laagste"
    TREND = "trend"
    PER_YEAR = "per_jaar"
    """Each year; of a number of something, its unit as well: "hoeveel boeken per jaar"."""
    SINCE = "sinds"
    EVERY_TIME = "telkens"
    EVER = "ooit"
    """At one measurement at least; with "niet", at none."""
    DENIED = "ontkend"
    """Asks whether something is untrue."""
    DIFFERENCE = "verschil"
    FACTOR = "factor"
    COMPARE = "vergelijk"
    NOT = "niet"
    REMAINDER = "rest"
    ADD_UP = "optellen"
    AVERAGE = "gemiddelde"
    BREAKDOWN = "uitsplitsing"
    WHY = "waarom"
    REASON = "reden"
    FORECAST = "voorspelling"
    OPINION = "mening"
    ADVICE = "advies"
    SIGNIFICANT = "significant"
    SHOW = "toon"
    CHART = "grafiek"
    FIGURE = "figuur"
    SOURCE = "bron"
    STUDY = "onderzoek"
    NEW_SUBJECT = "nieuw_onderwerp"
    FIRST_CHOICE = "eerste_keuze"
    SECOND_CHOICE = "tweede_keuze"
    THIRD_CHOICE = "derde_keuze"
    GREETING = "begroeting"
    THANKS = "dank"
    GOODBYE = "afscheid"
    ABILITY = "vermogen"
    IDENTITY = "identiteit"
    COMPLIMENT = "compliment"
    INSULT = "belediging"
    HELP = "hulp"
    HOW_ARE_YOU = "hoe_gaat_het"
    AGREED = "akkoord"


class Given(StrEnum):
    """What patterns can ask for that is no concept: found in the form of a message."""

    YES_NO = "ja_nee"
    """The sentence has the order of a yes-or-no question."""
    INDICATOR = "{indicator}"
    TIER = "{tier}"
    TIERS = "{tiers}"
    YEAR = "{year}"
    YEARS = "{years}"
    PERIOD = "{period}"
    NUMBER = "{number}"
    FIGURE = "{figure}"
    BREAKDOWN = "{breakdown}"
    FUNCTION = "{function}"
    EITHER_OR = "keuze"
    """Two of a kind with "of" between them: "gemeenten of provincies"."""
    ELSEWHERE = "elsewhere"
    """A word of another world than the publication's."""


SHARE = frozenset({Cue.HOW_MUCH, Cue.PERCENTAGE})
"""Asks for a number."""
NUMBER = SHARE | {Cue.EXACT_NUMBER}
"""Asks for a number, exact or not."""
CHANGE = frozenset({Cue.UP, Cue.DOWN, Cue.CHANGED})
"""Compares with an earlier year, whether a year is named or not."""
LEVEL = frozenset({Cue.MORE, Cue.LESS, Cue.EQUAL})
"""Compares two values, of any kind."""
EXTREME = frozenset({Cue.HIGHEST, Cue.LOWEST})
CHOICES = (Cue.FIRST_CHOICE, Cue.SECOND_CHOICE, Cue.THIRD_CHOICE)
"""Picks one of the readings that the bot offered."""
PICTURE = frozenset({Cue.FIGURE, Cue.CHART})

ASKING = NUMBER | {
    Cue.IS_TRUE,
    Cue.WHEN,
    Cue.WHICH_TIER,
    Cue.WHICH_KIND,
    Cue.WHY,
    Cue.DIFFERENCE,
    Cue.TREND,
}
"""Makes a question of a sentence."""
KIND: frozenset[str] = (
    CHANGE
    | LEVEL
    | EXTREME
    | {
        Cue.TREND,
        Cue.SINCE,
        Cue.DIFFERENCE,
        Cue.FACTOR,
        Cue.COMPARE,
        Cue.WHEN,
        Cue.WHICH_TIER,
        Cue.WHICH_KIND,
        Cue.WHY,
        Cue.SIGNIFICANT,
        Cue.COUNT,
        Cue.IS_TRUE,
        Cue.SHOW,
        Cue.CHART,
        Cue.FORECAST,
        Cue.OPINION,
        Cue.ADVICE,
        Cue.SOURCE,
        Cue.NOT,
        Given.PERIOD,
    }
)
"""Tells what is asked about a subject; a follow-up with none of these keeps the earlier kind."""
SOCIAL = frozenset(
    {
        Cue.GREETING,
        Cue.THANKS,
        Cue.GOODBYE,
        Cue.ABILITY,
        Cue.IDENTITY,
        Cue.COMPLIMENT,
        Cue.INSULT,
        Cue.HELP,
        Cue.HOW_ARE_YOU,
        Cue.AGREED,
    }
)
"""Speaks to the bot, not about the publication."""
COURTESY = frozenset({Cue.GREETING, Cue.THANKS, Cue.GOODBYE})
"""Stands before or after any question."""
AFTERTHOUGHTS = NUMBER | {
    Cue.WHY,
    Cue.IS_TRUE,
    Cue.SHOW,
    Cue.CHART,
    Cue.SIGNIFICANT,
    Cue.OPINION,
    Cue.ADVICE,
    Cue.COUNT,
}
"""What a later sentence may add to the one that asks."""
COMPARISON = LEVEL | CHANGE | {Cue.DIFFERENCE, Cue.COMPARE, Cue.FACTOR}
"""Sets two values side by side."""
