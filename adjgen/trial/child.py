"""The process: it answers a line of JSON for each function that it is asked for.

What the code under test prints goes nowhere.
"""

import io
import json
import os
import pickle
import random
import sys
from typing import Any

from adjgen.trial.checks import Failed, check_point
from adjgen.trial.points import points
from adjgen.trial.subject import Order, Subject, Unverifiable, subject


def main() -> None:
    """Read an Order from standard input, then names, one a line; answer each with a line."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "w", encoding="utf-8")
    order: Order = pickle.load(source)
    sys.path.extend(order.folders)
    sys.stdout = sys.stderr = io.StringIO()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in source:
        name, qualname = line.decode().split()
        print(json.dumps(answer(order, name, qualname)), file=answers, flush=True)


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
    for point in points(found, order, rng):
        figures.append(check_point(found, point, rng))
    keys = {key for figure in figures for key in figure}
    worst = {key: max(figure.get(key, 0.0) for figure in figures) for key in keys - {"order"}}
    if "order" in keys:
        worst["order"] = min(figure["order"] for figure in figures if "order" in figure)
    return {"points": len(figures), **worst}
