"""Code that once went silently wrong: each is right now, or refused with a reason."""

import builtins
import contextlib
import functools
import math
import types
from builtins import isinstance as is_a
from builtins import range as turns

import pytest

import adjgen


class Counter:
    """Keeps a total behind a method that sounds like logging."""

    def __init__(self):
        self.total = 0.0

    def log(self, value):
        self.total += value

    def scaled(self, a=1.0):
        return a * 2.0


COUNTER = Counter()
POWERS = (1.0, 2.0, 4.0)
BOX = types.SimpleNamespace(items=[1.0])


def power(a, b=1.0):
    return a * a + 3.0 * b


BOUND = functools.partial(power, 2.0)


def newton(x):
    for _ in range(50):
        old = x
        x = 0.5 * (x + 2.0 / x)
        if abs(x - old) < 1e-12:
            break
    return x


def growth(v):
    u = v * v
    return u * (u + 1.0)


def condition_with_a_local_of_the_same_name(x):
    u = x
    k = 0
    while growth(u) < 10.0:
        k += 1
        u = x * k
    return u


def call_of_a_partial(x):
    return BOUND(x) + COUNTER.scaled(x)


def grows_while_it_shrinks(x, items):
    y = x
    while items:
        items.pop()
        if items:
            y = y * x
        else:
            y = y + x
    return y


def tries(x, v):
    a = v * 2.0
    c = a
    try:
        a = 1.0
        b = c + a
    except ValueError:
        b = 0.0
    return x * b * a


def comprehension_over_its_own_name(x, k):
    k = [k for k in k]
    return x * sum(k)


def lambda_with_a_default(x, ks):
    a = 2.0
    ks = sorted(ks, key=lambda v, a=a: v * a)
    return x * ks[0]


def uses_up_an_iterator(x, items):
    it = iter(items)
    for _ in it:
        pass
    return x * (1 + len(list(it)))


def flag_in_a_condition(x):
    flag = False
    if x > 0 and ((flag := x > 10) or x < 5):
        return abs(x - 10)
    return x + flag


def beside_a_nan(x, y):
    if x < y * y:
        return 2 * x
    return abs(x) + abs(max(x, y * y))


def verbose_times(x, verbose=False):
    if verbose:
        x = x * verbose
    return x


def callee_with_a_list(n):
    return [n, 1]


def changes_a_list(x):
    items = callee_with_a_list(2)
    items.append(5)
    return x * len(items)


def list_by_two_names(x, n, box):
    a = n * box.items
    b = a
    b += box.items
    return x * len(a)


def asserts_an_effect(x):
    items = []
    assert items.append(x) is None
    return items[0] * 2.0


def list_inside_another(x, n, box):
    a = n * box.items
    c = [a]
    a += box.items
    return x * len(c[0])


def begins_in_the_first_turn(x, n):
    for k in builtins.range(n):
        if k > 0:
            total += x * k  # noqa: F821
        else:
            total = x
    return total


def whole(x):
    return x * x if (x * 1.0).is_integer() else x


@pytest.mark.parametrize(
    ("f", "args", "slope"),
    [
        (whole, (3.0,), 6.0),
        (list_by_two_names, (1.5, 2, BOX), 3.0),
        (list_inside_another, (1.5, 2, BOX), 3.0),
        (asserts_an_effect, (1.5,), 2.0),
        (begins_in_the_first_turn, (1.5, 4), 7.0),
        (whole, (3.5,), 1.0),
        (newton, (3.0,), 0.0),
        (condition_with_a_local_of_the_same_name, (1.0,), 2.0),
        (call_of_a_partial, (3.0,), 5.0),
        (grows_while_it_shrinks, (1.1, [1, 2, 3]), 3 * 1.1**2 + 1.0),
        (tries, (3.0, 5.0), 11.0),
        (comprehension_over_its_own_name, (1.5, [1.0, 2.0]), 3.0),
        (lambda_with_a_default, (1.5, [3.0, 2.0]), 2.0),
        (uses_up_an_iterator, (1.0, [1, 2, 3]), 1.0),
        (flag_in_a_condition, (3.0,), -1.0),
        (beside_a_nan, (-5.0, math.nan), -2.0),
        (verbose_times, (3.0, 3), 3.0),
        (changes_a_list, (3.0,), 3.0),
    ],
)
def test_is_right(f, args, slope):
    def fresh():
        return [list(a) if isinstance(a, list) else a for a in args]

    expected = f(*fresh())
    value, gradient = adjgen.value_and_grad(f, wrt="x")(*fresh())
    again, tangent = adjgen.jvp(f, wrt="x")(*fresh(), x_dot=1.0)
    assert repr(value) == repr(again) == repr(expected) or math.isnan(expected)
    assert math.isclose(gradient, slope, abs_tol=1e-9)
    assert math.isclose(tangent, slope, abs_tol=1e-9)


