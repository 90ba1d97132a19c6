"""The benchmark runs, on small sizes; its limits hold with room for a busy machine."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "generation.py"


def test_table_of_small_sizes(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "50", "100"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    head, small, large, *times = done.stdout.splitlines()
    assert head.split() == ["statements", "seconds", "growth", "MB", "lines"]
    assert small.split()[0] == "50" and large.split()[0] == "100"
    assert [line.rpartition(":")[0] for line in times] == [
        "import adjgen",
        "one product of a 50-statement function",
        "a chain of 250 arms",
    ]
    assert not list(tmp_path.iterdir())
