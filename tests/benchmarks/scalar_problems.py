"""The benchmark's functions of numbers and lists, as a user writes them.

Each peer gets the same code, with its own exp, sin and so on in place of those of `math`.
"""

from math import cos, erf, exp, log, sin, sqrt


def lecture(x):
    """The example that the lecture notes count by hand."""
    return sqrt(x**2 + exp(x**2))


def logistic(x1, x2, y1, y2):
    """The logistic loss of the score x1*y1 + x2*y2."""
    return log(1 + exp(-(x1 * y1 + x2 * y2)))


def neuron(w0, w1, w2, x0, x1):
    """A neuron with two inputs, a bias w2 and a sigmoid."""
    return 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))


def rosenbrock(x):
    """The valley of Rosenbrock in n dimensions."""
    total = 0.0
    for i in range(len(x) - 1):
        total = total + (1.0 - x[i]) ** 2 + 100.0 * (x[i + 1] - x[i] ** 2) ** 2
    return total


def speelpenning(x):
    """The product of n numbers, whose gradient naive code computes in n**2 operations."""
    product = x[0]
    for factor in x[1:]:
        product = product * factor
    return product


def normal_cdf(x):
    """The probability that a standard normal variable is below x."""
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


def black_scholes(spot, strike, rate, volatility, maturity):
    """The price of a European call; the gradient holds delta, rho, vega and theta."""
    spread = volatility * sqrt(maturity)
    d1 = (log(spot / strike) + (rate + volatility**2 / 2) * maturity) / spread
    d2 = d1 - spread
    return spot * normal_cdf(d1) - strike * exp(-rate * maturity) * normal_cdf(d2)


def reprojection(r0, r1, r2, c0, c1, c2, f, u0, v0, k1, k2, p0, p1, p2, w, m0, m1):
    """The weighted error of a point in an image: bundle adjustment, 11 + 3 + 1 inputs, 2 outputs.

    Rotation vector r, centre c, focal length f, principal point (u0, v0), radial distortion k1, k2;
    a point p, its weight w, and where it was seen, (m0, m1), by which nobody differentiates.
    """
    d0, d1, d2 = p0 - c0, p1 - c1, p2 - c2
    theta = sqrt(r0 * r0 + r1 * r1 + r2 * r2)
    cosine, sine = cos(theta), sin(theta)
    a0, a1, a2 = r0 / theta, r1 / theta, r2 / theta
    along = (a0 * d0 + a1 * d1 + a2 * d2) * (1.0 - cosine)
    q0 = d0 * cosine + (a1 * d2 - a2 * d1) * sine + a0 * along
    q1 = d1 * cosine + (a2 * d0 - a0 * d2) * sine + a1 * along
    q2 = d2 * cosine + (a0 * d1 - a1 * d0) * sine + a2 * along
    u, v = q0 / q2, q1 / q2
    squared = u * u + v * v
    scale = f * (1.0 + squared * (k1 + k2 * squared))
    return w * (scale * u + u0 - m0), w * (scale * v + v0 - m1)


def rates(x, y, a, b, c, d):
    """How prey x and predators y grow."""
    return x * (a - b * y), y * (d * x - c)


def step(x, y, a, b, c, d, h):
    """One step of the classical Runge-Kutta method."""
    k1, l1 = rates(x, y, a, b, c, d)
    k2, l2 = rates(x + 0.5 * h * k1, y + 0.5 * h * l1, a, b, c, d)
    k3, l3 = rates(x + 0.5 * h * k2, y + 0.5 * h * l2, a, b, c, d)
    k4, l4 = rates(x + h * k3, y + h * l3, a, b, c, d)
    x = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    y = y + h / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
    return x, y


def lotka_volterra(x, y, a, b, c, d, h, steps: int):
    """The prey of Lotka and Volterra after many steps, by both initial values and four rates."""
    for _ in range(steps):
        x, y = step(x, y, a, b, c, d, h)
    return x


def turned(angle, x, y):
    """A vector of the plane, turned."""
    c, s = cos(angle), sin(angle)
    return c * x - s * y, s * x + c * y


def arm(q1, q2, q3, q4, q5, q6):
    """Where the tip of a tool is that an arm with six joints holds (the lengths of a UR5)."""
    x, y = turned(q6, 0.05, 0.02)
    z = 0.2323
    (x, y), z = turned(q5, x, z), 0.09465 - y
    (x, y), z = turned(q4, x, -z), 0.10915 + y
    x, y = turned(q3, x - 0.39225, y)
    x, y = turned(q2, x - 0.425, y)
    (x, y), z = turned(q1, x, -z), 0.089159 + y
    return x, y, z
