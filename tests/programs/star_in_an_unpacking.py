"""What a starred target takes is known item by item, unless the list is changed or given away."""


def f(x, y, z, n):
    a, *b = x * y, y, z
    *c, d = b
    (e, *g), [*k, m] = (x, y, z), [z, x + y]
    *empty, last = (x,)
    first, *counts = n, n + 1, n + 2
    counts.append(n + 3)
    for _ in range(2):
        a, *rest = x + a, a, y
        x, z = rest
    return (
        (a * c[0] + d) * e
        - g[-1] * k[0]
        + sum(b) * m
        + last * len(empty)
        + max(*g)
        + counts[2] * first
    )


POINT = (0.7, 1.3, -0.4, 2)
