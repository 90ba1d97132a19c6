"""A rotation of three carried values: two temporaries are not enough if they are reused too early."""


def f(x, y, z):
    for _ in range(4):
        x, y, z = y, z, x * y
        y, x = x, y
    return (x, (y, z))


POINT = (1.1, 0.7, -0.4)
