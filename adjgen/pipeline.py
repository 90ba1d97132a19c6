"""The stages from a function's source to the text of its derivatives, in order."""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from adjgen.config import STRATEGIES, STYLES, TARGETS
from adjgen.diagnostics import AdjgenError, Problem, UnsupportedError, ordered
from adjgen.ir.core import Eqn, Function, Module

if TYPE_CHECKING:  # each stage is loaded when it is first needed: importing adjgen takes no time
    from adjgen.emit.module import Text
    from adjgen.strategies import Forms

KINDS = {
    "forward": ("jvp",),
    "reverse": ("vjp", "value_and_grad"),
    "both": ("jvp", "vjp", "value_and_grad"),
    "jacobian": ("jacobian", "value_and_jacobian"),
    "hessian": ("hvp", "hessian"),
}
UNSAID = (  # options that change no old hash
    ("checkpoint", 0), ("sparse", False), ("unroll", None), ("strategy", "auto"), ("allow_cancel", False),
)  # fmt: skip
TOO_DEEP = "the function is nested too deeply"
DEEPEST = 60_000  # frames; nested arms need some each, and Python frames take no C stack


@dataclass(frozen=True)
class Options:
    """How to differentiate and how to write it.

    wrt has names or positions of parameters, None means every differentiable one; exact keeps
    x**2 of the primal; define has the constants that the command line gave; checkpoint is the number
    of turns from which on loops keep their state only now and then, 0 for never; sparse leaves entries
    of Jacobians and Hessians out that are zero by structure; unroll is the number of turns up to which
    loops of constant trip counts are unrolled, None for where that saves operations; strategy says how
    gradients and Jacobians are made, "auto" the way of the fewest operations; allow_cancel lets factors
    u * (p / u) cancel.
    """

    target: str = "math"
    style: str = "named"
    exact: bool = False
    mode: str = "both"
    wrt: tuple[str | int, ...] | None = None
    formatted: bool = True
    define: tuple[tuple[str, object], ...] = ()
    checkpoint: int = 0
    sparse: bool = False
    unroll: int | None = None
    strategy: str = "auto"
    allow_cancel: bool = False

    def __post_init__(self) -> None:
        for name, known in (("style", STYLES), ("mode", tuple(KINDS)), ("strategy", STRATEGIES)):
            if getattr(self, name) not in known:
                words = " or ".join(repr(word) for word in known)
                raise ValueError(f"{name} is {words}, not {getattr(self, name)!r}")
        for name in ("exact", "formatted", "sparse", "allow_cancel"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} is True or False, not {getattr(self, name)!r}")
        if self.unroll is not None and (type(self.unroll) is not int or self.unroll < 0):
            raise ValueError(f"unroll is None or a number of turns, not {self.unroll!r}")

    @classmethod
    def given(cls, options: Mapping[str, Any], known: Sequence[str]) -> "Options":
        """Return options that a caller gave by name, of those that the call knows."""
        for name in options:
            if name not in known:
                raise TypeError(f"there is no option {name!r}; there are {', '.join(known)}")
        return cls(**options)

    def digest(self) -> str:
        """Return a hash of what changes the text."""
        import hashlib

        items = sorted(item for item in asdict(self).items() if item not in UNSAID)
        return hashlib.sha256(repr(items).encode()).hexdigest()[:16]


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow arms nested in arms, as long elif chains make them; no garbage is collected meanwhile.

    Equations are many small objects that live until the text is written: looking for cycles among
    them again and again takes a third of the time and finds nothing. What is deeper is refused.
    """
    old, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(old, DEEPEST))
    gc.disable()
    try:
        yield
    except RecursionError:
        if old >= DEEPEST:  # whoever called this knows which function it is
            raise
        raise UnsupportedError([Problem("ADJ802", TOO_DEEP, "Split it.")]) from None
    finally:
        sys.setrecursionlimit(old)
        if collecting:
            gc.enable()


def primal(definition: Any, options: Options = Options()) -> Module:
    """Return a function in optimised intermediate form, its variables numbered."""
    from adjgen.ir.query import number
    from adjgen.passes import optimise
    from adjgen.read.lower import lower
    from adjgen.targeted import fitted

    if options.target not in TARGETS:
        why = "There are math and numba, for numbers and lists, and numpy, for arrays."
        raise UnsupportedError(
            [Problem("ADJ802", f"target {options.target!r} does not exist", why)]
        )
    with deep_recursion():
        lowered = lower(definition, options.target, options.wrt)
        module = optimise(lowered, after=False, exact=options.exact)
        if options.checkpoint:
            from adjgen.diff.checkpoint import marked

            module = marked(module, options.checkpoint)
        number(module.main.body)
        return fitted(module)


def product(
    module: Module,
    kind: str,
    wrt: Sequence[str] | None,
    bare: bool,
    options: Options,
    forms: "Forms | None" = None,
) -> Module:
    """Return the module of a product; `forms` keeps, from one to the next, what products share."""
    from adjgen.strategies import Forms, cheapest
    from adjgen.targeted import fitted

    with deep_recursion():
        return fitted(cheapest(forms or Forms(module, options), kind, wrt, bare))


def written(
    functions: Sequence[Function], module: Module, options: Options, live: bool = False
) -> "Text":
    """Return functions of a module as text, for a file or (live) for the running program."""
    from adjgen.emit.module import write_functions

    files = module.main.about.get("files", {})

    def quote(eqn: Eqn) -> str:
        if eqn.loc is None or eqn.loc.path not in files:
            return ""
        return str(files[eqn.loc.path].statement(eqn.loc.line))

    with deep_recursion():
        holders = module.main.about.get("holders", {})
        hidden = module.main.about.get("hidden", ())
        target = module.main.about.get("target", options.target)
        copies = module.main.about.get("copies", {})
        return write_functions(
            functions, target, options.style, quote, holders, hidden, live, copies
        )


def helpers(module: Module) -> list[Function]:
    """Return the functions that a module's main function calls, directly or not."""
    from adjgen.ir.query import called

    return [module.functions[name] for name in called(module) if name != module.main.name]


