"""Functions that derivatives need and Python lacks; generated code carries the text of those it uses."""

import math

from adjgen.elementary.row import call, row


def polygamma(order: int, x: float) -> float:
    """Return the derivative of this order of the digamma function psi, of order 0 psi itself."""
    sign = 1.0 if order % 2 else -1.0
    if x > 0.0:
        # With s = order + 1: the sum of (x + k)**-s, its far end by Euler and Maclaurin.
        total = 0.0
        while x < 10.0 + order:
            step = 1.0
            for _ in range(order + 1):
                step /= x
            total += step
            x += 1.0
        total += x**-order / order if order else -math.log(x)
        total += x ** (-order - 1) / 2.0
        term = (order + 1.0) * x ** (-order - 2) / 2.0
        bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
        for k, number in enumerate(bernoulli, start=1):
            total += number * term
            n = order + 2.0 * k
            term *= n * (n + 1.0) / (2.0 * k + 1.0) / (2.0 * k + 2.0) / x / x
        return sign * math.factorial(order) * total
    if not x > -(2.0**52) or x == round(x):
        return math.nan  # at a pole
    # psi(1 - x) - psi(x) = pi * cot(pi * x), whose derivatives are polynomials in the cotangent.
    cotangent = 1.0 / math.tan(math.pi * (x - round(x)))
    polynomial = [0.0, math.pi]
    for _ in range(order):
        slopes = [-math.pi * k * c for k, c in enumerate(polynomial)][1:]
        polynomial = [a + b for a, b in zip(slopes + [0.0, 0.0], [0.0, 0.0] + slopes)]
    reflected = polynomial.pop()
    for coefficient in reversed(polynomial):
        reflected = reflected * cotangent + coefficient
    return -sign * polygamma(order, 1.0 - x) - reflected


row(
    "polygamma",
    polygamma,
    None,
    lambda order, x, y: call("polygamma", order + 1, x),
    domain=("order", "positive"),
    raises=False,
    source="DLMF 5.5.2, 5.5.4, 5.11.2, 5.15",
    carried=True,
)
