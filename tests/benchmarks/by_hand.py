"""The derivatives of the scalar problems as a careful person writes them: locals, floats, no guards.

One loop where one does, `x * x`, shared factors; each returns the value and the derivatives.
"""

from math import cos, erf, exp, log, sin, sqrt

import numpy as np

ROOT_OF_TWO = sqrt(2.0)
PEAK = 0.3989422804014327  # of the normal density


def lecture(x):
    a = x * x
    b = exp(a)
    f = sqrt(a + b)
    return f, x / f * (1.0 + b)


def logistic(x1, x2, y1, y2):
    e = exp(-(x1 * y1 + x2 * y2))
    s = 1.0 + e
    d = -e / s
    return log(s), (d * y1, d * y2, d * x1, d * x2)


def neuron(w0, w1, w2, x0, x1):
    v = 1.0 / (1.0 + exp(-(w0 * x0 + w1 * x1 + w2)))
    d = v * (1.0 - v)
    return v, (d * x0, d * x1, d, d * w0, d * w1)


def rosenbrock(x):
    total = 0.0
    gradient = []
    a = x[0]
    last = 0.0
    for b in x[1:]:
        s = 1.0 - a
        t = b - a * a
        total = total + s * s + 100.0 * (t * t)
        u = 200.0 * t
        gradient.append(last - 2.0 * (s + a * u))
        last = u
        a = b
    gradient.append(last)
    return total, gradient


def rosenbrock_of_arrays(x):
    n = len(x)
    total = 0.0
    gradient = np.zeros(n)
    for i in range(n - 1):
        a = x[i]
        s = 1.0 - a
        t = x[i + 1] - a * a
        total = total + s * s + 100.0 * (t * t)
        u = 200.0 * t
        gradient[i] -= 2.0 * (s + a * u)
        gradient[i + 1] = u
    return total, gradient


def speelpenning(x):
    products = []
    product = x[0]
    for factor in x[1:]:
        products.append(product)
        product = product * factor
    gradient = [0.0] * len(x)
    rest = 1.0
    for i in range(len(x) - 1, 0, -1):
        gradient[i] = rest * products[i - 1]
        rest = rest * x[i]
    gradient[0] = rest
    return product, gradient


def speelpenning_of_arrays(x):
    n = len(x)
    gradient = np.empty(n)
    product = x[0]
    for i in range(1, n):
        gradient[i] = product
        product = product * x[i]
    rest = 1.0
    for i in range(n - 1, 0, -1):
        gradient[i] *= rest
        rest = rest * x[i]
    gradient[0] = rest
    return product, gradient


def black_scholes(spot, strike, rate, volatility, maturity):
    root = sqrt(maturity)
    spread = volatility * root
    drift = rate + volatility * volatility / 2.0
    d1 = (log(spot / strike) + drift * maturity) / spread
    d2 = d1 - spread
    z1 = d1 / ROOT_OF_TWO
    z2 = d2 / ROOT_OF_TWO
    delta = 0.5 * (1.0 + erf(z1))
    discount = exp(-rate * maturity)
    paid = strike * discount
    likely = 0.5 * (1.0 + erf(z2))
    d2_bar = PEAK * paid * exp(-z2 * z2)
    slope = (PEAK * spot * exp(-z1 * z1) - d2_bar) / spread
    grown = slope * maturity
    spread_bar = d2_bar - slope * d1
    due = paid * likely
    return spot * delta - due, (
        delta + slope / spot,
        -(discount * likely + slope / strike),
        grown + due * maturity,
        grown * volatility + spread_bar * root,
        slope * drift + due * rate + 0.5 * spread_bar * volatility / root,
    )


def black_scholes_of_textbooks(spot, strike, rate, volatility, maturity):
    """The formulas of textbooks: spot times the density at d1 is the discounted strike times that at d2."""
    root = sqrt(maturity)
    spread = volatility * root
    d1 = (log(spot / strike) + (rate + volatility * volatility / 2.0) * maturity) / spread
    delta = 0.5 * (1.0 + erf(d1 / ROOT_OF_TWO))
    paid = strike * exp(-rate * maturity)
    likely = 0.5 * (1.0 + erf((d1 - spread) / ROOT_OF_TWO))
    due = paid * likely
    weight = spot * PEAK * exp(-0.5 * d1 * d1)
    return spot * delta - due, (
        delta,
        -due / strike,
        maturity * due,
        weight * root,
        rate * due + 0.5 * weight * volatility / root,
    )


