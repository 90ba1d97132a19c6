"""An independent judge of derivatives: dual numbers over 50-digit mpmath, run on the SOURCE of a program.

A Dual keeps the number that the program itself computes (branches and rounding follow it) and, for each
input, the derivative and the sum of the absolute values of its path terms, to which errors are relative.
"""

import builtins
import copy
import math
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath

MP = mpmath.MPContext()
MP.dps = 50
STEP = MP.mpf(10) ** -17  # differences of first partials: truncation error about 1e-34
NOISE = MP.mpf(10) ** -20  # below this a second partial is not known
NEAR = 1e-9


class NotJudged(Exception):
    """The derivative at this point is not defined, not finite, or hangs on a rounding error."""


@dataclass
class Run:
    """How numbers are computed.

    exact: values too are carried with 50 digits, and partials taken there (for tests of the oracle);
    otherwise partials are taken at the program's floats, so rounding errors of the value do not matter.
    order: 1 or 2. near: comparisons decided by less than 1e-9. ties: kinks where a convention chose.
    """

    exact: bool = False
    order: int = 1
    near: int = 0
    ties: int = 0


@dataclass(slots=True)
class Dual:
    """A number of the program with its derivatives: {input: (derivative, absolute path terms)}."""

    run: Run
    value: Any
    first: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    second: dict[tuple[int, int], tuple[Any, Any]] = field(default_factory=dict)
    exact: Any = None

    def point(self) -> Any:
        """Return the number at which partials are taken."""
        return self.exact if self.run.exact else MP.mpf(self.value)

    def __bool__(self) -> bool:
        return compare(lambda a, b: a != b, self, 0)

    def __int__(self) -> int:
        return int(self.value)

    __trunc__ = __int__

    def __floor__(self) -> int:
        return math.floor(self.value)

    def __ceil__(self) -> int:
        return math.ceil(self.value)

    def __round__(self, *digits: int) -> Any:
        return round(self.value, *digits)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __neg__(self) -> "Dual":
        return linear(-self.value, [(-1, self)])

    def __pos__(self) -> "Dual":
        return linear(+self.value, [(1, self)])

    def __abs__(self) -> Any:
        return absolute(abs(self.value), self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self


def plain(x: Any) -> Any:
    """Return the program's own number."""
    return x.value if isinstance(x, Dual) else x


def point(x: Any) -> Any:
    """Return the number at which partials are taken."""
    return x.point() if isinstance(x, Dual) else MP.mpf(x)


def run_of(args: Sequence[Any]) -> Run | None:
    """Return the run of the first dual number, if there is one."""
    return next((arg.run for arg in args if isinstance(arg, Dual)), None)


@dataclass(frozen=True)
class Rule:
    """A smooth function over mpmath numbers and its partials; slack: absolute error a row may make.

    slack is for derivatives that are usually written over the value, as 1 - y*y for tanh.
    """

    function: Callable[..., Any]
    partials: Callable[..., Sequence[Any]]
    slack: Callable[..., Any] | None = None


def smooth(rule: Rule, value: Any, args: Sequence[Any]) -> Any:
    """Return the value with the derivatives that the chain rule gives."""
    run = run_of(args)
    if run is None:
        return value
    check_finite(value)
    xs = [point(arg) for arg in args]
    try:
        partials = rule.partials(*xs)
        result = Dual(run, value, exact=rule.function(*xs) if run.exact else None)
    except (ZeroDivisionError, ValueError) as error:
        raise NotJudged("partial") from error
    slack = abs(rule.slack(*xs)) if rule.slack else 0
    active = [k for k, arg in enumerate(args) if isinstance(arg, Dual)]
    for k in active:
        if not MP.isfinite(partials[k]):
            raise NotJudged("partial")
        add_first(result, partials[k], abs(partials[k]) + slack, args[k])
        if run.order == 2:
            for m in active:
                mixed = difference(rule, xs, k, m)
                size = abs(mixed) + 4 * slack + NOISE * (1 + abs(partials[k]))
                add_mixed(result, mixed, size, args[k], args[m])
    return result


def difference(rule: Rule, xs: list[Any], k: int, m: int) -> Any:
    """Return the second partial for arguments k and m, by differences of 50-digit partials."""
    shifted = [xs[:m] + [xs[m] + step] + xs[m + 1 :] for step in (STEP, -STEP)]
    above, below = (rule.partials(*shift)[k] for shift in shifted)
    return (above - below) / (2 * STEP)


def linear(value: Any, terms: Sequence[tuple[Any, Any]], offset: Any = 0) -> Any:
    """Return the value with the derivatives of sum(coefficient * argument) + offset."""
    run = run_of([arg for _, arg in terms])
    if run is None:
        return value
    check_finite(value)
    exact = sum((c * point(arg) for c, arg in terms), MP.mpf(offset)) if run.exact else None
    result = Dual(run, value, exact=exact)
    for coefficient, arg in terms:
        if isinstance(arg, Dual) and coefficient:
            add_first(result, coefficient, abs(coefficient), arg)
    return result


def add_first(result: Dual, partial: Any, size: Any, arg: Dual) -> None:
    """Add partial * derivatives of an argument."""
    for target, source in ((result.first, arg.first), (result.second, arg.second)):
        for key, (d, a) in source.items():
            old = target.get(key)
            new = (partial * d, size * a)
            target[key] = new if old is None else (old[0] + new[0], old[1] + new[1])


def add_mixed(result: Dual, mixed: Any, size: Any, left: Dual, right: Dual) -> None:
    """Add the term of a second partial to the second derivatives."""
    for i, (d, a) in left.first.items():
        for j, (e, b) in right.first.items():
            old = result.second.get((i, j), (0, 0))
            result.second[i, j] = (old[0] + mixed * d * e, old[1] + size * a * b)


def check_finite(value: Any) -> None:
    """Refuse to judge beyond what floats hold comfortably."""
    if isinstance(value, complex) or not abs(value) < 1e100:
        raise NotJudged("size")


# Arithmetic ----------------------------------------------------------------------------------------

MUL = Rule(lambda a, b: a * b, lambda a, b: (b, a))
DIV = Rule(lambda a, b: a / b, lambda a, b: (1 / b, -a / (b * b)))


def power_partials(x: Any, n: Any) -> tuple[Any, Any]:
    """Return d(x**n)/dx and d(x**n)/dn."""
    if x == 0:
        by_base = MP.mpf(n == 1) if n == 0 or n >= 1 else MP.inf
        return by_base, MP.mpf(0) if n > 0 else MP.inf
    by_base = n * x ** (n - 1)
    return by_base, x**n * MP.log(x) if x > 0 else MP.nan


POWER = Rule(lambda x, n: x**n, power_partials)


def power(value: Any, x: Any, n: Any) -> Any:
    """Return x**n with derivatives; a passive exponent asks for no logarithm."""
    if isinstance(n, Dual):
        return smooth(POWER, value, (x, n))
    whole = MP.mpf(n)
    fixed = Rule(lambda a: a**whole, lambda a: (power_partials(a, whole)[0],))
    return smooth(fixed, value, (x,))


def remainder(value: Any, a: Any, b: Any, quotient: Callable[[Any], Any], kink: float) -> Any:
    """Return a - quotient(a/b)*b; not judged where the quotient is about to change."""
    if run_of((a, b)) is None:
        return value
    ratio = plain(a) / plain(b)
    if abs(ratio - kink - round(ratio - kink)) < NEAR * max(1.0, abs(ratio)):
        raise NotJudged("kink")
    return linear(value, [(1, a), (-int(quotient(ratio)), b)])


def absolute(value: Any, x: Any) -> Any:
    """Return |x|; its derivative at 0 is 0."""
    sign = (plain(x) > 0) - (plain(x) < 0)
    if isinstance(x, Dual) and not sign:
        x.run.ties += 1
    return linear(value, [(sign, x)])


def extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    """Return max or min; ties share the derivative equally."""

    def function(*args: Any, default: Any = None) -> Any:
        args = tuple(args[0]) if len(args) == 1 else args
        value = choose([plain(arg) for arg in args])
        winners = [arg for arg in args if plain(arg) == value]
        run = run_of(args)
        if run:
            run.ties += len(winners) > 1
        return linear(value, [(MP.mpf(1) / len(winners), arg) for arg in winners]) if run else value

    return function


def compare(test: Callable[[Any, Any], bool], a: Any, b: Any) -> bool:
    """Compare the program's own numbers and note close calls."""
    run = run_of((a, b))
    a, b = plain(a), plain(b)
    if run and abs(a - b) <= NEAR * max(1.0, abs(a), abs(b)):
        run.near += 1
    return test(a, b)


def floor_divide(value: Any, a: Any, b: Any) -> Any:
    """Return a // b, which has no derivative."""
    return value


OPERATORS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any, Any], Any]]] = {
    "add": (lambda a, b: a + b, lambda y, a, b: linear(y, [(1, a), (1, b)])),
    "sub": (lambda a, b: a - b, lambda y, a, b: linear(y, [(1, a), (-1, b)])),
    "mul": (lambda a, b: a * b, lambda y, a, b: smooth(MUL, y, (a, b))),
    "truediv": (lambda a, b: a / b, lambda y, a, b: smooth(DIV, y, (a, b))),
    "pow": (lambda a, b: a**b, power),
    "mod": (lambda a, b: a % b, lambda y, a, b: remainder(y, a, b, math.floor, 0.0)),
    "floordiv": (lambda a, b: a // b, floor_divide),
}
for _name, (_operate, _derive) in OPERATORS.items():

    def _left(self: Dual, other: Any, operate: Any = _operate, derive: Any = _derive) -> Any:
        return derive(operate(self.value, plain(other)), self, other)

    def _right(self: Dual, other: Any, operate: Any = _operate, derive: Any = _derive) -> Any:
        return derive(operate(other, self.value), other, self)

    setattr(Dual, f"__{_name}__", _left)
    setattr(Dual, f"__r{_name}__", _right)

for _name, _test in {
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
}.items():  # fmt: skip
    setattr(Dual, f"__{_name}__", lambda self, other, test=_test: compare(test, self, other))


# The functions of math -----------------------------------------------------------------------------


def unary(function: Any, partial: Any, slack: Any = None) -> Rule:
    """Return the rule of a function of one argument."""
    return Rule(function, lambda x: (partial(x),), slack)


def log_base(x: Any, base: Any) -> Any:
    """Return the logarithm of x to a base."""
    return MP.log(x) / MP.log(base)


LN2, LN10 = MP.log(2), MP.log(10)
RULES: dict[str, Rule] = {
    "exp": unary(MP.exp, MP.exp),
    "exp2": unary(lambda x: MP.mpf(2) ** x, lambda x: LN2 * MP.mpf(2) ** x),
    "expm1": unary(MP.expm1, MP.exp, lambda x: 1),
    "log1p": unary(lambda x: MP.log(1 + x), lambda x: 1 / (1 + x)),
    "log2": unary(lambda x: MP.log(x) / LN2, lambda x: 1 / (x * LN2)),
    "log10": unary(lambda x: MP.log(x) / LN10, lambda x: 1 / (x * LN10)),
    "sqrt": unary(MP.sqrt, lambda x: 1 / (2 * MP.sqrt(x))),
    "cbrt": unary(lambda x: MP.sign(x) * MP.cbrt(abs(x)), lambda x: 1 / (3 * MP.cbrt(abs(x)) ** 2)),
    "sin": unary(MP.sin, MP.cos),
    "cos": unary(MP.cos, lambda x: -MP.sin(x)),
    "tan": unary(MP.tan, lambda x: 1 / MP.cos(x) ** 2),
    "asin": unary(MP.asin, lambda x: 1 / MP.sqrt(1 - x * x)),
    "acos": unary(MP.acos, lambda x: -1 / MP.sqrt(1 - x * x)),
    "atan": unary(MP.atan, lambda x: 1 / (1 + x * x)),
    "sinh": unary(MP.sinh, MP.cosh),
    "cosh": unary(MP.cosh, MP.sinh),
    "tanh": unary(MP.tanh, lambda x: 1 / MP.cosh(x) ** 2, lambda x: 1),
    "asinh": unary(MP.asinh, lambda x: 1 / MP.sqrt(1 + x * x)),
    "acosh": unary(MP.acosh, lambda x: 1 / MP.sqrt(x * x - 1)),
    "atanh": unary(MP.atanh, lambda x: 1 / (1 - x * x)),
    "erf": unary(MP.erf, lambda x: 2 / MP.sqrt(MP.pi) * MP.exp(-x * x)),
    "erfc": unary(MP.erfc, lambda x: -2 / MP.sqrt(MP.pi) * MP.exp(-x * x)),
    "gamma": unary(MP.gamma, lambda x: MP.gamma(x) * MP.psi(0, x), MP.gamma),
    "lgamma": unary(MP.loggamma, lambda x: MP.psi(0, x), lambda x: 1),
    "degrees": unary(lambda x: x * 180 / MP.pi, lambda x: 180 / MP.pi),
    "radians": unary(lambda x: x * MP.pi / 180, lambda x: MP.pi / 180),
    "atan2": Rule(MP.atan2, lambda y, x: (x / (x * x + y * y), -y / (x * x + y * y))),
}
LOG = unary(MP.log, lambda x: 1 / x)
LOG_BASE = Rule(
    log_base,
    lambda x, b: (1 / (x * MP.log(b)), -MP.log(x) / (b * MP.log(b) ** 2)),
)


def elementary(name: str) -> Callable[..., Any]:
    """Return a function of math that takes dual numbers."""
    evaluate, rule = getattr(math, name), RULES[name]
    return lambda *args: smooth(rule, evaluate(*[plain(arg) for arg in args]), args)


def log(x: Any, *base: Any) -> Any:
    """Return the logarithm, natural or to a base."""
    value = math.log(plain(x), *[plain(b) for b in base])
    return smooth(LOG_BASE if base else LOG, value, (x, *base))


def norm(value: float, args: Sequence[Any]) -> Any:
    """Return the Euclidean norm of the arguments; at the origin its derivative is 0."""
    run = run_of(args)
    if not value:
        if run:
            run.ties += 1
        return linear(value, [(0, arg) for arg in args])
    length = lambda *xs: MP.sqrt(sum(x * x for x in xs))  # noqa: E731
    return smooth(Rule(length, lambda *xs: [x / length(*xs) for x in xs]), value, args)


def hypot(*args: Any) -> Any:
    """Return the norm of the arguments."""
    return norm(math.hypot(*[plain(arg) for arg in args]), args)


def dist(p: Sequence[Any], q: Sequence[Any]) -> Any:
    """Return the distance of two points."""
    value = math.dist([plain(a) for a in p], [plain(b) for b in q])
    differences = [a - b for a, b in zip(p, q, strict=True)]
    return norm(value, differences)


def add_up(total: Callable[..., Any]) -> Callable[..., Any]:
    """Return sum or fsum: the program's own rounding, the derivative of a sum."""

    def function(terms: Sequence[Any], *start: Any, **named: Any) -> Any:
        terms, start = list(terms), (*start, *named.values())
        value = total([plain(term) for term in terms], *[plain(s) for s in start])
        return linear(value, [(1, term) for term in (*terms, *start)])

    return function


def prod(factors: Sequence[Any], *, start: Any = 1) -> Any:
    """Return the product of the factors, from a start value."""
    factors = [start, *factors]
    value = math.prod(plain(factor) for factor in factors)

    def partials(*xs: Any) -> list[Any]:
        return [MP.fprod(xs[:k] + xs[k + 1 :]) for k in range(len(xs))]

    return smooth(Rule(lambda *xs: MP.fprod(xs), partials), value, factors)


def copysign(x: Any, y: Any) -> Any:
    """Return the magnitude of x with the sign of y."""
    value = math.copysign(plain(x), plain(y))
    if run_of((x, y)) and (plain(x) == 0 or plain(y) == 0):
        raise NotJudged("kink")
    sign = math.copysign(1.0, plain(x)) * math.copysign(1.0, plain(y))
    return linear(value, [(int(sign), x)])


def ldexp(x: Any, n: int) -> Any:
    """Return x * 2**n."""
    return linear(math.ldexp(plain(x), n), [(MP.mpf(2) ** n, x)])


def modf(x: Any) -> tuple[Any, float]:
    """Return the fraction, which has the derivative of x, and the whole part, which has none."""
    fraction, whole = math.modf(plain(x))
    return linear(fraction, [(1, x)], -whole), whole


def fmod(a: Any, b: Any) -> Any:
    """Return a - trunc(a/b)*b."""
    return remainder(math.fmod(plain(a), plain(b)), a, b, math.trunc, 0.0)


def ieee_remainder(a: Any, b: Any) -> Any:
    """Return a - round(a/b)*b."""
    return remainder(math.remainder(plain(a), plain(b)), a, b, round, 0.5)


def to_float(x: Any = 0.0) -> Any:
    """Return float(x), the derivative kept."""
    return linear(float(x.value), [(1, x)]) if isinstance(x, Dual) else float(x)


def stand_in() -> types.ModuleType:
    """Return a module that looks like math and takes dual numbers."""
    module = types.ModuleType("math")
    vars(module).update({k: v for k, v in vars(math).items() if not k.startswith("_")})
    vars(module).update({name: elementary(name) for name in RULES if hasattr(math, name)})
    vars(module).update(
        log=log, hypot=hypot, dist=dist, prod=prod, copysign=copysign, ldexp=ldexp, modf=modf,
        fmod=fmod, remainder=ieee_remainder, fsum=add_up(math.fsum),
        pow=lambda a, b: power(math.pow(plain(a), plain(b)), a, b),
        fabs=lambda x: absolute(math.fabs(plain(x)), x),
        floor=lambda x: math.floor(plain(x)), ceil=lambda x: math.ceil(plain(x)),
        trunc=lambda x: math.trunc(plain(x)), isfinite=lambda x: math.isfinite(plain(x)),
        isnan=lambda x: math.isnan(plain(x)), isinf=lambda x: math.isinf(plain(x)),
    )  # fmt: skip
    return module


MATH = stand_in()


def import_stand_in(name: str, *rest: Any) -> Any:
    """Import `math` as the stand-in, anything else as it is."""
    return MATH if name == "math" else builtins.__import__(name, *rest)


BUILTINS = vars(builtins) | {
    "__import__": import_stand_in,
    "float": to_float,
    "max": extreme(max),
    "min": extreme(min),
    "sum": add_up(sum),
    "print": lambda *args, **options: None,
}


# Running a program ---------------------------------------------------------------------------------


def leaves(value: Any) -> list[Any]:
    """Return the numbers of nested tuples and lists in order."""
    if isinstance(value, (tuple, list)):
        return [x for part in value for x in leaves(part)]
    return [value]


def places(name: str, value: Any) -> list[str]:
    """Return what the numbers of an argument are called: x, or x[0][1] in a list."""
    if isinstance(value, (tuple, list)):
        return [p for k, part in enumerate(value) for p in places(f"{name}[{k}]", part)]
    return [name]


def like(value: Any, numbers: Iterator[Any]) -> Any:
    """Return numbers in the containers of a value."""
    if isinstance(value, (tuple, list)):
        return type(value)([like(part, numbers) for part in value])
    return next(numbers)


def load(text: str) -> dict[str, Any]:
    """Execute a program's text with stand-ins for math and the builtins that must see duals."""
    namespace: dict[str, Any] = {"__builtins__": BUILTINS, "__name__": "program"}
    exec(compile(text, "<oracle>", "exec"), namespace)
    return namespace


@dataclass(frozen=True)
class Judgement:
    """What is right: for each leaf of the result its value and {input: (derivative, size)}.

    second: for each leaf {(input, input): (derivative, size)} when order 2 was asked for.
    An input is a number among the arguments: x, or x[0] in a list.
    """

    values: list[Any]
    first: list[dict[str, tuple[Any, Any]]]
    second: list[dict[tuple[str, str], tuple[Any, Any]]]
    exact: list[Any]
    near: int
    ties: int


def differentiate(
    text: str,
    name: str,
    arguments: Mapping[str, Any],
    wrt: Sequence[str],
    order: int = 1,
    exact: bool = False,
    shift: Mapping[str, Any] = {},
) -> Judgement:
    """Return value and derivatives of function `name` of a program at the arguments.

    Arguments go to parameters by name where that is possible. `shift` moves inputs of the exact
    values only: all decisions stay those of the unshifted program.
    """
    run = Run(exact, order)
    numbers = copy.deepcopy(dict(arguments))
    places_of = {key: places(key, arguments[key]) for key in wrt}
    inputs = [place for key in wrt for place in places_of[key]]
    count = iter(range(len(inputs)))
    for key in wrt:
        duals = []
        for place, value in zip(places_of[key], leaves(arguments[key])):
            seed = {next(count): (MP.mpf(1), MP.mpf(1))}
            duals.append(Dual(run, value, seed, exact=MP.mpf(value) + shift.get(place, 0)))
        numbers[key] = like(arguments[key], iter(duals))
    wrt = inputs
    function = load(text)[name]
    found = leaves(call(function, numbers))
    for value in found:
        check_finite(plain(value))
    duals = [x if isinstance(x, Dual) else Dual(run, x, exact=MP.mpf(x)) for x in found]
    zero = (MP.mpf(0), MP.mpf(0))
    pairs = [(i, j) for i in range(len(wrt)) for j in range(len(wrt))]
    return Judgement(
        [dual.value for dual in duals],
        [{key: dual.first.get(k, zero) for k, key in enumerate(wrt)} for dual in duals],
        [{(wrt[i], wrt[j]): dual.second.get((i, j), zero) for i, j in pairs} for dual in duals],
        [dual.exact for dual in duals],
        run.near,
        run.ties,
    )


def call(function: Callable[..., Any], numbers: Mapping[str, Any]) -> Any:
    """Call a function with arguments by name, positional-only ones by position."""
    code = function.__code__
    positional = code.co_varnames[: code.co_posonlyargcount]
    named = {key: value for key, value in numbers.items() if key not in positional}
    return function(*[numbers[key] for key in positional], **named)
