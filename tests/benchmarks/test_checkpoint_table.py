"""The benchmark runs, on fewer steps, and shows what checkpoints save."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "checkpoint.py"


def test_table_of_fewer_steps(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "10000"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    head, plain, kept = (line.split() for line in done.stdout.splitlines())
    assert head == ["way", "seconds", "MB"]
    assert float(kept[-1]) < 0.1 < 1.0 < float(plain[-1])
