"""Processor time of calls, in rounds in which the ways take turns, so that a busy moment is nobody's."""

import os
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import Any, NamedTuple

BATCH = 0.003  # seconds of a turn, at least one call
LONGEST = 4.0  # seconds that one way gets in all


class Measured(NamedTuple):
    """Times of a way: the median of its rounds, and of its ratios to the first way in the same round."""

    seconds: float
    ratio: float
    spread: float  # half of the range in which the middle half of the ratios is


class TooLongError(Exception):
    """Work went beyond its limit."""


def loop_of(call: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[int], float]:
    """Return a function that calls so many times, with no call between, and returns the seconds."""
    names = [f"a{k}" for k in range(len(args))]
    head, space = ", ".join(["repeat", "call", *names]), {"clock": time.process_time}
    text = f"""
def prepared({head}):
    def run(n):
        begin = clock()
        for _ in repeat(None, n):
            call({", ".join(names)})
        return clock() - begin
    return run
"""
    exec(text, space)
    return space["prepared"](repeat, call, *args)


def measure(ways: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]], rounds: int):
    """Return what was measured of each way; ratios are to the first."""
    loops = {name: loop_of(*way) for name, way in ways.items()}
    once = {name: max(_least(loop), 1e-9) for name, loop in loops.items()}
    counts = {name: max(1, round(BATCH / seconds)) for name, seconds in once.items()}
    turns = {name: max(2, min(rounds, int(LONGEST / (once[name] * counts[name])))) for name in ways}
    found: dict[str, list[float]] = {name: [] for name in ways}
    order = list(loops)
    for k in range(rounds):
        for name in order:
            if k < turns[name]:
                found[name].append(loops[name](counts[name]) / counts[name])
        order.append(order.pop(0))  # who comes first, or behind a large one, has another cache
    first = next(iter(found.values()))
    return {name: _of_rounds(seconds, first) for name, seconds in found.items()}


def _least(loop: Callable[[int], float]) -> float:
    """Return roughly what a call costs."""
    n, seconds = 1, loop(1)
    while seconds < 0.0003:
        n *= 4
        seconds = loop(n)
    return min(seconds, loop(n) if seconds < 0.1 else seconds) / n


def _of_rounds(seconds: list[float], first: list[float]) -> Measured:
    ratios = [s / f for s, f in zip(seconds, first)]
    quarters = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else [ratios[0]] * 3
    return Measured(
        statistics.median(seconds), statistics.median(ratios), (quarters[2] - quarters[0]) / 2.0
    )


def work() -> float:
    """Return the processor seconds of this process and of those that it has started (a C compiler)."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooLongError in a body that works longer (where the system has such a signal)."""

    def stop(*_: Any) -> None:
        raise TooLongError(f"over {seconds:g} s")

    if not hasattr(signal, "SIGPROF"):
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