@dataclass
class Generated:
    """A generated module.

    source      its text
    functions   the names in it, in order
    ops         for each function of the source the operations of each product
    lines       line of the text -> line of the source
    refused     the problems of each function that could not be differentiated
    kinks       for each function of the source the places where a derivative is a convention;
                `find_kinks` has what finds them
    bases       (name in the module, qualified name in the source)
    held        names in it of objects that no import finds: of closures, of live defaults
    arrays      name in the module -> parameter that is an array -> dimensions if known, type of numbers
    """

    source: str = ""
    functions: tuple[str, ...] = ()
    ops: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)
    refused: dict[str, list[Problem]] = field(default_factory=dict)
    find_kinks: dict[str, Callable[[], list[Problem]]] = field(default_factory=dict, repr=False)
    bases: tuple[tuple[str, str], ...] = ()
    held: tuple[str, ...] = ()
    arrays: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def warnings(self) -> list[Problem]:
        """The places where a derivative is a convention, each once."""
        return ordered(problem for found in self.kinks.values() for problem in found)

    @cached_property
    def kinks(self) -> dict[str, list[Problem]]:
        """The places of each function where the derivative is a convention, found when asked for."""
        return {name: find() for name, find in self.find_kinks.items()}


@dataclass
class Differentiated:
    """One function of the source with its products."""

    module: Module
    products: dict[str, Module]

    def functions(self) -> list[Function]:
        """Return the functions to write, helpers last."""
        mains = [self.module.main, *(m.main for m in self.products.values())]
        names = {f.name for f in mains}
        extra = {h.name: h for m in (self.module, *self.products.values()) for h in helpers(m)}
        return [*mains, *(h for name, h in extra.items() if name not in names)]

    def renamed(self, new: dict[str, str]) -> "Differentiated":
        """Return the same with other names for helpers."""
        from adjgen.ir.query import renamed

        if not new:
            return self
        products = {kind: renamed(module, new) for kind, module in self.products.items()}
        return Differentiated(renamed(self.module, new), products)


def differentiated(definition: Any, options: Options) -> Differentiated:
    """Return a function with the products that the options ask for."""
    from adjgen.diff.signature import wrt_names
    from adjgen.numbers_or_arrays import fitting_primal
    from adjgen.strategies import Forms

    module = fitting_primal(definition, options)
    names = wrt_names(module, options.wrt)
    products = {}
    forms = Forms(module, options)
    for kind in KINDS[options.mode]:
        if kind == "value_and_grad" and module.main.is_composite():
            continue  # a tuple has no gradient; its vjp is there
        chosen = names or [p.name for p in module.main.params if p.differentiable]
        products[kind] = product(module, kind, names, len(chosen) == 1, options, forms)
    return Differentiated(module, products)


def generate(definitions: Sequence[Any], options: Options = Options()) -> Generated:
    """Return the module of several functions; one that is refused does not stop the others."""
    with deep_recursion():
        return _generated(definitions, options)


def _generated(definitions: Sequence[Any], options: Options) -> Generated:
    from adjgen.assemble import assembled
    from adjgen.diff.signature import wrt_names
    from adjgen.kinks import kinks
    from adjgen.merge import merged

    done: list[tuple[Any, Differentiated]] = []
    refused: dict[str, list[Problem]] = {}
    for definition in definitions:
        try:
            done.append((definition, differentiated(definition, options)))
        except AdjgenError as error:
            refused[definition.qualname] = list(error.diagnostics)
        except RecursionError:
            problem = definition.file.problem(definition.node, "ADJ802", TOO_DEEP, "Split it.")
            refused[definition.qualname] = [problem]
    done, clashes = merged(done)
    refused |= clashes
    generated = assembled(done, options) if done else Generated()
    generated.refused = refused
    generated.find_kinks = {
        definition.qualname: partial(kinks, one.module, wrt_names(one.module, options.wrt))
        for definition, one in done
    }
    return generated
