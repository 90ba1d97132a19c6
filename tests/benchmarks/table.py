"""The table of a run, as the Markdown that README.md has between two markers."""

import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- performance: tests/benchmarks/speed.py --readme -->", "<!-- end -->"
SECTION = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)


def machine() -> str:
    """Return the processor and the Python, and nothing that names a host."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
        model = found[1] if found else model
    except OSError:
        pass
    return f"{model}, {platform.python_implementation()} {platform.python_version()}"


def section(report: dict[str, Any], names: Sequence[str]) -> str:
    """Return the tables of times, preparation and operations; and where adjgen loses."""
    rows = report["rows"]
    missing = f" Not installed: {', '.join(report['missing'])}." if report["missing"] else ""
    parts = [f"{intro(report)}{missing}"]
    groups = [[r for r in rows if (r["kind"] == "arrays") == arrays] for arrays in (False, True)]
    groups = [group for group in groups if group]
    parts += [times(group, measured(group, names)) for group in groups]
    parts.append(losses(rows))
    parts.append("Preparation in milliseconds, from the function to the end of the first call:")
    parts += [preparation(group, measured(group, names)) for group in groups]
    parts += ["Floating-point operations:", operations(rows, names)]
    return "\n\n".join(parts) + "\n"


def measured(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> list[str]:
    """Return the ways, besides that by hand, that were measured in some row."""
    return [
        n for n in names if n != "by hand" and any("ratio" in r["ways"].get(n, ()) for r in rows)
    ]


def intro(report: dict[str, Any]) -> str:
    """Say how it was measured."""
    return (
        f"On an {report['machine']}; medians of {report['rounds']} rounds, processor time, one thread. "
        "`by hand` is the derivative that a careful person writes, in microseconds per call; the other "
        "columns are multiples of it, value and all derivatives. `noise` is how far a second measurement "
        "of the same function strayed, and half of the range of the middle half of the rounds."
    )


def grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def times(rows: Sequence[dict[str, Any]], shown: Sequence[str]) -> str:
    """Return the ratios."""
    lines = []
    for row in rows:
        base = row["ways"]["by hand"]
        cells = [ratio(row["ways"].get(name, {})) for name in shown]
        micro, noise = f"{digits(base['seconds'] * 1e6)} µs", f"{base['noise']:.0%}"
        lines.append([row["name"], micro, noise, *cells])
    return grid(["", "by hand", "noise", *shown], lines)


def digits(x: float) -> str:
    """Return a number with three digits."""
    return f"{x:.2f}" if x < 10 else f"{x:.1f}" if x < 100 else f"{x:,.0f}"


def ratio(way: dict[str, Any]) -> str:
    """Return the cell of a way."""
    return digits(way["ratio"]) if "ratio" in way else "–"


def is_ours(name: str) -> bool:
    """Whether a column is of code by adjgen."""
    return name.startswith("adjgen")


def losses(rows: Sequence[dict[str, Any]]) -> str:
    """Say where something is faster than adjgen."""
    lines = []
    for row in rows:
        own = {n: w["ratio"] for n, w in row["ways"].items() if is_ours(n) and "ratio" in w}
        if not own:
            continue
        name = min(own, key=lambda n: own[n])
        ahead = {
            n: own[name] / way["ratio"]
            for n, way in row["ways"].items()
            if not is_ours(n) and n != "value" and own[name] > 1.05 * way.get("ratio", 1e9)
        }
        if ahead:
            said = ", ".join(f"{n} ({digits(x)} times as fast)" for n, x in ahead.items())
            lines.append(f"- {row['name']}: {said}")
    if not lines:
        return "Nothing is more than 5 % faster than the fastest column of adjgen."
    return (
        "Where adjgen loses, its fastest column against what is more than 5 % faster:\n\n"
        + "\n".join(lines)
    )


def preparation(rows: Sequence[dict[str, Any]], shown: Sequence[str]) -> str:
    """Return how long each way takes until it has been called once."""
    columns = [n for n in shown if n != "value"]
    lines = []
    for row in rows:
        cells = [row["ways"].get(n, {}) for n in columns]
        said = [f"{c['preparation'] * 1000:,.0f}" if "ratio" in c else "–" for c in cells]
        lines.append([row["name"], *said])
    return grid(["", *columns], lines)


def operations(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """Return the operations of those ways that are counted."""
    columns = [n for n in names if any(r["ways"].get(n, {}).get("operations") for r in rows)]
    lines = [
        [row["name"], *(row["ways"].get(n, {}).get("operations") or "–" for n in columns)]
        for row in rows
        if any(row["ways"].get(n, {}).get("operations") for n in columns)
    ]
    return grid(["", *columns], lines)


def into_readme(path: Path, text: str) -> None:
    """Write the section between its markers."""
    current = path.read_text(encoding="utf-8")
    assert SECTION.search(current), f"{path.name} has no markers"
    whole = f"{BEGIN}\n\n{text}\n{END}"
    path.write_text(SECTION.sub(lambda _: whole, current), encoding="utf-8")
