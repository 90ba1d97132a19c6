"""The child process: reads a tape from standard input, writes a line of JSON for each rung as it is done."""

import contextlib
import json
import sys
from collections.abc import Sequence
from typing import Any

MEMORY = 4 * 2**30  # bytes
DEPTH = 5000  # SymPy recurses over its trees


def main() -> None:
    """Count what SymPy makes of the function on the tape."""
    limit()
    from adjgen.count.expressions import NoFormulaError, derivatives
    from adjgen.count.tree import UncountableError

    tape = json.load(sys.stdin)
    try:
        expressions = derivatives(tape)
        say("naive_sympy", expressions)
        say("sympy_cse", eliminated(expressions, None))
        say("sympy_cse_basic", eliminated(expressions, "basic"))
    except (NoFormulaError, UncountableError) as error:
        print(json.dumps({"reason": str(error)}))


def limit() -> None:
    """Keep a runaway expression from taking the machine with it."""
    sys.setrecursionlimit(DEPTH)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def eliminated(expressions: Sequence[Any], optimizations: str | None) -> list[Any]:
    """Return the expressions after common subexpression elimination, each shared one once."""
    import sympy

    shared, reduced = sympy.cse(expressions, optimizations=optimizations)
    return [expression for _, expression in shared] + list(reduced)


def say(rung: str, expressions: Sequence[Any]) -> None:
    """Print the counts of a rung, then again with SymPy's own, which walks every occurrence."""
    import sympy

    from adjgen.count.tree import count_all
    from adjgen.elementary.cost import total

    by_op = {name: n for name, n in sorted(count_all(expressions).items()) if n}
    entry = {"total": total(by_op), "by_op": by_op, "count_ops": None}
    print(json.dumps({rung: entry}), flush=True)
    entry["count_ops"] = int(sum(sympy.count_ops(expression) for expression in expressions))
    print(json.dumps({rung: entry}), flush=True)


if __name__ == "__main__":
    main()
