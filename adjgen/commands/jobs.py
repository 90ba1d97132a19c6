"""Work on many files: one after the other or in processes, with a progress bar after a second."""

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

J = TypeVar("J")
R = TypeVar("R")
PATIENCE = 1.0  # seconds without a progress bar


def results(work: Callable[[J], R], jobs: Sequence[J], processes: int, label: str) -> Iterator[R]:
    """Yield work(job) for each job, in order; 0 processes means one for each processor."""
    processes = min(processes or os.cpu_count() or 1, len(jobs))
    done = map(work, jobs) if processes <= 1 else in_processes(work, jobs, processes)
    with Progress(label, len(jobs)) as progress:
        for result in done:
            progress.step()
            yield result


def in_processes(work: Callable[[J], R], jobs: Iterable[J], processes: int) -> Iterator[R]:
    """Yield work(job) for each job, computed in processes, which end when the caller does.

    Ctrl-C ends them at once, wherever this process is: an exception alone may be lost in a callback.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from threading import current_thread, main_thread

    pool = ProcessPoolExecutor(processes, initializer=end_with_parent)
    stopped = []

    def stop(number: int, frame: object) -> None:
        stopped.append(number)
        end_children()
        raise KeyboardInterrupt

    told = current_thread() is main_thread()  # no other thread is told of signals
    before = signal.signal(signal.SIGINT, stop) if told else None
    try:
        # not pool.map, which cancels what is waiting while the pool says of the same that it is broken
        waiting = deque([pool.submit(work, job) for job in jobs])
        while waiting:
            yield waiting.popleft().result()
    except BaseException as error:
        if stopped and isinstance(error, BrokenProcessPool):
            raise KeyboardInterrupt from None
        end_children()
        raise
    finally:
        if told:
            signal.signal(signal.SIGINT, before)
        pool.shutdown(wait=not stopped, cancel_futures=True)


def end_children() -> None:
    """End the processes that this one has started."""
    from multiprocessing import active_children

    for child in active_children():
        child.terminate()


def end_with_parent() -> None:
    """Let Ctrl-C end a child without a word, and the end of the parent, however it came about."""
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=leave_after_parent, daemon=True).start()


def leave_after_parent() -> None:
    """Wait for the parent to end, then end this process."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Progress:
    """A bar on standard error, if that is a terminal and the work takes over a second."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.count = label, total, 0
        self.start = time.monotonic()
        self.bar: Any = None
        self.task: Any = None

    def __enter__(self) -> "Progress":
        return self

    def step(self) -> None:
        """Count a finished job."""
        self.count += 1
        slow = time.monotonic() - self.start > PATIENCE
        if self.bar is None and slow and self.count < self.total and sys.stderr.isatty():
            self.show()
        if self.bar is not None:
            self.bar.update(self.task, completed=self.count)

    def show(self) -> None:
        """Draw the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task(self.label, total=self.total)
        self.bar.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.stop()