def records(x, rec):
    rec.log(x * x)
    return rec.total


def evaluates(x):
    return eval("x * x")


def looks_at_locals(x):
    return locals()["x"] * 2.0


def binds_late(x):
    a = 2.0
    g = (a * k for k in range(3))
    a = 5.0
    return x * a * sum(g)


def always_unbound(x):
    y = x * x
    del y
    return x * y  # noqa: F821


def name_of_an_exception(x, text):
    try:
        k = float(text)
    except ValueError as error:
        k = len(str(error))
    return x * k if k else x * len(error.args)  # noqa: F821


def lost_name_of_an_exception(x, text):
    error = 2.0
    try:
        k = float(text)
    except ValueError as error:
        k = len(str(error))
    return x * k * error


def bound_in_a_carried_loop(x, texts):
    try:
        for k in texts:
            float(k)
    except ValueError:
        pass
    print(k)
    return x * x


def perhaps_read(x, text):
    if x > 0:
        k = 1.0
    try:
        j = float(text) + k
    except ValueError:
        j = 2.0
    return x * j


def real_part(x):
    return x.real * x


def imaginary_part(x):
    return x + x.imag


def conjugate(x):
    return (2.0 * x).conjugate() * x


def fraction(x):
    top, bottom = x.as_integer_ratio()
    return top / bottom


def through_text(x):
    return float.fromhex(x.hex())


def operator_method(x):
    return x.__mul__(x)


@pytest.mark.parametrize(
    "f",
    [
        always_unbound,
        name_of_an_exception,
        real_part,
        imaginary_part,
        conjugate,
        fraction,
        through_text,
        operator_method,
        records,
        evaluates,
        looks_at_locals,
        binds_late,
    ],
)
def test_is_refused(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ"):
        adjgen.value_and_grad(f, wrt="x")


def test_an_exception_of_the_function_comes_before_one_of_its_derivative():
    seen = []

    def tick(k):
        seen.append(k)
        return 1.0

    def f(x):
        return tick(7) + math.asin(x)

    with pytest.raises(ValueError, match="math domain error"):
        adjgen.jvp(f)(2.0, x_dot=1.0)
    assert seen == [7]


def zip(a, b):  # a function of the user's own
    return a * b


def type_of(a, b):
    return a + b


Flag = bool


def with_zip_of_its_own(x, y):
    return zip(x, y)


def with_a_local_name(x, y):
    enumerate = type_of
    return enumerate(x, y)


def with_turns(x, n):
    return x * len(turns(n))


def with_local_turns(x, n):
    from builtins import range as rounds

    steps = builtins.range
    return x * len(rounds(n)) + x * len(steps(n))


def with_is_a(x, mode):
    return x if is_a(mode, (str, bytes)) else 2.0 * x


def with_an_alias_of_bool(x, flag: Flag = None):
    return x if flag else 2.0 * x


def with_a_shift(x, n):
    n >>= 1
    return x * n


def with_methods_of_floats(x, y):
    return x if y.is_integer() else x * y.real


def with_an_index_of_its_name(x, i):
    squares = [POWERS[i] for i in (0, 1, 2)]
    return x * i * len(squares)


def with_another_value_later(x, n):
    y = n * x
    n = 2
    return y * POWERS[n]


def with_a_number_that_may_be_text(x, y):
    if isinstance(y, str):
        y = float(y)
    return x * y


def with_a_name_that_is_text(x, name):
    print("the name is " + name if x > 100.0 else "")
    return x


@pytest.mark.parametrize(
    ("f", "selected"),
    [
        (with_an_index_of_its_name, 2),
        (with_another_value_later, 2),
        (with_a_number_that_may_be_text, 2),
        (with_a_name_that_is_text, 1),
        (with_zip_of_its_own, 2),
        (with_a_local_name, 2),
        (with_turns, 1),
        (with_local_turns, 1),
        (with_is_a, 1),
        (with_an_alias_of_bool, 1),
        (with_a_shift, 1),
    ],
)
def test_a_parameter_is_passive_by_what_uses_it_not_by_its_spelling(f, selected):
    value, gradient = adjgen.value_and_grad(f)(1.5, 4)
    assert repr(value) == repr(f(1.5, 4))
    assert selected == (len(gradient) if isinstance(gradient, tuple) else 1)


def test_a_method_of_floats_makes_no_parameter_passive():
    with pytest.raises(adjgen.UnsupportedError, match="real number is its own real part"):
        adjgen.value_and_grad(with_methods_of_floats)


def never_assigned_first(x, n):
    for _ in builtins.range(n):
        total += x  # noqa: F821
    return total


def halves_a_number(x):
    k = 2.0 * x
    k >>= 1
    return k


def star(x, items):
    return type_of(*items, x)


def star_of_a_builtin(x, items):
    return pow(*items, x)


def traced(function):
    @functools.wraps(function)
    def around(*args, **kwargs):
        return function(*args, **kwargs)

    return around


@traced
def square(x):
    return x * x


def calls_a_wrapped_one(x):
    return x * square(x)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (never_assigned_first, "ADJ501 `total` is read before it is assigned"),
        (halves_a_number, "ADJ404 a bit operation"),
        (star, "ADJ601 a call of `type_of` .* unpacked .* Write the arguments one by one"),
        (star_of_a_builtin, "ADJ601 a call of `pow` .* unpacked .* Write the arguments one by one"),
        (square, "ADJ302 `square` is the wrapper of a decorator: .* `square.__wrapped__`"),
        (
            calls_a_wrapped_one,
            "ADJ302 `square` is the wrapper of a decorator: .* `square.__wrapped__`",
        ),
    ],
)
def test_a_refusal_names_the_reason(f, message):
    with pytest.raises(adjgen.UnsupportedError, match=message):
        adjgen.value_and_grad(f)
    assert adjgen.grad(square.__wrapped__)(1.5) == 3.0


