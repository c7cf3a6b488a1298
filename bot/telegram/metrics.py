"""What the bot counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter(
            "monitorbot_updates", "Updates handled, by kind", ["kind"], registry=self.registry
        )
        self.duplicates = Counter(
            "monitorbot_redelivered_updates",
            "Updates that Telegram sent again and that were not answered again",
            registry=self.registry,
        )
        self.answers = Counter(
            "monitorbot_answers",
            "Answers given, by status and intent",
            ["status", "intent"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "monitorbot_update_seconds",
            "From receiving an update to its reply being accepted",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.errors = Counter(
            "monitorbot_errors",
            "Updates that made the code fail, by what became of them",
            ["outcome"],
            registry=self.registry,
        )
        self.telegram_faults = Counter(
            "monitorbot_telegram_faults",
            "Calls that Telegram or the network failed, by kind",
            ["kind"],
            registry=self.registry,
        )
