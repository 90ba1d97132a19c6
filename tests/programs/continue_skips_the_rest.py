"""What follows `continue` is skipped in some turns only; the adjoint must skip the same ones."""


def f(x, y):
    for i in range(6):
        y = y + x * i
        if i % 2 == 0 or y > 4.0:
            continue
        x = x * y * 0.3
    return x + y


POINT = (0.8, 0.2)
