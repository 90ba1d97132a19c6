"""The plot of a run: a line of dots for each problem, on a logarithmic scale."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILLED = {"adjgen": "C3", "adjgen numpy": "C1", "adjgen numba": "C2"}


def draw(report: dict[str, Any], names: Sequence[str], path: Path) -> None:
    """Write the ratios to the derivative by hand as a picture; without matplotlib there is none."""
    try:
        import matplotlib
    except ImportError:
        print(f"no {path.name}: matplotlib is not installed", file=sys.stderr)
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = report["rows"]
    figure, axes = pyplot.subplots(figsize=(9.0, 1.5 + 0.4 * len(rows)), layout="constrained")
    for k, name in enumerate(n for n in names if n != "by hand"):
        points = [
            (row["ways"][name]["ratio"], i)
            for i, row in enumerate(rows)
            if "ratio" in row["ways"].get(name, {})
        ]
        if points:
            marker = "o" if name in FILLED else "v^<>sPXDd*hH8p"[k % 14]
            color = FILLED.get(name, f"C{k % 10}")
            face = color if name in FILLED else "none"
            axes.scatter(
                *zip(*points), 40, marker=marker, facecolors=face, edgecolors=color, label=name
            )
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [row["name"] for row in rows])
    axes.invert_yaxis()
    axes.set_xlabel("time of value and derivatives, as a multiple of the code by hand")
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(report["machine"], fontsize=9)
    axes.legend(bbox_to_anchor=(1.0, 1.0), loc="upper left", fontsize=8)
    figure.savefig(path)
    pyplot.close(figure)
