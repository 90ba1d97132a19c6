"""`rule`: a user's function gets a row, and a rule that cannot work is refused when it is given."""

import functools
import math

import pytest
from compare import assert_close

from adjgen.elementary import BY_NAME, TABLE, call, row_of, rule, select
from adjgen.elementary.trace import Traced
from adjgen.ir.build import Builder
from adjgen.ir.core import Var
from adjgen.ir.types import REAL


def softsign(x):
    return x / (1.0 + abs(x))


def blend(a, b, weight=0.5):
    return a * weight + b * (1.0 - weight)


def test_a_rule_is_a_row():
    assert rule(softsign, partials=[lambda x, y: (1.0 - call("abs", y)) ** 2]) is softsign
    row = row_of(softsign)
    assert row is TABLE[f"{__name__}.softsign"] is BY_NAME[f"{__name__}.softsign"]
    assert row.evaluate is softsign
    assert_close(row.partial(0, [3.0], softsign(3.0)), 1.0 / 16.0)


def test_a_rule_is_traced_into_equations():
    rule(softsign, partials=[lambda x, y: select(x > 0.0, 1.0 - y, lambda: 1.0 + y)])
    builder = Builder(derivative=True)
    x, y = (Traced(builder, Var(name, REAL)) for name in "xy")
    assert isinstance(row_of(softsign).partial(0, [x], y), Traced)
    assert builder.eqns[0].op == "gt"


def test_a_partial_may_call_another_rule():
    rule(softsign, partials=[lambda x, y: (1.0 - call("abs", y)) ** 2])
    rule(blend, partials=[lambda a, b, y: call(row_of(softsign).name, a), None])
    assert row_of(blend).partial(0, [1.0, 2.0], 1.5) == 0.5
    assert row_of(blend).partial(1, [1.0, 2.0], 1.5) is None


def test_a_rule_may_leave_out_optional_arguments_or_not():
    rule(blend, partials=[None, None])
    rule(blend, partials=[None, None, lambda a, b, weight, y: a - b])
    assert row_of(blend).partial(2, [3.0, 1.0, 0.5], 2.0) == 2.0


def test_a_local_function_is_found_by_itself():
    def local(x):
        return x

    rule(local, partials=[lambda x, y: 1.0])
    assert row_of(local).evaluate is local


def test_a_function_written_in_c_can_have_a_rule():
    before = BY_NAME["math.lgamma"], TABLE["lgamma"]
    try:
        rule(math.lgamma, partials=[lambda x, y: call("log", x) - 0.5 / x])
        assert BY_NAME["math.lgamma"] is row_of(math.lgamma) is not before[0]
        assert TABLE["lgamma"] is before[1]
    finally:
        BY_NAME["math.lgamma"] = before[0]


def test_what_has_no_rule_has_none():
    assert row_of(math.exp) is None
    assert row_of([]) is None


BAD = [
    (softsign, [], "no partials"),
    (softsign, [lambda x, y: 1.0, lambda x, y: 1.0], "does not fit 2 partials"),
    (softsign, [lambda x: 1.0], "over its 1 arguments and the value"),
    (softsign, [lambda x, y: math.exp(x)], r"call\(\"exp\", x\)"),
    (softsign, [lambda x, y: 1.0 if x > 0.0 else 2.0], "select"),
    (softsign, [1.0], "not callable"),
    (functools.partial(blend, weight=0.1), [None, None], "a module and a name"),
    (3.0, [None], "a module and a name"),
]


@pytest.mark.parametrize("function, partials, message", BAD)
def test_a_rule_that_does_not_fit_is_refused(function, partials, message):
    with pytest.raises(TypeError, match=message):
        rule(function, partials=partials)
