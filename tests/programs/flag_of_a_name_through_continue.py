"""A turn that binds nothing keeps the value of the turn before, if there was one."""


def f(x, n: int):
    s = x
    for k in range(n):
        if k % 2 == 0:
            if x < 0:
                continue
            y = x * k
        s = s + y * y
    return s


POINTS = ((0.4, 3), (-0.4, 1), (-0.4, 2))
