"""Splines of scipy.interpolate: the derivative of one is one, of a lower degree.

Outside its knots splev goes on with its last piece, bisplev with the value at the border.
"""

from typing import Any

from adjgen.elementary.row import call, row


def splev(x: float, tck: Any) -> Any:
    """Return the value of a spline."""
    from scipy.interpolate import splev

    return splev(x, tck)


def bisplev(x: float, y: float, tck: Any) -> Any:
    """Return the value of a spline of two variables."""
    from scipy.interpolate import bisplev

    return bisplev(x, y, tck)


def splev_partial(x: float, tck: tuple[list[float], list[float], int], order: int) -> float:
    """Return a derivative of a spline."""
    from scipy.interpolate import splev

    return float(splev(x, tck, order)) if order <= tck[2] else 0.0


def bisplev_partial(
    x: float,
    y: float,
    tck: tuple[list[float], list[float], list[float], int, int],
    dx: int,
    dy: int,
) -> float:
    """Return a partial derivative of a spline of two variables, constant outside the knots.

    The highest one is the slope of the straight line between two knots.
    """
    from bisect import bisect_right

    from scipy.interpolate import bisplev

    orders = [dx, dy]
    for k, at, knots, degree in ((0, x, tck[0], tck[3]), (1, y, tck[1], tck[4])):
        inside = knots[degree : len(knots) - degree]
        if orders[k] > degree or (orders[k] and not inside[0] <= at <= inside[-1]):
            return 0.0
        if orders[k] and orders[k] == degree:
            right = min(max(bisect_right(inside, at), 1), len(inside) - 1)
            a, b = float(inside[right - 1]), float(inside[right])
            orders[k] -= 1
            ends = ((x, a), (x, b)) if k else ((a, y), (b, y))
            low, high = (bisplev_partial(*end, tck, orders[0], orders[1]) for end in ends)
            return (high - low) / (b - a)
    return float(bisplev(x, y, tck, *orders))


KINK = "at a knot where the slope jumps, that behind it"
row(
    "splev", splev, lambda x, tck, y: call("splev_partial", x, tck, 1), None,
    names=("scipy.interpolate.splev", "fluids.numerics.splev"), kink=KINK,
)  # fmt: skip
row(
    "bisplev", bisplev, lambda a, b, tck, y: call("bisplev_partial", a, b, tck, 1, 0),
    lambda a, b, tck, y: call("bisplev_partial", a, b, tck, 0, 1), None,
    names=("scipy.interpolate.bisplev", "fluids.numerics.bisplev"),
    kink=f"0 outside the knots; {KINK}",
)  # fmt: skip
row(
    "splev_partial", splev_partial,
    lambda x, tck, n, y: call("splev_partial", x, tck, n + 1), None, None, carried=True,
)  # fmt: skip
row(
    "bisplev_partial", bisplev_partial,
    lambda a, b, tck, m, n, y: call("bisplev_partial", a, b, tck, m + 1, n),
    lambda a, b, tck, m, n, y: call("bisplev_partial", a, b, tck, m, n + 1), None, None, None,
    carried=True,
)  # fmt: skip
