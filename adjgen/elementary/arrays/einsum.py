"""The row of np.einsum: the adjoint of an operand is an einsum with the subscripts rearranged."""

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from adjgen.elementary.arrays.fitting import fitted_to
from adjgen.elementary.arrays.typing import known, of_rank, shape_of
from adjgen.elementary.row import Number, call, row
from adjgen.ir.shapes import met
from adjgen.ir.types import REAL, Type, array

Subscripts = tuple[str, ...]  # letters, and "..." for what is not named


def letters(text: str) -> Subscripts:
    """Return the letters of an operand, with "..." as one of them.

    >>> letters("a...b")
    ('a', '...', 'b')
    """
    before, dots, after = text.partition("...")
    return (*before, *([dots] if dots else []), *after)


def parsed(text: str) -> tuple[list[Subscripts], Subscripts]:
    """Return the subscripts of the operands and of the value.

    >>> parsed("ij,jk"), parsed("ij -> ji")
    (([('i', 'j'), ('j', 'k')], ('i', 'k')), ([('i', 'j')], ('j', 'i')))
    """
    given, arrow, out = text.replace(" ", "").partition("->")
    operands = [letters(part) for part in given.split(",")]
    if arrow:
        return operands, letters(out)
    named = [letter for part in operands for letter in part]
    single = sorted(x for x in named if x != "..." and named.count(x) == 1)
    return operands, (*(["..."] if "..." in named else []), *single)


def is_known(subscripts: Any, *operands: Any) -> bool:
    """Whether the rule is for this call: the subscripts are a text, as many as there are operands."""
    text = known(subscripts)
    return isinstance(text, str) and len(text.partition("->")[0].split(",")) == len(operands)


def type_of_einsum(args: Sequence[Any]) -> Type:
    """Return the type of np.einsum(subscripts, a, b, ...)."""
    operands, out = parsed(known(args[0]))
    if "..." in out:
        return of_rank(None)
    dims: dict[str, list[Any]] = {}
    for subscripts, operand in zip(operands, args[1:]):
        shape = shape_of(operand)
        if isinstance(shape, tuple) and len(shape) == len(subscripts) and "..." not in subscripts:
            for name, dim in zip(subscripts, shape):
                dims.setdefault(name, []).append(dim)
        elif "..." not in subscripts:
            dims |= {name: [*dims.get(name, []), None] for name in subscripts}
    return array(tuple(met(dims.get(name, [None])) for name in out), REAL)


def _axis(subscripts: Subscripts, k: int) -> int:
    """Return the axis that a letter stands for: from the end behind an ellipsis."""
    return k - len(subscripts) if "..." in subscripts[:k] else k


def _einsum_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    """Return the adjoint of operand k.

    A letter that stands twice in it (a trace) is a second one there, with an identity between them;
    one that stands nowhere else is an axis along which the adjoint is the same.
    """
    if k == 0:
        return None
    subscripts, out = parsed(args[0])
    mine, x = subscripts[k - 1], args[k]
    others = ([(out, bar)] if out else []) + [
        (subscripts[j - 1], args[j]) for j in range(1, len(args)) if j != k
    ]
    spare = [c for c in ascii_letters if all(c not in s for s in (out, *subscripts))]
    wanted: list[str] = []
    for at, name in enumerate(mine):
        if name != "..." and name in mine[:at]:
            twin = spare.pop(0)
            others.append(((name, twin), call("identity_like", x, _axis(mine, at))))
            name = twin
        wanted.append(name)
    there = {name for part, _ in others for name in part}
    found = [name for name in wanted if name in there]
    if "..." in there and "..." not in found:
        found.insert(0, "...")
    text = ",".join("".join(part) for part, _ in others) + "->" + "".join(found)
    result = call("einsum", text, *[operand for _, operand in others]) if others else bar
    if others and not out:  # a number is a factor in front: it keeps the precision
        result = bar * result
    same = tuple(_axis(mine, at) for at, n in enumerate(wanted) if n not in there and n != "...")
    return fitted_to(call("np.expand_dims", result, same) if same and others else result, x)


def _einsum_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    parts = [
        call("einsum", *[dot(k) if j == k else arg for j, arg in enumerate(args)])
        for k in range(1, len(args))
        if dot.has(k)
    ]
    return sum(parts[1:], parts[0])


def einsum(subscripts: str, *operands: Any) -> Any:
    """Return np.einsum(subscripts, *operands)."""
    import numpy as np

    return np.einsum(subscripts, *operands)


def identity_like(x: Any, axis: int) -> Any:
    """Return the identity matrix that is as long as an axis of an array, in its precision."""
    import numpy as np

    return np.eye(np.shape(x)[axis], dtype=np.result_type(x, 1.0))


row(
    "einsum", einsum, category="sequence", variadic=True, typed=type_of_einsum,
    jvp=_einsum_dot, vjp=_einsum_bar,
)  # fmt: skip
row("identity_like", identity_like, category="none", typed=lambda args: of_rank(2), raises=False)
