"""The part that fails is passive: a dictionary without the key, a text that is no number."""

TABLE = {"a": 1.5}


def f(x, key):
    try:
        v = TABLE[key]
        w = v * x
    except KeyError:
        try:
            w = float(key) * x * x
        except ValueError as error:
            raise LookupError("no " + key) from error
    return w * x


POINTS = ((1.3, "a"), (1.3, "2.5"), (1.3, "b"))
