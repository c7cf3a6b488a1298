"""Charts as pictures: drawn once, aside of the event loop, then known to Telegram by file id."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor

from bot import charts
from bot.answer import ChartRequest
from bot.engine import Engine
from bot.store import Entry, Store

_FILE_ID_KEPT = 180 * 24 * 3600.0


class Pictures:
    """Draws charts, one at a time in a thread of its own, and knows which Telegram has."""

    def __init__(self, engine: Engine, store: Store, bot_id: int) -> None:
        self._engine = engine
        self._words = engine.language.charts
        self._store = store
        self._bot_id = bot_id
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="charts")
        self._drawing: dict[ChartRequest, asyncio.Task[bytes]] = {}

    def exists(self, chart: ChartRequest) -> bool:
        """Whether what the chart shows is (still) in a loaded publication."""
        return any(
            p.name == chart.publication
            and (chart.figure in p.figures if chart.figure else bool(chart.indicators))
            and set(chart.indicators) <= set(p.indicators)
            and set(chart.tiers) <= set(p.tiers)
            for p in self._engine.publications
        )

    async def file_id(self, chart: ChartRequest) -> str | None:
        """Telegram's id of the picture, where it was sent before and nothing changed since."""
        return await self._store.get(self._key(chart))

    async def draw(self, chart: ChartRequest) -> bytes:
        """The picture as PNG. Two who ask for the same chart at once share one drawing."""
        task = self._drawing.get(chart)
        if task is None:
            task = asyncio.ensure_future(self._draw(chart))
            self._drawing[chart] = task
            task.add_done_callback(lambda _: self._drawing.pop(chart, None))
        return await asyncio.shield(task)

    def remember(self, chart: ChartRequest, file_id: str) -> Entry:
        """What to keep after Telegram accepted the picture."""
        return Entry(self._key(chart), file_id, _FILE_ID_KEPT)

    def description(self, chart: ChartRequest) -> str:
        """The chart in words."""
        return charts.describe(self._engine.publication(chart.publication), chart, self._words)

    async def warm_up(self) -> None:
        """Load the drawing library, so that the first chart does not wait for it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, charts.warm_up)
        # What is loaded now stays: the collector, which stops every thread, need not look at it
        # again. That took some 80 ms now and then while charts were drawn.
        gc.collect()
        gc.freeze()

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _draw(self, chart: ChartRequest) -> bytes:
        publication = self._engine.publication(chart.publication)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, charts.draw, publication, chart, self._words
        )

    def _key(self, chart: ChartRequest) -> str:
        # File ids are one bot's own, and good while the same chart would look the same.
        publication = self._engine.publication(chart.publication)
        content = charts.fingerprint(publication, chart, self._words)
        return f"picture:{self._bot_id}:{content}"
