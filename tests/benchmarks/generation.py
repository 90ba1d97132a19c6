"""How long generation takes and how it grows; prints a table, writes a file only with --json.

Times are of the processor, so that a busy machine does not matter; growth is per doubling.

    python tests/benchmarks/generation.py [SIZES...] [--json FILE]

Straight-line functions of so many statements go from text to a module, without black.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

SIZES = (1250, 2500, 5000, 10000)
STEPS = (
    "v{k} = v{i} * {c} + sin(v{j})",
    "v{k} = v{i} * v{j}",
    "v{k} = v{i} / (1.0 + v{j} * v{j})",
    "v{k} = exp(-v{i} * v{i}) - v{j}",
    "v{k} = sqrt(1.0 + v{i} * v{i})",
)


def straight_line(size):
    """Return the text of a function of `size` statements with two inputs."""
    lines = ["from math import exp, sin, sqrt", "", "", "def f(v0, v1):"]
    for k in range(2, size + 1):
        step = STEPS[k % len(STEPS)]
        lines.append("    " + step.format(k=k, i=k - 1, j=k // 2, c=f"0.{k % 9 + 1}"))
    return "\n".join([*lines, f"    return v{size}", ""])


def chain(arms):
    """Return the text of a function with a chain of so many arms, each nested in the one before."""
    lines = ["def f(x, k):", "    if k == 0:", "        y = x"]
    for k in range(1, arms):
        lines += [f"    elif k == {k}:", f"        y = x * {k}.5 + x * x"]
    return "\n".join([*lines, "    else:", "        y = 0.0", "    return y", ""])


def child(size):
    """Generate one size; print seconds, peak megabytes and generated lines."""
    import resource

    import adjgen

    source = straight_line(size)
    begin = time.process_time()
    text = adjgen.generate(source, formatted=False).source
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"size": size, "seconds": seconds, "megabytes": peak, "lines": text.count("\n")})
    )


def measure(sizes):
    """Return a row for each size, each measured in a process of its own."""
    rows = []
    for size in sizes:
        line = [sys.executable, __file__, "--child", str(size)]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        if rows:
            doublings = math.log2(row["size"] / rows[-1]["size"])
            row["growth"] = (row["seconds"] / rows[-1]["seconds"]) ** (1 / doublings)
        rows.append(row)
    return rows


def import_time(repeats=5):
    """Return the least milliseconds that `import adjgen` adds to a bare interpreter."""
    code = "import time; t = time.process_time(); import adjgen; print(time.process_time() - t)"
    root = Path(__file__).resolve().parent.parent.parent
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True
        )
        for _ in range(repeats + 1)
    ]
    return 1000 * min(float(run.stdout) for run in runs[1:])


def product_time(size=50, repeats=7):
    """Return the least milliseconds that one product of a function of `size` statements takes."""
    import linecache

    import adjgen

    times = []
    for k in range(repeats):
        source, name = straight_line(size), f"benchmark_{k}.py"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        space = {}
        exec(compile(source, name, "exec"), space)
        begin = time.process_time()
        adjgen.value_and_grad(space["f"])
        times.append(time.process_time() - begin)
    return 1000 * min(times)


def chain_time(arms=250):
    """Return the milliseconds in which a chain of arms goes from text to a module, without black."""
    import adjgen

    begin = time.process_time()
    adjgen.generate(chain(arms), wrt="x", formatted=False)
    return 1000 * (time.process_time() - begin)


def show(rows, milliseconds):
    """Print what was measured."""
    print(f"{'statements':>10}  {'seconds':>8}  {'growth':>6}  {'MB':>6}  {'lines':>8}")
    for row in rows:
        growth = f"{row['growth']:.2f}" if "growth" in row else "."
        print(
            f"{row['size']:>10}  {row['seconds']:>8.3f}  {growth:>6}  "
            f"{row['megabytes']:>6.0f}  {row['lines']:>8}"
        )
    for name, value in milliseconds.items():
        print(f"{name}: {value:.1f} ms")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, help="statements (default: 1250 ... 10000)")
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(options.child)
    rows = measure(options.sizes or SIZES)
    milliseconds = {
        "import adjgen": import_time(),
        "one product of a 50-statement function": product_time(),
        "a chain of 250 arms": chain_time(),
    }
    show(rows, milliseconds)
    if options.json:
        text = json.dumps({"generation": rows, "milliseconds": milliseconds}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
