"""Rows behind the one where a walk ends have adjoints of zeros, as long as they are."""


def f(A: list[list[float]], x):
    for row in A:
        if row[0] > x:
            return row[1] * row[0]
    return A[1][1] * x


POINT = ([[1.0, 2.0], [1.5, 4.0], [3.0, 0.5]], 1.2)
