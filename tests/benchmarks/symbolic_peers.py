"""Peers that make formulas: SymPy, SymForce, wrenfold and CasADi, each called from Python as its manual does."""

import struct
import subprocess
import tempfile
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from problems import Problem
from ways import LeftOut, Way, as_arguments, flat_inputs, formula_only, numbers_only, rebound

FUNCTIONS = ("cos", "erf", "exp", "log", "sin", "sqrt")


def functions_of(library: Any) -> dict[str, Any]:
    """Return a library's own exp, sin and so on."""
    return {name: getattr(library, name) for name in FUNCTIONS if hasattr(library, name)}


def outputs(problem: Problem, library: Any, symbols: Sequence[Any]) -> list[Any]:
    """Return the formulas of the values."""
    function = rebound(problem.function, functions_of(library))
    try:
        value = function(*as_arguments(problem, symbols))
    except (TypeError, AttributeError) as error:
        raise LeftOut("lacks a function") from error
    return list(value) if problem.outputs > 1 else [value]


def differentiated(problem: Problem, symbols: Sequence[Any]) -> Sequence[Any]:
    """Return the symbols by which the problem is differentiated."""
    return symbols[: problem.variables or len(symbols)]


# ---- SymPy


def of_sympy(problem: Problem, cse: bool) -> Way:
    """The derivative of each output by each input, by lambdify."""
    import sympy

    from adjgen.count.tree import count_all
    from adjgen.elementary.cost import total

    formula_only(problem)
    symbols = sympy.symbols(f"v:{len(flat_inputs(problem))}", real=True)
    values = outputs(problem, sympy, symbols)
    formulas = [*values, *(y.diff(x) for y in values for x in differentiated(problem, symbols))]
    call = sympy.lambdify(symbols, formulas, modules="math", cse=cse)
    shared, formulas = sympy.cse(formulas) if cse else ((), formulas)
    count = total(count_all([*(formula for _, formula in shared), *formulas]))
    return Way(call, tuple(flat_inputs(problem)), str(count))


def sympy_alone(problem: Problem) -> Way:
    """SymPy without common subexpressions."""
    return of_sympy(problem, cse=False)


def sympy_cse(problem: Problem) -> Way:
    """SymPy with common subexpressions."""
    return of_sympy(problem, cse=True)


# ---- SymForce and wrenfold


def of_symforce(problem: Problem) -> Way:
    """Python of SymForce's code generation."""
    import symforce
    import symforce.symbolic as sf
    from symforce.util import lambdify

    symforce.logger.setLevel("ERROR")  # it warns of roots at zero
    formula_only(problem)
    symbols = [sf.Symbol(f"v{k}") for k in range(len(flat_inputs(problem)))]
    values = outputs(problem, sf, symbols)
    formulas = [*values, *(y.diff(x) for y in values for x in differentiated(problem, symbols))]
    return Way(lambdify(symbols, formulas), tuple(flat_inputs(problem)))


def of_wrenfold(problem: Problem) -> Way:
    """Python of wrenfold's code generation, for numpy."""
    import wrenfold
    from wrenfold import sym

    formula_only(problem)
    names = [f"v{k}" for k in range(len(flat_inputs(problem)))]

    def formulas(*symbols: Any) -> list[Any]:
        values = outputs(problem, sym, symbols)
        jacobian = sym.jacobian(values, differentiated(problem, symbols))
        returned = [wrenfold.OutputArg(y, f"y{k}") for k, y in enumerate(values)]
        return [*returned, wrenfold.OutputArg(jacobian, "jacobian")]

    space = {"formulas": formulas, "Number": wrenfold.FloatScalar}
    head = ", ".join(f"{name}: Number" for name in names)
    exec(f"def described({head}):\n    return formulas({', '.join(names)})", space)
    call, _ = wrenfold.generate_python(func=space["described"])
    return Way(call, tuple(flat_inputs(problem)))


# ---- CasADi


def casadi_function(problem: Problem) -> Any:
    """Return CasADi's function of all inputs, as one vector, to values and derivatives."""
    import casadi

    numbers_only(problem)
    if problem.step:
        return casadi_loop(problem)
    symbols = casadi.SX.sym("v", len(flat_inputs(problem)))
    values = outputs(problem, casadi, casadi.vertsplit(symbols))
    return with_jacobian(problem, symbols, casadi.vertcat(*values))


