"""Before the first turn of the way back there is no list whose adjoint has a length."""


def f(xs, x):
    k = 0
    while k < 3:
        k += 1
        if x > k - 1.5:
            xs.insert(0, x * xs[1])
            return list(xs), k * x
    return xs, x


POINT = ([0.1, -0.7], 1.2)
