"""A publication that shares nothing with the real one: other tiers, years, units and figures."""

from __future__ import annotations

import json
from pathlib import Path

from bot.data import Publication
from bot.tables import load_publication

_TABLES = {
    "tiers": """\
id,name,members
regio,regio's,medewerkers van veiligheidsregio's
ministerie,ministeries,medewerkers van ministeries
""",
    "indicators": """\
id,name,short,kind,group,question,statement,complement,note,unprinted,measure,years
meldingen,meldingen,meldingen,share,,Hoeveel?,In {year} waren er {value} bij {tier},,,,,
beroep,meldingen aan de balie,balie,share,plek,Hoeveel?,In {year} waren er {value} aan de balie,,,,,
online,meldingen op internet,internet,share,plek,Hoeveel?,In {year} {value} op internet,,,,,
elders,meldingen op andere plekken,elders,share,plek,Hoeveel?,In {year} waren er {value} elders,,,,,
verzuim,dagen ziek per medewerker,verzuim,share,,Hoeveel?,In {year} was dat {value},,,,,
schade,schade in de organisatie,schade,share,,Hoeveel?,In {year} was dat {value},,,,,
kans,kans op herhaling,kans,share,,Hoeveel?,In {year} was dat {value},,,het precieze getal,,
""",
    "figures": """\
id,number,page,form,printed,title,finding,measured,known,unknown
A,1,4,grouped,all,meldingen,Ministeries krijgen de meeste meldingen,Aantal meldingen naar jaar,,
B,2,4,stacked,all,plek,Internet groeit het hardst,Aantal meldingen bij regio's naar plek,,
C,3,5,lines,all,verzuim en schade,Verzuim loopt op in alle regio's,Dagen per medewerker,,
D,4,6,number,text,schade,De schade is groot,Schade in de organisatie (2025),,
E,5,6,words,words,kans,Ongeveer zeventienhonderd keer,Kans op herhaling (2025),,
""",
    "series": """\
figure,indicator,tier,label
A,meldingen,regio,Regio's
A,meldingen,ministerie,Ministeries
B,beroep,regio,Balie
B,online,regio,Internet
B,elders,regio,Elders
C,verzuim,regio,Regio's
C,verzuim,ministerie,Ministeries
C,beroep,ministerie,Balie van ministeries
D,schade,regio,Schade
E,kans,regio,Kans
""",
    "reasons": """\
indicator,tier,year,rank,text,page
meldingen,regio,2025,1,het is druk,6
""",
    "readings": """\
indicator,tier,year,other_tier,other_year,outcome,text,page
meldingen,regio,2025,,2024,more,meer dan in 2024,4
""",
}


def other_publication(folder: Path) -> Publication:
    """Write the publication into a folder, and load it."""
    rows = ["indicator,tier,year,value,unit,precision,words,figure,page"]

    def add(indicator: str, tier: str, first: int, step: int, values: str, unit: str) -> None:
        for number, value in enumerate(values.split()):
            year = first + number * step
            rows.append(f"{indicator},{tier},{year},{value},{unit},exact,,,4")

    add("meldingen", "regio", 2018, 1, "980 1010 1104 1250 1190 1302 1400 1525", "meldingen")
    add(
        "meldingen", "ministerie", 2018, 1, "2980 3010 3104 3250 4190 9302 12400 11525", "meldingen"
    )
    add("beroep", "regio", 2021, 1, "500 510 480 505 490", "meldingen")
    add("online", "regio", 2021, 1, "650 590 722 795 935", "meldingen")
    add("elders", "regio", 2021, 1, "100 90 100 100 100", "meldingen")
    add("verzuim", "regio", 2021, 1, "3.5 4.0 4.25 5 5.5", "dagen")
    add("verzuim", "ministerie", 2021, 1, "3.4 3.9 4.5 4.75 5.25", "dagen")
    add("beroep", "ministerie", 2021, 1, "5.6 5.4 3 4.5 5.4", "dagen")
    add("schade", "regio", 2025, 1, "1250000", "euro")
    rows.append("kans,regio,2025,1700,keer,approximate,zeventienhonderd keer,E,6")
    tables = _TABLES | {"observations": "\n".join(rows) + "\n"}
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    package = {
        "name": "andere-2025",
        "title": "Andere monitor 2025",
        "version": "1.0.0",
        "created": "2026-01-31",
        "sources": [{"title": "Andere monitor 2025"}],
        "monitorbot": {
            "default_tier": "regio",
            "headline": "meldingen",
            "series_title": "Andere monitor 2025",
            "measure": "van de medewerkers",
        },
        "resources": [{"name": name, "path": f"{name}.csv"} for name in tables],
    }
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return load_publication(folder)
