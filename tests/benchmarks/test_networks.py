"""The benchmark runs, on fewer rounds; its gradients agree with those by hand, and cost about as much."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "networks.py"


def test_ratios(tmp_path):
    command = [sys.executable, str(SCRIPT), "--rounds", "10"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    _, *lines = done.stdout.splitlines()
    assert len(lines) == 5
    ratios = [float(line.split(" us ")[1].split()[0]) for line in lines]
    assert max(ratios) < 1.5, done.stdout  # 1.1 on a machine that does nothing else
