"""Verification of generated modules: a child process runs them at points, within a time limit.

Only the generated text is executed, and the original when that is asked for.
"""

import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adjgen.trial.subject import Order

HOME = str(Path(__file__).resolve().parent.parent)
START = f"import sys; sys.path.append({HOME!r}); from adjgen.trial.child import main; main()"


@dataclass(frozen=True)
class Verdict:
    """What verification says of a function; status is "ok", "failed" or "skipped"."""

    name: str
    status: str
    reason: str = ""
    points: int = 0
    adjoint: float | None = None  # difference of the two sides of the identity
    complex: float | None = None  # difference of a complex step and jvp
    order: float | None = None  # of the Taylor remainder
    quotient: float | None = None  # difference of a difference quotient and jvp

    def __str__(self) -> str:
        if self.status == "failed":
            return f"{self.name}: FAILED: {self.reason}"
        if self.status == "skipped":
            return f"{self.name}: not verified: {self.reason}"
        figures = [f"{self.points} point" + "s" * (self.points > 1)]
        if self.adjoint is not None:
            cancels = " where terms cancel" if self.adjoint > 1e-12 else ""
            figures.append(f"adjoint identity {self.adjoint:.1e}{cancels}")
        if self.complex is not None:
            figures.append(f"complex step {self.complex:.1e}")
        if self.order is not None:
            figures.append(f"Taylor order {self.order:.2f}")
        if self.quotient is not None:
            figures.append(f"difference quotient {self.quotient:.1e}")
        return f"{self.name}: ok ({', '.join(figures)})"


def verify(
    order: Order, names: Sequence[tuple[str, str]], limit: float = 20.0
) -> Iterator[Verdict]:
    """Yield a verdict for each function of a generated module.

    Parameters
    ----------
    order
        The module's text, given values, seed.
    names
        Pairs: the name in the generated module, the qualified name in the original.
    limit
        Seconds for a function; a child that exceeds them is killed.

    Examples
    --------
    >>> text = "def f(x):\\n    return x * x\\ndef f_jvp(x, *, x_dot):\\n    return x * x, 2.0 * x * x_dot\\n"
    >>> [verdict.status for verdict in verify(Order(text), [("f", "f")])]
    ['ok']
    """
    child = None
    try:
        for name, qualname in names:
            child = child or Child(order)
            answer = child.ask(name, qualname, limit)
            if answer is None:
                reason = child.ended(limit)
                child = None
                answer = {"status": "failed" if "died" in reason else "skipped", "reason": reason}
            yield Verdict(name, **answer)
    finally:
        if child:
            child.end()


class Child:
    """A process that answers one line for each function name."""

    def __init__(self, order: Order) -> None:
        # -P: the current folder must not shadow modules of the standard library
        command = [sys.executable, "-P", "-c", START]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self.timed_out = False
        self.send(pickle.dumps(order))

    def send(self, data: bytes) -> None:
        """Write to the child; if it is gone, the missing answer will tell."""
        assert self.process.stdin
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def ask(self, name: str, qualname: str, limit: float) -> dict[str, Any] | None:
        """Return the child's answer, or None if it died or took too long."""
        assert self.process.stdout
        timer = threading.Timer(limit, self.kill)
        timer.start()
        try:
            self.send(f"{name} {qualname}\n".encode())
            line = self.process.stdout.readline()
        finally:
            timer.cancel()
        return json.loads(line) if line.endswith(b"\n") else None

    def kill(self) -> None:
        """Stop a child that takes too long."""
        self.timed_out = True
        self.process.kill()

    def ended(self, limit: float) -> str:
        """Return why there was no answer."""
        code = self.end()
        return (
            f"no result within {limit:g} s" if self.timed_out else f"the process died (exit {code})"
        )

    def end(self) -> int:
        """Close the child and return its exit code."""
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            return self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()
