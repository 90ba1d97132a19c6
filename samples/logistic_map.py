"""The logistic map, a model of a population that breeds and starves."""


def logistic_map(x, r, n):
    """The population after n seasons with growth rate r, from x."""
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x