def forgets_to_return(x):
    x * x


def falls_off_the_end(x, method="square"):
    if method == "square":
        return x * x
    elif method == "half":
        return 0.5 * x


def finds_nothing(x):
    for k in builtins.range(3):
        if x > k:
            return x * x
    return None


def test_a_function_that_returns_nothing_is_refused():
    with pytest.raises(adjgen.UnsupportedError, match="ADJ306 `forgets_to_return` returns nothing"):
        adjgen.grad(forgets_to_return)


@pytest.mark.parametrize(
    ("f", "right", "wrong"),
    [(falls_off_the_end, (3.0,), (3.0, "cube")), (finds_nothing, (3.0,), (-1.0,))],
)
def test_where_a_function_returns_none_its_derivative_raises(f, right, wrong):
    """A gradient of zero would be a silent one."""
    assert f(*wrong) is None
    grad, jvp, vjp = adjgen.grad(f, wrt="x"), adjgen.jvp(f, wrt="x"), adjgen.vjp(f, wrt="x")
    twice = adjgen.grad(adjgen.grad(f, wrt="x"), wrt="x")
    assert (grad(*right), twice(*right)) == (6.0, 2.0)
    assert jvp(*right, x_dot=1.0) == vjp(*right) == (9.0, 6.0)
    for call in (grad, vjp, twice, functools.partial(jvp, x_dot=1.0)):
        with pytest.raises(TypeError, match="returned None"):
            call(*wrong)


def repeated(head, step, count, indent=4):
    """A function in which a step is repeated, {k} its number."""
    lines = [" " * indent + line for k in range(count) for line in step.format(k=k).split("\n")]
    return "\n".join([f"def f(x, y):\n{head}", *lines, "    return x * y\n"])


