"""Fits functions to the target that they are written for: its signatures, and what it cannot take."""

from dataclasses import replace

from adjgen.diagnostics import UnsupportedError
from adjgen.emit.dialects import DIALECTS
from adjgen.emit.module import finished
from adjgen.ir.core import Module
from adjgen.pipeline import deep_recursion, helpers


def fitted(module: Module) -> Module:
    """Return a module with the signatures that its target has.

    Raises
    ------
    UnsupportedError
        With everything in it that the target cannot take.
    """
    target = module.main.about["target"]
    dialect = DIALECTS[target]
    if dialect.problems is None:
        return module
    with deep_recursion():
        problems = [
            problem
            for function in (module.main, *helpers(module))
            for problem in dialect.problems(finished(function, target), module.main.about)
        ]
    if problems:
        raise UnsupportedError(problems)
    main = replace(module.main, params=dialect.params(module.main.params))
    functions = {
        name: main if f is module.main else replace(f, params=dialect.params(f.params))
        for name, f in module.functions.items()
    }
    return Module(main, functions)
