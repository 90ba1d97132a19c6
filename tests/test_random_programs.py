"""Random programs through forward, reverse, second order, both front ends and both styles, against the oracle.

ADJGEN_PROGRAMS=100000 asks for more than 1,000; `python tests/random_programs.py` does the same with a report.
"""

import os

import judge

COUNT = int(os.environ.get("ADJGEN_PROGRAMS", "1000"))
JOBS = max(1, int(os.environ.get("ADJGEN_JOBS", str(min(2, os.cpu_count() or 1)))))


def test_random_programs():
    tally = judge.judge_all(range(COUNT), JOBS)
    assert not tally.failures, "\n" + judge.summary(tally, shown=2)
    assert tally.counts["programs"] == COUNT
    points = sum(count for fate, count in tally.counts.items() if fate.startswith("points"))
    compared = sum(
        count for fate, count in tally.counts.items() if fate.startswith("points compared")
    )
    refused = {
        fate[-6:]: count
        for fate, count in tally.counts.items()
        if fate.startswith("refused with lists")
    }
    unknown = refused.pop("ADJ407", 0)  # which list a name holds is not known to a reader either
    assert unknown < 0.1 * COUNT and sum(refused.values()) < 0.02 * COUNT, str(tally)
    judged = 3 * (COUNT - unknown - sum(refused.values()))
    assert points == judged and compared > 0.75 * points, str(tally)
    print(tally)