LONG = {
    "and": "def f(x, y):\n    if " + " and ".join(f"x > {k}.5" for k in range(200)) + ":\n        return x * x\n    return x * y\n",
    "or of numbers": "def f(x, y):\n    return y * (x - x or " + " or ".join(f"(x - {k}.5 > 0) * x" for k in range(200)) + ")\n",
    "comparison": "def f(x, y):\n    if " + " < ".join(f"x * {k}.5" for k in range(120)) + ":\n        return x * x\n    return x * y\n",
    "returns": repeated("    x = x * y", "if x > {k}.5:\n    return x * y\nx = x + y", 100),
    "breaks": repeated("    for i in range(9):\n        x = x * y", "if x > {k}.5:\n    x = x * y\n    break\nx = x + y", 100, 8),
    "returns in a loop": repeated("    for i in range(9):\n        x = x * y", "if x > {k}.5 + i:\n    return x * y + i\nx = x + y", 100, 8),
}  # fmt: skip


@pytest.mark.parametrize("text", LONG.values(), ids=list(LONG))
def test_long_chains_are_text_that_python_reads(text, as_module):
    original, made = {}, as_module(adjgen.generate(text, formatted=False).source)
    exec(text, original)
    for x in (0.3, 2.25, 17.3, 64.1, 150.0):
        value, (slope, other) = made.f_value_and_grad(x, 1.01)
        assert value == original["f"](x, 1.01)
        for x_dot, y_dot, expected in ((1.0, 0.0, slope), (0.0, 1.0, other)):
            again, tangent = made.f_jvp(x, 1.01, x_dot=x_dot, y_dot=y_dot)
            assert again == value and math.isclose(tangent, expected, rel_tol=1e-9)


def test_a_long_condition_stays_one_condition():
    made = adjgen.generate(LONG["and"], formatted=False)
    assert len(made.source.splitlines()) < 60


def one_arm(x):
    if x > 0:
        y = x * x
    return y


def one_arm_added(x):
    if x > 0:
        y = 3.0
    return x * x + y


def no_turn(x, n):
    for _ in range(n):
        v = x * x
    return v


def no_turn_by_a_test(x, n):
    while n > 0:
        n -= 1
        v = x * x
    return x + v


def index_after_no_turn(x, n):
    for i in range(n):  # noqa: B007
        x = x * x
    return x * x + i


def known_after_the_first_turn(x, n):
    s = x
    for k in range(n):
        if k > 0:
            s = s + t * t  # noqa: F821
        if x > 0:
            t = s * x  # noqa: F841
    return s


def deleted(x):
    y = x * x
    if x < 0:
        del y
    return y * x


def deleted_twice(x):
    y = x * x
    z = y
    if x < 0:
        del y
    del y
    return z


def deleted_in_a_loop(x, n):
    v = x * x
    s = x
    for _ in range(n):
        s = s + v
        if x < 0:
            del v
    return s


def a_pair(x, n):
    for _ in range(n):
        p = (x, x * x)
    return p[0] * p[1]


def read_by_an_inner_function(x):
    def inner(z):
        return z * y

    if x > 0:
        y = x * x
    return inner(x)


def read_by_carried_code(x):
    if x > 0:
        name = "a"
    print(name)
    return x * x


def dead_read(x):
    if x > 0:
        y = x * x
    y  # noqa: B018
    return x * x


def continues(x, n):
    s = x
    for k in range(n):
        if x < 0:
            if k == 0:
                continue
            y = x
        elif k < 3:
            y = x * x
        s = s + y
    return s + y


def breaks(x, n):
    for _ in range(n):
        if x < 0:
            break
        y = x * x
    else:
        return x * x
    return y


def maybe(x):
    if x > 0:
        y = x * x
    return y


def in_a_callee(x):
    return x * maybe(x - 1.0)


def recursive(x, n):
    if x > 0:
        y = x * x
    if n > 0:
        return x * recursive(x - 1.0, n - 1)
    return y + x * x


def both_conditions(x):
    if x > 0 and (y := x * x) > 1:
        pass
    return y + x


def carried_value(x, n):
    for _ in range(n):
        last = x
        x = x * x
    x = x + last
    return x


def bound_by_a_try(x, text):
    try:
        k = float(text)
    except ValueError:
        pass
    return x * x + k


def bound_in_one_handler(x, text):
    for _ in range(2):
        try:
            k = float(text)
        except ValueError:
            k = 1.0
        except TypeError:
            print(text)
    return x * x * k


def bound_by_a_match(x, mode):
    match mode:
        case "a":
            k = 1.0
        case "b":
            print(mode)
    return x * x + k


def bound_by_a_with(x, table):
    with contextlib.suppress(KeyError):
        k = table["k"]
    return x * x + k


