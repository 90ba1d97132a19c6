"""What functions of Python's library and of numpy do with what they are given, where adjgen has no rule for them."""

import ast
from collections.abc import Callable

GIVE_NUMBERS = {  # what these give holds nothing of what they are given
    *(f"builtins.{name}" for name in """isinstance issubclass len str repr format callable hasattr id
    hash any all ascii bytes chr ord bin hex oct range abs round int float bool divmod pow print""".split()),
    "bisect.bisect", "bisect.bisect_left", "bisect.bisect_right", "json.dumps", "copy.deepcopy",
}  # fmt: skip
GIVE_ITEMS = {  # these give an item, or a container of the items, of their first argument
    *(f"builtins.{name}" for name in "tuple list set frozenset dict sorted max min next sum".split()),
    "copy.copy", "collections.Counter", "collections.deque",
    "statistics.mode", "statistics.multimode", "statistics.median_low", "statistics.median_high",
}  # fmt: skip
WALKERS = {
    "builtins.zip", "builtins.enumerate", "builtins.reversed", "builtins.iter",
    "itertools.accumulate", "itertools.chain", "itertools.islice",
}  # fmt: skip
STORES_OF_NUMPY = set("put place copyto fill_diagonal putmask put_along_axis".split())
INTO_GIVEN = {
    "out",
    "copy",
    "overwrite_input",
}  # by these a function of numpy is told where to store
# How many arguments functions of numpy take, before one to store into; two, where nothing is said.
ARGUMENTS = {
    **dict.fromkeys(
        """abs absolute fabs negative positive sign square reciprocal sqrt cbrt exp expm1 exp2 log log2
        log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh degrees radians
        rad2deg deg2rad floor ceil trunc rint spacing conj conjugate invert bitwise_not logical_not isnan
        isinf isfinite isnat signbit fix modf frexp nan_to_num isposinf isneginf bitwise_count""".split(),
        1,
    ),
    **dict.fromkeys(
        """clip where interp linspace arange full full_like allclose isclose array_equal searchsorted
        digitize polyfit histogram select repeat pad insert delete append moveaxis swapaxes reshape""".split(),
        3,
    ),
}
MADE = {
    "builtins.list", "builtins.set", "builtins.dict", "collections.deque", "collections.defaultdict",
    "collections.OrderedDict", "collections.Counter",
}  # fmt: skip


def only_computes(call: ast.Call, dotted: Callable[[ast.expr], str]) -> bool:
    """Whether a function of numpy's returns something new, or a view, and stores nowhere."""
    first, _, name = dotted(call.func).partition(".")
    stores = name in STORES_OF_NUMPY or name.startswith(("random.", "ndarray."))
    stores = stores or name.endswith(".at") or len(call.args) > ARGUMENTS.get(name, 2)
    told = any(k.arg is None or k.arg in INTO_GIVEN for k in call.keywords)
    return first == "numpy" and not (stores or told)


def permutes(node: ast.AST) -> bool:
    """Whether a statement is a method of a list that exchanges its items: `g.sort(key=len)`."""
    call = getattr(node, "value", node)
    method = call.func if isinstance(call, ast.Call) else None
    return isinstance(method, ast.Attribute) and method.attr in ("sort", "reverse")
