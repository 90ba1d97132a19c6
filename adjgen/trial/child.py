"""The process: it answers a line of JSON for each function that it is asked for.

What the code under test prints goes nowhere.
"""

import io
import json
import os
import pickle
import random
import sys
import threading
import time
from typing import Any

from adjgen.trial.checks import Failed, Singular, check_point
from adjgen.trial.points import POINTS, Search
from adjgen.trial.subject import Order, Subject, Unverifiable, subject


def main() -> None:
    """Read an Order from standard input, then names, one a line; answer each with a line."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "w", encoding="utf-8")
    order: Order = pickle.load(source)
    sys.path.extend(order.folders)
    os.environ["NUMBA_DISABLE_JIT"] = (
        "1"  # the text is checked, not numba, which takes a second for each
    )
    sys.stdout = sys.stderr = io.StringIO()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    for line in source:
        name, qualname = line.decode().split()
        print(json.dumps(answer(order, name, qualname)), file=answers, flush=True)


def end_with(parent: int) -> None:
    """End this process when its parent is gone, whatever the code under test is doing."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def answer(order: Order, name: str, qualname: str) -> dict[str, Any]:
    """Return the verdict on a function: status "ok", "failed" or "skipped", and details."""
    try:
        found = subject(order, name, qualname)
        return {"status": "ok", **verified(found, order)}
    except Unverifiable as reason:
        return {"status": "skipped", "reason": str(reason)}
    except Failed as failure:
        return {"status": "failed", "reason": str(failure)}
    except Exception as error:
        return {"status": "failed", "reason": f"{type(error).__name__}: {error}"}


def verified(found: Subject, order: Order) -> dict[str, Any]:
    """Check a function at points; return the worst figures."""
    if not found.active:
        raise Unverifiable("no forward derivative (f_jvp) to compare with")
    figures: list[dict[str, float]] = []
    rng = random.Random(f"{order.seed}:{found.name}")
    search = Search(found, order, rng)
    singular: list[Singular] = []
    while point := search.find():
        try:
            figures.append(check_point(found, point, rng))
            search.accept()
        except Singular as reason:
            search.reject(str(reason))
            singular.append(reason)
    if figures:
        return {"points": len(figures), **worst(figures)}
    if singular and (search.given or len(singular) >= POINTS):
        raise Failed(str(singular[0]))  # nowhere a derivative is not the edge of a domain
    raise Unverifiable(search.reason())


def worst(figures: list[dict[str, float]]) -> dict[str, float]:
    """Return the largest figure of each kind, the smallest order."""
    keys = {key for figure in figures for key in figure}
    sides = {key: min if key == "order" else max for key in keys}
    return {key: sides[key](f[key] for f in figures if key in f) for key in keys}
