"""Memory and time of the gradient of a long loop, with every state kept and with checkpoints.

python tests/benchmarks/checkpoint.py [STEPS]
"""

import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import adjgen  # noqa: E402

STEPS = 1_000_000


def logistic_map(x, r, n: int):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def checkpointed(x, r, n: int):
    # adjgen: checkpoint
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def main(steps):
    """Print a line for each way, and fail if they differ."""
    print(f"{'way':14}{'seconds':>10}{'MB':>10}")
    found = []
    for function in (logistic_map, checkpointed):
        gradient = adjgen.value_and_grad(function, wrt=("x", "r"))
        start = time.process_time()
        found.append(gradient(0.3, 3.2, steps))
        seconds = time.process_time() - start
        tracemalloc.start()
        gradient(0.3, 3.2, steps)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(f"{function.__name__:14}{seconds:10.2f}{peak:10.2f}")
    assert found[0] == found[1], found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STEPS)
