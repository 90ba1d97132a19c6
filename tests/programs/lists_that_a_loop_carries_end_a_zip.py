"""Two lists that one loop carries are not as long as each other: the shorter one ends the zip."""


def f(xs, ys, A, x):
    for _ in range(3):
        xs = xs
        ys[0] = x
    for _, c in zip(ys, xs):
        A[1] += x
        if c > 0.0:
            x = x * 0.5
    return xs, A[1]


POINTS = (([0.5, 1.5, 2.5], [1.0, 2.0], [0.3, 0.4], 0.7), ([0.5], [1.0, 2.0], [0.3, 0.4], 0.7))
