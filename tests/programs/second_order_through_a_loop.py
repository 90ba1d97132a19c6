"""Second derivatives by two inputs of one factor: the adjoint of the reversed loop has a tape of its own."""


def f(x, y, z, n):
    for _ in range(n):
        y *= z - x
    return y


POINTS = ((0.6, 0.4, -0.8, 5), (0.6, 0.4, -0.8, 0), (0.6, 0.4, -0.8, 1))
