"""Python text from bytes, by byte order mark or encoding comment (PEP 263), or which byte is wrong."""

import io
import tokenize

from adjgen.diagnostics import AdjgenError, Problem


class SourceError(AdjgenError):
    """A file that cannot be read, or a function that is not in it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem), [problem])
        self.problem = problem


def decoded(data: bytes, path: str) -> str:
    """Return the text of a Python file; `path` is for messages.

    >>> decoded(b"x = 1  # UTF-8, as nothing says otherwise", "a.py")
    'x = 1  # UTF-8, as nothing says otherwise'
    """
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        what = f"not a text file: a NUL byte at offset {nul}"
        raise SourceError(Problem("ADJ007", what, _utf16(data), path, line))
    try:
        encoding, head = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise SourceError(_no_encoding(data, str(error.msg), path)) from None
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(_undecodable(data, encoding, error.start, path)) from None
    except (LookupError, UnicodeError) as error:
        raise SourceError(_no_encoding(data, str(error), path)) from None


def _utf16(data: bytes) -> str:
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return "It looks like UTF-16; save it as UTF-8." if marked else ""


def _no_encoding(data: bytes, message: str, path: str) -> Problem:
    """Say that the encoding that a file names cannot be used, or which byte of its head is wrong."""
    try:
        data.decode("utf-8")  # Python's own message does not say which byte it is
    except UnicodeDecodeError as error:
        if b"coding" not in b"".join(data.split(b"\n", 2)[:2]):
            return _undecodable(data, "utf-8", error.start, path)
    what = f"its encoding cannot be used: {message}"
    return Problem("ADJ007", what, "Save the file as UTF-8.", path, 1)


def _undecodable(data: bytes, encoding: str, at: int, path: str) -> Problem:
    line = data.count(b"\n", 0, at) + 1
    what = f"not {encoding.upper()}: byte 0x{data[at]:02x} at offset {at}"
    why = "Save the file as UTF-8, or name its encoding in line 1: # -*- coding: latin-1 -*-"
    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    raw = data[start : end if end >= 0 else None].rstrip(b"\r")
    col = len(raw[: at - start].decode("utf-8", "replace"))
    text = raw.decode("utf-8", "replace")
    return Problem("ADJ007", what, _utf16(data) or why, path, line, col, col + 1, text)
