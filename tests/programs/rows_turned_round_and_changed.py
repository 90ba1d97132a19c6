"""A list of lists is reversed and a row of it changed: other lists of the same rows stay as they are."""


def f(A, x):
    y = sum(A[0]) * A[1][0]
    for _ in range(2):
        A.reverse()
        A[1][0] = x * y
        y = y * A[0][0]
    rows = [row for row in A]
    return y * A[1][1], rows, A + [[y]]


POINT = ([[0.5, 0.7], [1.5, 0.2]], 1.3)