def reprojection(r0, r1, r2, c0, c1, c2, f, u0, v0, k1, k2, p0, p1, p2, w, m0, m1):
    d0 = p0 - c0
    d1 = p1 - c1
    d2 = p2 - c2
    theta = sqrt(r0 * r0 + r1 * r1 + r2 * r2)
    cosine = cos(theta)
    sine = sin(theta)
    a0 = r0 / theta
    a1 = r1 / theta
    a2 = r2 / theta
    versed = 1.0 - cosine
    dot = a0 * d0 + a1 * d1 + a2 * d2
    along = dot * versed
    q0 = d0 * cosine + (a1 * d2 - a2 * d1) * sine + a0 * along
    q1 = d1 * cosine + (a2 * d0 - a0 * d2) * sine + a1 * along
    q2 = d2 * cosine + (a0 * d1 - a1 * d0) * sine + a2 * along
    u = q0 / q2
    v = q1 / q2
    squared = u * u + v * v
    k = k2 * squared
    factor = 1.0 + squared * (k1 + k)
    scale = f * factor
    e0 = scale * u + u0 - m0
    e1 = scale * v + v0 - m1

    wf = w * f
    slope = 2.0 * wf * (k1 + 2.0 * k)
    ws = w * scale
    su = slope * u
    cross = su * v
    uu = ws + su * u
    vv = ws + slope * v * v
    wl = w * factor
    wk = wf * squared
    wkk = wk * squared

    s = sine / theta
    h = along / theta
    turn = cosine - s
    lean = sine * dot - 2.0 * h

    j0 = uu / q2
    j1 = cross / q2
    j2 = -(j0 * u + j1 * v)
    x0 = d1 * j2 - d2 * j1
    x1 = d2 * j0 - d0 * j2
    x2 = d0 * j1 - d1 * j0
    ja = j0 * a0 + j1 * a1 + j2 * a2
    ax = a0 * x0 + a1 * x1 + a2 * x2
    jv = versed * ja
    g = jv / theta
    t = turn * ax + ja * lean - sine * (j0 * d0 + j1 * d1 + j2 * d2)
    r00 = s * x0 + h * j0 + g * d0 + a0 * t
    r01 = s * x1 + h * j1 + g * d1 + a1 * t
    r02 = s * x2 + h * j2 + g * d2 + a2 * t
    p00 = cosine * j0 + sine * (j1 * a2 - j2 * a1) + jv * a0
    p01 = cosine * j1 + sine * (j2 * a0 - j0 * a2) + jv * a1
    p02 = cosine * j2 + sine * (j0 * a1 - j1 * a0) + jv * a2

    j0 = cross / q2
    j1 = vv / q2
    j2 = -(j0 * u + j1 * v)
    x0 = d1 * j2 - d2 * j1
    x1 = d2 * j0 - d0 * j2
    x2 = d0 * j1 - d1 * j0
    ja = j0 * a0 + j1 * a1 + j2 * a2
    ax = a0 * x0 + a1 * x1 + a2 * x2
    jv = versed * ja
    g = jv / theta
    t = turn * ax + ja * lean - sine * (j0 * d0 + j1 * d1 + j2 * d2)
    r10 = s * x0 + h * j0 + g * d0 + a0 * t
    r11 = s * x1 + h * j1 + g * d1 + a1 * t
    r12 = s * x2 + h * j2 + g * d2 + a2 * t
    p10 = cosine * j0 + sine * (j1 * a2 - j2 * a1) + jv * a0
    p11 = cosine * j1 + sine * (j2 * a0 - j0 * a2) + jv * a1
    p12 = cosine * j2 + sine * (j0 * a1 - j1 * a0) + jv * a2

    return (w * e0, w * e1), (
        (r00, r01, r02, -p00, -p01, -p02, wl * u, w, 0.0, wk * u, wkk * u, p00, p01, p02, e0),
        (r10, r11, r12, -p10, -p11, -p12, wl * v, 0.0, w, wk * v, wkk * v, p10, p11, p12, e1),
    )


