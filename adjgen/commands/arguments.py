"""Values as they are written on the command line: `x=1.2,y=3,table=[1,2]`; nothing is evaluated."""

import math
from collections.abc import Iterator
from typing import Any

import click

WORDS = {"True": True, "False": False, "None": None, "pi": math.pi, "e": math.e}
CLOSING = {"(": ")", "[": "]"}


def values(text: str) -> dict[str, Any]:
    """Return the values of names.

    >>> values("x=1.2, n=3,name='a,b',weights=[1,(2.5,)]")
    {'x': 1.2, 'n': 3, 'name': 'a,b', 'weights': [1, (2.5,)]}
    """
    result = {}
    for item in split(text):
        name, equals, given = item.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ValueError(f"{item!r} is not NAME=VALUE")
        result[name.strip()] = value(given.strip())
    return result


def value(text: str) -> Any:
    """Return a number, True, False, None, pi, e, a quoted string, or a list or tuple of these."""
    if text in WORDS:
        return WORDS[text]
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return text[1:-1]
    if text[:1] in CLOSING and text[-1:] == CLOSING[text[0]]:
        items = [value(item) for item in split(text[1:-1])]
        return items if text[0] == "[" else tuple(items)
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    raise ValueError(
        f"{text!r} is not a number, True, False, None, pi, e, 'text', [list] or (tuple)"
    )


def split(text: str) -> Iterator[str]:
    """Yield the parts between commas that are not inside brackets or quotes."""
    depth, quote, start = 0, "", 0
    for i, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            yield text[start:i].strip()
            start = i + 1
    if text[start:].strip():
        yield text[start:].strip()


def option(text: str) -> dict[str, Any]:
    """Return the values of NAME=VALUE,... as an option's type does."""
    try:
        return values(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def merged(given: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return the values of an option that may be repeated."""
    return {name: value for each in given for name, value in each.items()}
