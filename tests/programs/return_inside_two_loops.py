"""A return inside nested loops: what was on the tape of the outer loop must match the trips made."""


def f(x, n):
    for i in range(n):
        for j in range(i + 1):
            x = x * 1.2 + 0.1 * j
            if x > 2.0:
                return x * x
        x = x - 0.05
    return -x


POINTS = ((0.5, 3), (0.5, 9), (3.0, 0))