def surely_bound_by_a_try(x, text):
    try:
        k = float(text)
    except ValueError as error:
        raise KeyError(text) from error
    finally:
        done = 1.0
    if x < 0:
        del k
    return x * x * k * done


@pytest.mark.parametrize(
    ("f", "good", "bad", "slope", "bend"),
    [
        (one_arm, (3.0,), (-3.0,), 6.0, 2.0),
        (one_arm_added, (3.0,), (-3.0,), 6.0, 2.0),
        (no_turn, (3.0, 2), (3.0, 0), 6.0, 2.0),
        (no_turn_by_a_test, (3.0, 2), (3.0, 0), 7.0, 2.0),
        (index_after_no_turn, (3.0, 1), (3.0, 0), 108.0, 108.0),
        (known_after_the_first_turn, (1.0, 2), (-1.0, 2), 5.0, 12.0),
        (deleted, (3.0,), (-3.0,), 27.0, 18.0),
        (deleted_twice, (3.0,), (-3.0,), 6.0, 2.0),
        (deleted_in_a_loop, (3.0, 2), (-3.0, 2), 13.0, 4.0),
        (a_pair, (3.0, 2), (3.0, 0), 27.0, 18.0),
        (read_by_an_inner_function, (3.0,), (-3.0,), 27.0, 18.0),
        (read_by_carried_code, (3.0,), (-3.0,), 6.0, 2.0),
        (dead_read, (3.0,), (-3.0,), 6.0, 2.0),
        (continues, (3.0, 3), (-3.0, 1), 25.0, 8.0),
        (breaks, (3.0, 3), (-3.0, 1), 6.0, 2.0),
        (in_a_callee, (3.0,), (-3.0,), 16.0, 14.0),
        (recursive, (3.0, 1), (1.0, 1), 32.0, 28.0),
        (both_conditions, (3.0,), (-3.0,), 7.0, 2.0),
        (bound_by_a_try, (3.0, "2.0"), (3.0, "no"), 6.0, 2.0),
        (bound_in_one_handler, (3.0, "no"), (3.0, ()), 6.0, 2.0),
        (bound_by_a_match, (3.0, "a"), (3.0, "b"), 6.0, 2.0),
        (bound_by_a_with, (3.0, {"k": 1}), (3.0, {}), 6.0, 2.0),
        (bound_in_a_carried_loop, (3.0, ["1"]), (3.0, []), 6.0, 2.0),
        (lost_name_of_an_exception, (3.0, "1"), (3.0, "one"), 2.0, 0.0),
        (perhaps_read, (3.0, "1"), (-3.0, "1"), 2.0, 0.0),
        (surely_bound_by_a_try, (3.0, "1"), (-3.0, "1"), 6.0, 2.0),
        (carried_value, (3.0, 2), (3.0, 0), 108.0 + 6.0, 108.0 + 2.0),
    ],
)
@pytest.mark.parametrize("style", ["named", "ssa"])
def test_a_name_without_a_value_raises_in_every_product(f, good, bad, slope, bend, style):
    options = {"wrt": "x", "style": style}
    made = {}
    exec(adjgen.generate(f, **options).source, made)
    first, name = adjgen.grad(f, **options), f.__name__
    products = {
        "f": f,
        "value": made[name],
        "written": lambda *args: made[f"{name}_value_and_grad"](*args)[1],
        "jvp": lambda *args: adjgen.jvp(f, **options)(*args, x_dot=1.0)[1],
        "vjp": lambda *args: adjgen.vjp(f, **options)(*args, bar=1.0)[1],
        "grad": first,
        "value_and_grad": lambda *args: adjgen.value_and_grad(f, **options)(*args)[1],
        "grad of grad": adjgen.grad(first, **options),
        "jvp of grad": lambda *args: adjgen.jvp(first, **options)(*args, x_dot=1.0)[1],
    }
    value = f(*good)
    expected = {"f": value, "value": value, "grad of grad": bend, "jvp of grad": bend}
    with pytest.raises(NameError) as right:
        f(*bad)
    for kind, product in products.items():
        assert math.isclose(product(*good), expected.get(kind, slope)), kind
        with pytest.raises(type(right.value)) as found:
            product(*bad)
        assert str(found.value) == str(right.value), kind