def lotka_volterra(x, y, a, b, c, d, h, steps):
    half = 0.5 * h
    sixth = h / 6.0
    third = 2.0 * sixth
    tape = []
    for _ in range(steps):
        k1 = x * (a - b * y)
        l1 = y * (d * x - c)
        x2 = x + half * k1
        y2 = y + half * l1
        k2 = x2 * (a - b * y2)
        l2 = y2 * (d * x2 - c)
        x3 = x + half * k2
        y3 = y + half * l2
        k3 = x3 * (a - b * y3)
        l3 = y3 * (d * x3 - c)
        x4 = x + h * k3
        y4 = y + h * l3
        tape.append((x, y, x2, y2, x3, y3, x4, y4))
        x = x + sixth * (k1 + 2.0 * k2 + 2.0 * k3 + x4 * (a - b * y4))
        y = y + sixth * (l1 + 2.0 * l2 + 2.0 * l3 + y4 * (d * x4 - c))
    value = x
    x_bar = 1.0
    y_bar = a_bar = b_bar = c_bar = d_bar = 0.0
    for x, y, x2, y2, x3, y3, x4, y4 in reversed(tape):
        k_bar = sixth * x_bar
        l_bar = sixth * y_bar
        k = k_bar * x4
        l = l_bar * y4  # noqa: E741
        p = k_bar * (a - b * y4) + l * d
        q = l_bar * (d * x4 - c) - k * b
        k_bar = third * x_bar
        l_bar = third * y_bar
        x_bar = x_bar + p
        y_bar = y_bar + q
        k_bar3 = k_bar + h * p
        l_bar3 = l_bar + h * q
        k3 = k_bar3 * x3
        l3 = l_bar3 * y3
        p = k_bar3 * (a - b * y3) + l3 * d
        q = l_bar3 * (d * x3 - c) - k3 * b
        x_bar = x_bar + p
        y_bar = y_bar + q
        k_bar2 = k_bar + half * p
        l_bar2 = l_bar + half * q
        k2 = k_bar2 * x2
        l2 = l_bar2 * y2
        p = k_bar2 * (a - b * y2) + l2 * d
        q = l_bar2 * (d * x2 - c) - k2 * b
        k_bar = 0.5 * k_bar + half * p
        l_bar = 0.5 * l_bar + half * q
        k1 = k_bar * x
        l1 = l_bar * y
        x_bar = x_bar + p + k_bar * (a - b * y) + l1 * d
        y_bar = y_bar + q + l_bar * (d * x - c) - k1 * b
        a_bar = a_bar + k + k1 + k2 + k3
        b_bar = b_bar - (k * y4 + k3 * y3 + k2 * y2 + k1 * y)
        c_bar = c_bar - (l + l1 + l2 + l3)
        d_bar = d_bar + l * x4 + l3 * x3 + l2 * x2 + l1 * x
    return value, (x_bar, y_bar, a_bar, b_bar, c_bar, d_bar)


