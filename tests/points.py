"""For every row: points inside its domain, the same function in mpmath, and how Python spells it."""

import itertools
import math

import mpmath

from adjgen.elementary import TABLE

# No quotient of two of these is within 0.03 of a multiple of 1/2, where remainders jump.
REAL = (-2.65, -0.6, 0.45, 1.3, 8.3)
INTERVALS = {
    "real": REAL,
    "nonzero": REAL,
    "positive": (0.3, 0.9, 1.7, 12.5),
    "unit": (-0.999999, -0.4, 0.2, 0.7, 0.99),
    "above_one": (1.000001, 1.2, 3.4, 40.0),
    "above_minus_one": (-0.99, -0.3, 0.2, 1.9, 25.0),
    "base": (0.4, 2.0, 10.0),
    "int": (-3, 0, 4),
    "order": (0, 1, 2),
}
ARITIES = {"dist": (2, 4, 6), "sumprod": (2, 4, 6)}
OPERATORS = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "floordiv": "{0} // {1}",
    "mod": "{0} % {1}",
    "pow": "{0} ** {1}",
    "neg": "-{0}",
    "pos": "+{0}",
    "not": "not {0}",
    "lt": "{0} < {1}",
    "le": "{0} <= {1}",
    "gt": "{0} > {1}",
    "ge": "{0} >= {1}",
    "eq": "{0} == {1}",
    "ne": "{0} != {1}",
    "is": "operator.is_({0}, {1})",
    "is_not": "operator.is_not({0}, {1})",
    "round_digits": "round({0}, {1})",
    "log_base": "math.log({0}, {1})",
}
HALVES = {"dist", "sumprod"}  # two displays
DISPLAYS = {"sum", "fsum", "prod"}  # one display
REFUSED = {"frexp"}  # no derivative is asked for
INTEGRAL = {"ldexp"}  # an argument is an int


def scalar_rows():
    """The rows of functions of numbers that Python has; those of users have dotted names."""
    return [row for row in TABLE.values() if row.domain and row.name.isidentifier()]


def expression(row, args):
    """How Python spells the row, applied to expressions."""
    if row.name in OPERATORS:
        return OPERATORS[row.name].format(*(f"({arg})" for arg in args))
    if row.name == "sum_from":
        return f"sum([{', '.join(args[:-1])}], {args[-1]})"
    function = row.names[0].removeprefix("builtins.")
    listed = ", ".join(args)
    if row.name in DISPLAYS:
        listed = f"[{listed}]"
    if row.name in HALVES:
        half = len(args) // 2
        listed = f"[{', '.join(args[:half])}], [{', '.join(args[half:])}]"
    return f"{function}({listed})"


def points(row):
    """Points of the domain at which the function is smooth: all arguments differ."""
    if row.variadic:
        arities = ARITIES.get(row.name, (2, 3, 4))
        numbers = [*INTERVALS[row.domain[0]], 3.45, -7.9]
        return [
            tuple(numbers[(i + 2 * j) % 7] for j in range(n)) for n in arities for i in range(4)
        ]
    found = itertools.product(*(INTERVALS[name] for name in row.domain))
    return [point for point in found if len(set(point)) == len(point)]


