"""The adjoints of rows that a slice takes along are sums of lists, not lists put together."""


def f(x, y):
    grid = [[y, 1.5], [x, x * y]]
    for _ in range(3):
        grid = grid[:]
    return grid[0][0] * grid[1][1]


POINT = (1.3, 0.7)
