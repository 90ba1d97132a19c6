"""The derivative of a product is never the product divided by the factor."""

import math


def f(x, y, z):
    p = math.prod([x, y, z, x + 1.0])
    return p + x * y * z * math.prod((x,))


POINTS = ((2.0, 0.0, 5.0), (0.0, 0.0, 5.0))
