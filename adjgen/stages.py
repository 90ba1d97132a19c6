"""What a function looks like after every stage, from lowering to the last pass."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adjgen.ir.core import Function
from adjgen.pipeline import Options, deep_recursion

PLAIN = Options()


def stages(
    definition: Any,
    wrt: Sequence[str] | None = None,
    options: Options = PLAIN,
    kind: str = "value_and_grad",
) -> list[tuple[str, Function]]:
    """Return the function after every stage, with the names of the stages."""
    from adjgen.diff.products import Differentiator
    from adjgen.numbers_or_arrays import fitting_primal
    from adjgen.passes import Settings, seeds, sequence
    from adjgen.read.lower import lower

    with deep_recursion():
        ready = fitting_primal(definition, options)
        module = lower(definition, ready.main.about["target"], options.wrt)
        found = [("lower", module.main)]
        current = module.main
        for name, one in sequence(False, Settings(options.exact)):
            current = replace(current, body=one(current.body))
            found.append((f"{name} (primal)", current))
        current = Differentiator(ready).product(kind, wrt, False).main
        found.append((kind, current))
        arrays = ready.main.about["target"] == "numba"
        settings = Settings(options.exact, options.allow_cancel, seeds(current), arrays)
        for name, one in sequence(True, settings):
            current = replace(current, body=one(current.body))
            found.append((name, current))
        return found
