"""Splines of scipy.interpolate: all orders of the derivative, inside and outside the knots."""

import math

import pytest
from compare import assert_close
from fluids import numerics
from scipy import interpolate

import adjgen

X, Y = [0.0, 0.1, 0.25, 0.5, 0.6, 0.85, 1.0], [0.0, 0.5, 0.75, 1.2, 2.0]
POINTS = [(0.33, 0.9), (0.7, 1.2), (1.3, 0.8), (-0.2, 2.0)]


def surface(kx, ky):
    z = [[math.sin(3.0 * a) * math.cos(2.0 * b) for b in Y] for a in X]
    return *interpolate.RectBivariateSpline(X, Y, z, kx=kx, ky=ky).tck, kx, ky


def slope(f, point, k, h=1e-4):
    """A partial derivative by central differences, extrapolated once."""

    def quotient(h):
        up, down = ([x + d * (j == k) for j, x in enumerate(point)] for d in (h, -h))
        return (f(*up) - f(*down)) / (2.0 * h)

    return (4.0 * quotient(h / 2.0) - quotient(h)) / 3.0


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("point", [(0.17,), (0.4,), (-0.3,)])
def test_of_one_variable(k, point):
    tck = interpolate.splrep(X, [math.sin(3.0 * a) for a in X], k=k)

    def f(a):
        return math.exp(interpolate.splev(a, tck)) + float(numerics.splev(2.0 * a, tck))

    first = adjgen.grad(f)
    assert adjgen.value_and_grad(f)(*point)[0] == f(*point)
    assert_close(first(*point), slope(f, point, 0), relative=1e-8)
    assert_close(adjgen.grad(first)(*point), slope(first, point, 0), relative=1e-7)


@pytest.mark.parametrize("degrees", [(kx, ky) for kx in (1, 2, 3) for ky in (1, 2, 3)])
@pytest.mark.parametrize("point", POINTS)
def test_of_two_variables(degrees, point):
    tck = surface(*degrees)

    def f(a, b):
        return float(interpolate.bisplev(a, b * b, tck)) * a

    assert adjgen.value_and_grad(f)(*point)[0] == f(*point)
    wanted = [slope(f, point, k) for k in (0, 1)]
    assert_close(list(adjgen.grad(f)(*point)), wanted, relative=1e-8, absolute=1e-9)
    for name in "ab":
        first = adjgen.grad(f, wrt=name)
        wanted = [slope(first, point, k) for k in (0, 1)]
        assert_close(list(adjgen.grad(first)(*point)), wanted, relative=1e-7, absolute=1e-8)


def test_outside_the_knots_a_surface_is_constant():
    tck = surface(1, 3)

    def f(a, b):
        return interpolate.bisplev(a, b, tck)

    assert adjgen.grad(f)(1.5, 2.5) == (0.0, 0.0)


def test_a_call_with_options_has_no_rule():
    tck = surface(3, 3)

    def f(a):
        return float(interpolate.bisplev(a, 0.5, tck, 1, 0))

    with pytest.raises(adjgen.AdjgenError):
        adjgen.grad(f)
