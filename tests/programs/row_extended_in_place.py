"""A list inside a list is extended where it is: by +=, and by its method."""


def f(A, x):
    rows = [[1.0, x]]
    rows[0] += [x * x]
    rows[0].extend([u * x for u in A[1]])
    A[0] += [x, x * rows[0][-1]]
    return sum(rows[0]) * A[0][-1], A[0]


POINT = ([[0.5], [1.5, 0.7]], 1.3)