def casadi_loop(problem: Problem) -> Any:
    """Return CasADi's function of a long loop, a fold of its step."""
    import casadi

    *start, steps = problem.args
    step = rebound(problem.step, functions_of(casadi))
    symbols = casadi.SX.sym("v", len(start))
    state = step(*casadi.vertsplit(symbols))
    size = len(state)
    one = casadi.Function("step", [symbols[:size], symbols[size:]], [casadi.vertcat(*state)])
    symbols = casadi.MX.sym("v", len(start))
    repeated = casadi.repmat(symbols[size:], 1, steps)
    return with_jacobian(problem, symbols, one.fold(steps)(symbols[:size], repeated)[0])


def with_jacobian(problem: Problem, symbols: Any, values: Any) -> Any:
    """Return CasADi's function of values and their derivatives, a dense vector row by row."""
    import casadi

    rows = casadi.jacobian(values, symbols)[:, : problem.variables or symbols.numel()]
    flat = casadi.vec(casadi.densify(rows).T)
    return casadi.Function("derivatives", [symbols], [values, flat])


def of_casadi(problem: Problem) -> Way:
    """CasADi's virtual machine; results stay its matrices."""
    function = casadi_function(problem)
    inputs = flat_inputs(problem)[: function.numel_in()]
    return Way(function, (inputs,), casadi_operations(function))


def casadi_operations(function: Any) -> str:
    """Return how many instructions of a CasADi function compute something."""
    import casadi

    if not function.is_a("SXFunction"):
        return ""
    moves = (casadi.OP_CONST, casadi.OP_INPUT, casadi.OP_OUTPUT, casadi.OP_PARAMETER)
    ids = [function.instruction_id(k) for k in range(function.n_instructions())]
    return str(sum(k not in moves for k in ids))


def casadi_c(problem: Problem) -> Way:
    """CasADi's C, compiled with -O3, through its buffers, from and to Python floats."""
    import casadi

    function = casadi_function(problem)
    external = casadi.external("derivatives", compiled(function))
    buffer, trigger = external.buffer()
    fields = [array("d", bytes(8 * external.numel_out(k))) for k in range(2)]
    given = array("d", bytes(8 * external.numel_in()))
    buffer.set_arg(0, memoryview(given))
    for k, field in enumerate(fields):
        buffer.set_res(k, memoryview(field))
    pack = struct.Struct(f"{len(given)}d").pack_into
    first, second = (struct.Struct(f"{len(field)}d").unpack_from for field in fields)
    values, rows = fields

    def of_list(x: list[float]) -> Any:
        pack(given, 0, *x)
        trigger()
        return first(values), second(rows)

    def of_numbers(*x: float) -> Any:
        pack(given, 0, *x)
        trigger()
        return first(values), second(rows)

    of_numbers.kept = external, buffer  # type: ignore[attr-defined]
    of_list.kept = external, buffer  # type: ignore[attr-defined]
    if problem.kind == "list":
        return Way(of_list, problem.args)
    return Way(of_numbers, problem.args[: len(given)])


def compiled(function: Any) -> str:
    """Return the path of the shared library that the C of a CasADi function becomes."""
    folder = Path(tempfile.mkdtemp(prefix="casadi-"))
    try:
        source = function.generate("derivatives.c", {"with_header": False})
        text = Path(source).read_text(encoding="utf-8")
        Path(source).unlink()
        (folder / "derivatives.c").write_text(text, encoding="utf-8")
        command = ["cc", "-O3", "-shared", "-fPIC", "-o", "derivatives.so", "derivatives.c", "-lm"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError as error:
        raise LeftOut("no C compiler") from error
    return str(folder / "derivatives.so")


PEERS = {
    "SymPy": ("sympy", sympy_alone),
    "SymPy cse": ("sympy", sympy_cse),
    "SymForce": ("symforce", of_symforce),
    "wrenfold": ("wrenfold", of_wrenfold),
    "CasADi": ("casadi", of_casadi),
    "CasADi C": ("casadi", casadi_c),
}
