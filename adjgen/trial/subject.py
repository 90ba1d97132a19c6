"""A function of the generated module with its derivatives, and where the module is executed."""

import importlib
import importlib.util
import inspect
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from adjgen.trial.arrays import Sized
from adjgen.trial.slope import complex_module
from adjgen.trial.structure import Function

MATRICES = ("jacobian", "value_and_jacobian", "hvp", "hessian")


class Unverifiable(Exception):
    """No statement can be made, for the reason that the message gives."""


@dataclass
class Order:
    """What the parent sends, once: the module and how to check it.

    at, seed    given values by parameter; of the random ones
    arrays      for each function the shapes of its parameters that are arrays
    folders     where passive imports of the source are found
    original    its module name (or "") and file: compare with its functions
    exact       whether its value must be the same bit for bit
    wrt         names in the order of the gradients, if they were given
    seconds     for the value at a point
    matrices    the text of a module with Jacobians or Hessians of the same functions, "" for none
    sparse      whether these have only the entries that are not zero by structure
    """

    text: str
    at: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    arrays: dict[str, dict[str, Sized]] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    original: tuple[str, str] | None = None
    exact: bool = False
    wrt: tuple[str, ...] = ()
    seconds: float = 1.0
    matrices: str = ""
    sparse: bool = False


@dataclass
class Subject:
    """A function of the generated module, with its derivatives as far as they were generated."""

    name: str
    value: Function
    jvp: Function | None
    vjp: Function | None
    value_and_grad: Function | None
    complex: Function | None = None
    original: Function | None = None
    exact: bool = False
    wrt: tuple[str, ...] = ()
    matrices: dict[str, Function] = field(default_factory=dict)
    sparse: bool = False

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """The parameters that take one value."""
        every = inspect.signature(self.value).parameters.values()
        return [p for p in every if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]

    def added(self, function: Function | None) -> list[str]:
        """Return the parameters that a derivative function has and the function has not."""
        own = inspect.signature(self.value).parameters
        more = inspect.signature(function).parameters if function else ()
        return [name for name in more if name not in own]

    @property
    def tangents(self) -> dict[str, str]:
        """The name of the tangent of each differentiated parameter."""
        return {name.rpartition("_dot")[0]: name for name in self.added(self.jvp)}

    @property
    def active(self) -> list[str]:
        """The names of the differentiated parameters, in the order of the gradients."""
        names = [p.name for p in self.parameters if p.name in self.tangents]
        return [name for name in self.wrt if name in names] or names

    @property
    def bar(self) -> str:
        """The name of vjp's adjoint of the value."""
        return (self.added(self.vjp) or ["bar"])[-1]


def subject(order: Order, name: str, qualname: str) -> Subject:
    """Execute the module in a fresh namespace and return one of its functions."""
    try:
        space = executed(order.text)
    except ImportError as error:
        raise Unverifiable(
            f"the module needs {error.name or error}, which is not installed"
        ) from None
    if name not in space:
        raise Unverifiable(f"the module has no function {name}")
    return Subject(
        name,
        space[name],
        jvp=space.get(f"{name}_jvp"),
        vjp=space.get(f"{name}_vjp"),
        value_and_grad=space.get(f"{name}_value_and_grad"),
        complex=complex_module(order.text).get(name),
        original=original(*order.original, qualname) if order.original else None,
        exact=order.exact,
        wrt=order.wrt,
        matrices=matrices(order.matrices, name),
        sparse=order.sparse,
    )


def matrices(text: str, name: str) -> dict[str, Function]:
    """Return the functions of Jacobians and Hessians by kind."""
    space = executed(text)
    return {kind: space[f"{name}_{kind}"] for kind in MATRICES if f"{name}_{kind}" in space}


@cache
def executed(text: str) -> dict[str, Any]:
    """Return the namespace of a module text."""
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), space)
    return space


def original(module: str, file: str, qualname: str) -> Function:
    """Return the user's own function, imported (only --against-original asks for this)."""
    try:
        if module:
            found: Any = importlib.import_module(module)
        else:
            spec = importlib.util.spec_from_file_location("original", file)
            assert spec and spec.loader
            found = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(found)
        for part in qualname.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise Unverifiable(f"the original cannot be imported: {error}") from None
    checked: Function = found
    return checked
