"""The ladder that adjgen's operation counts stand on: what SymPy makes of the same function.

SymPy runs in a child process with a time limit; only the operations of a straight-line function
are handed to it, never text. What it does not finish is counted by recurrences instead.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adjgen.count.size import TooLargeError, unsimplified
from adjgen.count.tape import NotStraightError, Tape, record
from adjgen.diagnostics import UnsupportedError
from adjgen.ir.core import Function, Module

RUNGS = ("naive_sympy", "sympy_cse", "sympy_cse_basic")
Ladder = dict[str, Any]


def ladder(function: Any, timeout: float = 20.0, wrt: Sequence[str] | None = None) -> Ladder:
    """Return the operations of a function and its derivatives as SymPy writes them.

    Parameters
    ----------
    function : Module, Function or Definition
        The function: straight-line code, in which loops with constant trip counts may be.
    timeout : float
        Seconds that SymPy gets. If it has no derivative by then, its exact unsimplified size is
        computed without SymPy, and the entry says ``"unsimplified": True``.
    wrt : sequence of str, optional
        The parameters to differentiate by, all differentiable ones if not given.

    Returns
    -------
    dict
        ``naive_sympy``, ``sympy_cse`` and ``sympy_cse_basic``, each a dict with ``total`` and
        ``by_op`` (F1 operations of value and derivatives) and ``count_ops`` (SymPy's own count),
        or None; and, if one is None or unsimplified, the ``reason``.
    """
    try:
        tape = record(module_of(function), wrt)
    except NotStraightError as error:
        return without(str(error))
    except UnsupportedError as error:
        return without(str(error.diagnostics[0]))
    found = ask_sympy(tape, timeout)
    stopped = found.pop("stopped", False)
    if stopped and found["naive_sympy"] is None:
        found["naive_sympy"] = size_of(tape)
    return found


def module_of(function: Any) -> Module:
    """Return the intermediate form of what `ladder` was given."""
    from adjgen.read.lower import lower

    if isinstance(function, Module):
        return function
    return Module(function) if isinstance(function, Function) else lower(function)


def without(reason: str) -> Ladder:
    """Return a ladder that has no rungs, and says why."""
    return dict.fromkeys(RUNGS) | {"reason": reason}


def ask_sympy(tape: Tape, timeout: float) -> Ladder:
    """Return the rungs that a child process finishes in time; `stopped` if a limit ended it."""
    home = str(Path(__file__).parent.parent.parent)
    paths = [home, os.environ.get("PYTHONPATH", "")]
    child = subprocess.Popen(
        [sys.executable, "-m", "adjgen.count"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    try:
        output, errors = child.communicate(json.dumps(tape.plain()).encode(), timeout)
        reason = last_line(errors)
    except subprocess.TimeoutExpired:
        child.kill()
        output, _ = child.communicate()
        reason = f"SymPy did not finish in {timeout:g} s"
    lines = [json.loads(line) for line in output.splitlines() if line.endswith(b"}")]
    found = dict.fromkeys(RUNGS) | {key: value for line in lines for key, value in line.items()}
    if "reason" not in found and any(found[rung] is None for rung in RUNGS):
        found |= {"reason": reason or "SymPy's process ended without a result", "stopped": True}
    return found


def last_line(errors: bytes) -> str:
    """Return what a child that failed said last."""
    lines = errors.decode(errors="replace").strip().splitlines()
    return f"SymPy stopped: {lines[-1]}" if lines else ""


def size_of(tape: Tape) -> Ladder | None:
    """Return the entry of the unsimplified derivative, or None if even its size is too large."""
    try:
        return unsimplified(tape)
    except TooLargeError:
        return None
