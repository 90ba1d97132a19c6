"""Every diagnostic has a page, every page a diagnostic, and the examples on it are true."""

import re
from pathlib import Path

import pytest

from adjgen.commands.explain import pages, title
from adjgen.diagnostics import AdjgenError
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, functions, read_text

PACKAGE = Path(__file__).parent.parent / "adjgen"
CODE = re.compile(r"\bADJ\d{3}\b")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)
PAGES = {code: page.read_text(encoding="utf-8") for code, page in pages().items()}
EXAMPLES = {code: [b for kind, b in BLOCK.findall(text) if kind == "python"] for code, text in PAGES.items()}  # fmt: skip


def test_codes_and_pages_are_the_same():
    texts = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    raised = {code for text in texts for code in CODE.findall(text)}
    assert raised == set(PAGES)


@pytest.mark.parametrize("code", PAGES)
def test_a_page_says_what_and_why(code):
    text = PAGES[code]
    assert text.startswith(f"# {code}: {title(code)}\n")
    assert len(title(code)) < 70
    assert "\n**Why.** " in text
    assert max(map(len, text.splitlines())) <= 100


def codes(text):
    """The codes with which the functions of a text are refused, and those of warnings."""
    try:
        file = read_text(text, "page.py")
        names = functions(file)
        if not names:
            return {"ADJ002"}, set()
        made = generate([find(file, name) for name in names], Options(formatted=False))
    except AdjgenError as error:
        return {problem.code for problem in error.diagnostics}, set()
    refused = {problem.code for problems in made.refused.values() for problem in problems}
    if not refused:
        compile(made.source, "page", "exec")
    return refused, {problem.code for problem in made.warnings}


@pytest.mark.parametrize("code", [code for code, blocks in EXAMPLES.items() if blocks])
def test_examples(code):
    wrong, right = EXAMPLES[code]
    assert code in set.union(*codes(wrong))
    refused, warned = codes(right)
    assert not refused and code not in warned
