"""A loop that always returns in its first turn: neither its else nor what follows is reached."""


def f(x, y):
    for k in range(4):
        return (0.5 + k, (x * y,))
    else:
        return (x, (2.5,))
    return (3, (y,))


POINT = (-1.5, 1.2)
