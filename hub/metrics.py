"""Prometheus: what the hub counts, read off the rooms when asked, in conventional names and base units."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300)


class _Read(Collector):
    """Gauges and counters whose values are read when a scrape comes."""

    def __init__(self) -> None:
        self.sources: list[Callable[[], Iterable[Metric]]] = []

    def collect(self) -> Iterable[Metric]:
        for source in self.sources:
            yield from source()


class Metrics:
    """The hub's metrics; rooms are added as sources by app.py."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._read = _Read()
        self._registry.register(self._read)
        self.alert_step_seconds = Histogram(
            "qianshao_alert_step_seconds",
            "Time from an alert's queueing until this step at one radio",
            ["step"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.voice_relay_seconds = Histogram(
            "qianshao_voice_relay_seconds",
            "Time from a voice packet's arrival until it is handed to the broker and the consoles",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.sighting_step_seconds = Histogram(
            "qianshao_sighting_step_seconds",
            "Time of each step of a sighting from its worker until the hits of watches are told",
            ["step"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.search_seconds = Histogram(
            "qianshao_search_seconds", "Time of one search", buckets=_SECONDS, registry=self._registry
        )

    def add(self, source: Callable[[], Iterable[Metric]]) -> None:
        """Have ``source`` asked at each scrape."""
        self._read.sources.append(source)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


def gauge(name: str, text: str, value: float) -> Metric:
    """One gauge without labels."""
    return GaugeMetricFamily(f"qianshao_{name}", text, value=value)


def counter(name: str, text: str, value: float) -> Metric:
    """One counter without labels; ``_total`` is added to its name."""
    return CounterMetricFamily(f"qianshao_{name}", text, value=value)


def histogram(name: str, text: str, edges: Sequence[float], counts: Sequence[int]) -> Metric:
    """One histogram without labels: how many were in each class, by its upper edge; the last class is open."""
    ends = [*(f"{edge:g}" for edge in edges), "+Inf"]
    return HistogramMetricFamily(
        f"qianshao_{name}", text, buckets=list(zip(ends, itertools.accumulate(counts), strict=True)), sum_value=None
    )


def labelled(kind: type[GaugeMetricFamily] | type[CounterMetricFamily], name: str, text: str, label: str,
             values: Iterable[tuple[str, float]]) -> Metric:  # fmt: skip
    """One metric with one label."""
    family = kind(f"qianshao_{name}", text, labels=[label])
    for value_label, value in values:
        family.add_metric([value_label], value)
    return family
