"""Functions on which generators of derivatives are compared, and how many operations are enough.

COUNTS: function -> (arguments, most operations of value and derivatives, options that this takes).
The numbers are the fewest that SymPy, SymForce, wrenfold or CasADi need with the value as it is, or fewer.
"""

from math import cos, exp, log, sin, sqrt


def notes(x):
    return sqrt(x**2 + exp(x**2))


def nested_twice(x):
    a = x * x
    v = sqrt(a + exp(a))
    b = v * v
    return sqrt(b + exp(b))


def nested(x):
    v = x
    for _ in range(4):
        a = v * v
        v = sqrt(a + exp(a))
    return v


def sine_products(x):
    v = x
    for _ in range(4):
        v = v * sin(v)
    return v


def chebyshev(x):
    """T_10 by its recurrence."""
    before, now = 1.0, x
    for _ in range(9):
        before, now = now, 2.0 * x * now - before
    return now


def product_of_all(x):
    """Speelpenning's product."""
    product = x[0]
    for factor in x[1:]:
        product = product * factor
    return product


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total = total + (1.0 - x[i]) ** 2 + 100.0 * (x[i + 1] - x[i] ** 2) ** 2
    return total


def helmholtz(x):
    """The Helmholtz energy of a mixture (Griewank 1989), five components, R = T = 1."""
    n = 5
    root = sqrt(2.0)
    volume = 0.0
    for i in range(n):
        volume = volume + x[i] / ((i + 2) * n)
    entropy = 0.0
    for i in range(n):
        entropy = entropy + x[i] * log(x[i] / (1.0 - volume))
    pairs = 0.0
    for i in range(n):
        for j in range(n):
            pairs = pairs + x[i] * x[j] / (i + j + 1)
    ratio = (1.0 + (1.0 + root) * volume) / (1.0 + (1.0 - root) * volume)
    return entropy - pairs / (2.0 * root * volume) * log(ratio)


def matrices(a, b, c, d, p, q, r, s):
    """(A + B) (A B)^T of two by two matrices."""
    u, v = a * p + b * r, a * q + b * s
    w, z = c * p + d * r, c * q + d * s
    e, f, g, h = a + p, b + q, c + r, d + s
    return e * u + f * v, e * w + f * z, g * u + h * v, g * w + h * z


def reprojection(camera, point):
    """A point in a camera: bundle adjustment in the large."""
    r0, r1, r2, t0, t1, t2, focal, k1, k2 = camera
    p0, p1, p2 = point
    theta = sqrt(r0 * r0 + r1 * r1 + r2 * r2)
    c, s = cos(theta), sin(theta)
    w0, w1, w2 = r0 / theta, r1 / theta, r2 / theta
    along = (w0 * p0 + w1 * p1 + w2 * p2) * (1.0 - c)
    q0 = p0 * c + (w1 * p2 - w2 * p1) * s + w0 * along + t0
    q1 = p1 * c + (w2 * p0 - w0 * p2) * s + w1 * along + t1
    q2 = p2 * c + (w0 * p1 - w1 * p0) * s + w2 * along + t2
    u, v = -q0 / q2, -q1 / q2
    squared = u * u + v * v
    distortion = 1.0 + squared * (k1 + k2 * squared)
    return focal * distortion * u, focal * distortion * v


TEN = [0.5 + 0.1 * k for k in range(10)]
CANCEL = {"allow_cancel": True}
COUNTS = [
    (notes, (0.6,), 7, {}),
    (nested_twice, (0.6,), 15, {}),
    (nested_twice, (0.6,), 13, CANCEL),
    (nested, (0.1,), 31, {}),
    (nested, (0.1,), 25, CANCEL),
    (sine_products, (0.6,), 23, {}),
    (chebyshev, (0.6,), 51, {}),
    (product_of_all, (TEN,), 27, {}),
    (rosenbrock, (TEN,), 117, {}),
    (helmholtz, ([0.1, 0.11, 0.12, 0.13, 0.14],), 199, {}),
    (helmholtz, ([0.1, 0.11, 0.12, 0.13, 0.14],), 182, CANCEL),
    (matrices, tuple(TEN[:8]), 68, {}),
    (reprojection, ([0.1 * k for k in range(1, 10)], [1.0, 2.0, 3.0]), 273, {}),
]
