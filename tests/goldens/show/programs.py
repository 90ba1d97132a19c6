"""Functions whose listings the tests compare: carried code, recursion, lists, runs that stop."""

LIMITS = {"low": 1.0, "high": 2.0}


def scaled(x, kind="low"):
    """Scale by a limit."""
    if kind not in LIMITS:
        raise ValueError(f"there is no limit {kind!r}, there are only these: {', '.join(LIMITS)}")
    print(kind)
    limit = LIMITS[kind]
    for _ in range(3):
        y = x * limit
        if y > 10.0:
            return y, (x, limit)
    return y, (x, 2.0)


def checked(x, n=6):
    """Do things beside the computation."""
    assert x > 0.0, f"{x} is not positive"
    if x > 3.0:
        raise ValueError("x is too large for this")
    print("x is", x)
    return x * ((n & 3) + x)


def power(x, n):
    """Multiply by itself, n times."""
    if n < 1:
        return 1.0
    return x * power(x, n - 1)


def total(xs, p=2.0):
    """Add powers up to the first large number."""
    s = 0.0
    for v in xs:
        if v > 100.0:
            break
        s += v**p
    return s


def without_value(x, n):
    """Read a name that a loop without a turn leaves unbound."""
    for _ in range(n):
        y = x
    return y * x


def endless(x):
    """Go on and on."""
    while x > 0.0:
        x = x * 1.0
    return x


def remainder_and_quotient(x, y):
    """Use both outs of divmod."""
    q, r = divmod(x, y)
    return q * r
