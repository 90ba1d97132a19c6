"""A function without a derivative, which README.md shows."""


def price(net, rate):
    """The price with tax, rounded to cents by way of a text."""
    gross = net * (1.0 + rate)
    return float(f"{gross:.2f}")