def few(row):
    """One point for each number of arguments, in the middle of the domain."""
    found = {len(point): point for point in points(row) if len(point) < 5}
    return list(found.values()) if row.variadic else [points(row)[len(points(row)) // 2]]


def units(n):
    """The orders of the n first derivatives."""
    return [[int(j == k) for j in range(n)] for k in range(n)]


def truncated(x):
    return mpmath.floor(x) if x >= 0 else mpmath.ceil(x)


def root(args):
    return mpmath.sqrt(mpmath.fsum(x * x for x in args))


def halves(args):
    half = len(args) // 2
    return zip(args[:half], args[half:], strict=True)


# The function itself; its derivative is then mpmath's.
REFERENCE = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda x: -x,
    "pos": lambda x: x,
    "sum": lambda *terms: mpmath.fsum(terms),
    "sum_from": lambda *terms: mpmath.fsum(terms),
    "fsum": lambda *terms: mpmath.fsum(terms),
    "prod": lambda *factors: mpmath.fprod(factors),
    "sumprod": lambda *args: mpmath.fsum(p * q for p, q in halves(args)),
    "fma": lambda a, b, c: a * b + c,
    "abs": abs,
    "fabs": abs,
    "copysign": lambda x, s: abs(x) * mpmath.sign(s),
    "max": max,
    "min": min,
    "pow": lambda x, n: x**n,
    "math_pow": lambda x, n: x**n,
    "sqrt": mpmath.sqrt,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "hypot": lambda *args: root(args),
    "dist": lambda *args: root([p - q for p, q in halves(args)]),
    "ldexp": lambda x, i: x * mpmath.mpf(2) ** i,
    "float": lambda x: x,
    "mod": lambda a, b: a - b * mpmath.floor(a / b),
    "divmod": lambda a, b: (mpmath.floor(a / b), a - b * mpmath.floor(a / b)),
    "fmod": lambda a, b: a - b * truncated(a / b),
    "remainder": lambda a, b: a - b * mpmath.nint(a / b),
    "modf": lambda x: (x - truncated(x), truncated(x)),
    "nextafter": lambda x, towards: x,
    "exp": mpmath.exp,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "log10": lambda x: mpmath.log(x) / mpmath.log(10),
    "log1p": lambda x: mpmath.log(1 + x),
    "log_base": lambda x, base: mpmath.log(x) / mpmath.log(base),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "degrees": lambda x: x * 180 / mpmath.pi,
    "radians": lambda x: x * mpmath.pi / 180,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "gamma": mpmath.gamma,
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "polygamma": lambda order, x: mpmath.polygamma(order, x),
}


def derivatives(row, point, orders):
    """A mixed partial derivative from mpmath, for each out of the row, as floats."""
    function = REFERENCE[row.name]
    integers = [k for k, x in enumerate(point) if isinstance(x, int)]
    if any(orders[k] for k in integers):
        return [0.0] * row.outs

    def out(j):
        def value(*args):
            given = [point[k] if k in integers else x for k, x in enumerate(args)]
            result = function(*given)
            return result[j] if row.outs > 1 else result

        return value

    with mpmath.workdps(50):
        at = tuple(mpmath.mpf(x) for x in point)
        if len(at) == 1:
            found = [mpmath.diff(out(j), at[0], orders[0]) for j in range(row.outs)]
        else:
            found = [mpmath.diff(out(j), at, tuple(orders)) for j in range(row.outs)]
        return [float(mpmath.re(x)) for x in found]


EXTREMES = (
    0.0, -0.0, 5e-324, 1e-300, -1e-300, 1e-8, 0.5, -0.5, 1.0, -1.0, 1.0 - 2**-53, -1.0 + 2**-53, 1.0 + 2**-52,
    2.0, -3.0, 709.0, 1e16, 1e155, 1e300, -1e300, 1.7976931348623157e308, math.inf, -math.inf, math.nan,
)  # fmt: skip
FEW_EXTREMES = (0.0, -0.0, 5e-324, -1e-300, 1.0, -3.0, 1e300, math.inf, math.nan)
EXTREME_INTEGERS = (0, 1, -1, 2, 1023, 1024, -1074, 5000, -5000)


def extreme_points(row):
    """All combinations of extreme numbers: kinks, edges, what overflows or underflows."""
    domain = row.domain * 2 if row.variadic else row.domain
    pool = EXTREMES if len(domain) < 3 else FEW_EXTREMES
    integers = {"int": EXTREME_INTEGERS, "order": (0, 1, 2)}
    found = list(itertools.product(*(integers.get(name, pool) for name in domain)))
    if row.variadic and row.name not in HALVES:
        found += itertools.product(FEW_EXTREMES, repeat=3)
    if row.name in HALVES:
        found += itertools.product((0.0, 5e-324, -1.0, 1e300, math.inf), repeat=4)
    return found