def lotka_volterra_of_arrays(x, y, a, b, c, d, h, steps):
    half = 0.5 * h
    sixth = h / 6.0
    third = 2.0 * sixth
    tape = np.empty((steps, 8))
    for i in range(steps):
        k1 = x * (a - b * y)
        l1 = y * (d * x - c)
        x2 = x + half * k1
        y2 = y + half * l1
        k2 = x2 * (a - b * y2)
        l2 = y2 * (d * x2 - c)
        x3 = x + half * k2
        y3 = y + half * l2
        k3 = x3 * (a - b * y3)
        l3 = y3 * (d * x3 - c)
        x4 = x + h * k3
        y4 = y + h * l3
        row = tape[i]
        row[0], row[1], row[2], row[3] = x, y, x2, y2
        row[4], row[5], row[6], row[7] = x3, y3, x4, y4
        x = x + sixth * (k1 + 2.0 * k2 + 2.0 * k3 + x4 * (a - b * y4))
        y = y + sixth * (l1 + 2.0 * l2 + 2.0 * l3 + y4 * (d * x4 - c))
    value = x
    x_bar = 1.0
    y_bar = a_bar = b_bar = c_bar = d_bar = 0.0
    for i in range(steps - 1, -1, -1):
        x, y, x2, y2, x3, y3, x4, y4 = tape[i]
        k_bar = sixth * x_bar
        l_bar = sixth * y_bar
        k = k_bar * x4
        l = l_bar * y4  # noqa: E741
        p = k_bar * (a - b * y4) + l * d
        q = l_bar * (d * x4 - c) - k * b
        k_bar = third * x_bar
        l_bar = third * y_bar
        x_bar = x_bar + p
        y_bar = y_bar + q
        k_bar3 = k_bar + h * p
        l_bar3 = l_bar + h * q
        k3 = k_bar3 * x3
        l3 = l_bar3 * y3
        p = k_bar3 * (a - b * y3) + l3 * d
        q = l_bar3 * (d * x3 - c) - k3 * b
        x_bar = x_bar + p
        y_bar = y_bar + q
        k_bar2 = k_bar + half * p
        l_bar2 = l_bar + half * q
        k2 = k_bar2 * x2
        l2 = l_bar2 * y2
        p = k_bar2 * (a - b * y2) + l2 * d
        q = l_bar2 * (d * x2 - c) - k2 * b
        k_bar = 0.5 * k_bar + half * p
        l_bar = 0.5 * l_bar + half * q
        k1 = k_bar * x
        l1 = l_bar * y
        x_bar = x_bar + p + k_bar * (a - b * y) + l1 * d
        y_bar = y_bar + q + l_bar * (d * x - c) - k1 * b
        a_bar = a_bar + k + k1 + k2 + k3
        b_bar = b_bar - (k * y4 + k3 * y3 + k2 * y2 + k1 * y)
        c_bar = c_bar - (l + l1 + l2 + l3)
        d_bar = d_bar + l * x4 + l3 * x3 + l2 * x2 + l1 * x
    return value, (x_bar, y_bar, a_bar, b_bar, c_bar, d_bar)


def arm(q1, q2, q3, q4, q5, q6):
    """Each joint turns what lies behind it; joints 2 to 4 are parallel, so that their angles add up."""
    c1, s1 = cos(q1), sin(q1)
    c2, s2 = cos(q2), sin(q2)
    c3, s3 = cos(q3), sin(q3)
    c4, s4 = cos(q4), sin(q4)
    c5, s5 = cos(q5), sin(q5)
    c6, s6 = cos(q6), sin(q6)
    x6 = c6 * 0.05 - s6 * 0.02
    y6 = s6 * 0.05 + c6 * 0.02
    x5 = c5 * x6 - s5 * 0.2323
    y5 = s5 * x6 + c5 * 0.2323
    z5 = 0.09465 - y6
    x4 = c4 * x5 + s4 * z5
    y4 = s4 * x5 - c4 * z5
    z4 = 0.10915 + y5
    u3 = x4 - 0.39225
    x3 = c3 * u3 - s3 * y4
    y3 = s3 * u3 + c3 * y4
    u2 = x3 - 0.425
    x2 = c2 * u2 - s2 * y3
    y2 = s2 * u2 + c2 * y3
    x1 = c1 * x2 + s1 * z4
    y1 = s1 * x2 - c1 * z4
    z1 = 0.089159 + y2

    c23 = c2 * c3 - s2 * s3
    s23 = s2 * c3 + c2 * s3
    c234 = c23 * c4 - s23 * s4
    s234 = s23 * c4 + c23 * s4
    u = -s2 * x3 - c2 * y3
    t = -s23 * x4 - c23 * y4
    w = c5 * y6
    p = -c234 * w - s234 * x6
    o = -s5 * y6
    e = -c234 * y5
    return (x1, y1, z1), (
        (-y1, -c1 * y2, c1 * u, c1 * t, c1 * e + s1 * x5, c1 * p + s1 * o),
        (x1, -s1 * y2, s1 * u, s1 * t, s1 * e - c1 * x5, s1 * p - c1 * o),
        (
            0.0, x2, c2 * x3 - s2 * y3, c23 * x4 - s23 * y4, -s234 * y5, c234 * x6 - s234 * w,
        ),
    )  # fmt: skip
