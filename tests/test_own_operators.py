"""Objects whose classes have operators of their own are no numbers: `gain - x` is what the class says."""

from dataclasses import dataclass

import pytest
from click.testing import CliRunner

import adjgen
from adjgen.cli import main as cli

TEXT = """
class Gain:
    def __init__(self, k):
        self.k = k

    def __sub__(self, x):
        return self.k - x * x


G = Gain(2.0)


def loss(x):
    return G - x
"""


class Gain:
    def __init__(self, k):
        self.k = k

    def __sub__(self, x):
        return self.k - x * x

    def __mul__(self, x):
        return self.k * x / (1.0 + abs(x))

    __rmul__ = __mul__

    def __neg__(self):
        return self.k

    def __abs__(self):
        return self.k


@dataclass
class Pair:
    x: float
    y: float

    def __add__(self, other):
        return Pair(self.x + other.x, self.y + other.y)

    def __mul__(self, other):
        return self.x * other.y - self.y * other.x

    def __rmul__(self, s):
        return Pair(s * self.x, s * self.y)

    def __iter__(self):
        return iter((self.x, self.y))


GAIN = Gain(2.0)
GAINS = [Gain(1.0), GAIN]
TURN = 1j
SHIFT = 2.0 + 3j


def of_the_module(x: float):
    return GAIN - x


def the_other_way_round(x: float):
    return 3.0 * (x * GAIN)


def of_a_parameter(gain: Gain, x: float):
    return gain - x


def made_here(x: float):
    gain = Gain(3.0)
    return gain - x


def of_a_branch(x: float, n: int):
    gain = Gain(1.0) if n > 1 else Gain(2.0)
    return gain - x


def made_in_a_loop(x: float, n: int):
    gain = Gain(1.0)
    for k in range(n):
        gain = Gain(k)
    return gain - x


def updated(x: float):
    gain = Gain(1.0)
    gain -= x
    return gain


def of_a_list(x: float, n: int):
    gains = [Gain(1.0), Gain(2.0)]
    return gains[0] - x


def of_a_list_of_the_module(x: float, n: int):
    return sum(gain - x for gain in GAINS)


def of_a_default(x: float, gain=GAIN):
    return gain - x


def of_a_result(x: float):
    return (-GAIN) - x


def no_record(a: Pair, b: Pair):
    return 0.5 * (a * b)


def complex_of_the_module(x: float):
    return abs(TURN * x)


def complex_sum_of_the_module(x: float):
    return abs(SHIFT * x)


def complex_parameter(z: complex):
    return abs(z) ** 2


REFUSED = [
    of_the_module, the_other_way_round, of_a_parameter, made_here, of_a_branch, made_in_a_loop, updated, of_a_list, of_a_list_of_the_module, of_a_default, of_a_result,
    no_record, complex_of_the_module, complex_sum_of_the_module, complex_parameter,
]  # fmt: skip


@pytest.mark.parametrize("f", REFUSED)
def test_an_operator_of_an_object_is_not_that_of_a_number(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ(301|401|406|604|609)"):
        adjgen.grad(f)


def test_text_says_the_same(tmp_path):
    path = tmp_path / "gains.py"
    path.write_text(TEXT)
    found = CliRunner().invoke(cli, ["generate", str(path), "-o", str(tmp_path / "out")])
    assert "operator of an object" in found.output


def passive(gain: Gain, x: float):
    return x * x if abs(gain) > 1.0 and -gain > 1.0 else x


def test_operators_of_objects_are_as_they_are_beside_a_derivative():
    assert adjgen.value_and_grad(passive, "x")(Gain(2.0), 3.0) == (9.0, 6.0)
    assert adjgen.value_and_grad(passive, "x")(Gain(0.5), 3.0) == (3.0, 1.0)


class Source:
    def __init__(self):
        self.n = 0

    def tick(self, k):
        self.n += 1
        return k


def asked_once(x: float, m):
    r = abs(Gain(m.tick(2.0)))
    return x * r * m.n


def test_what_an_operator_of_an_object_is_given_is_evaluated_once():
    assert adjgen.value_and_grad(asked_once, "x")(2.0, Source()) == (4.0, 2.0)
