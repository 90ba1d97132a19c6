"""What every test may ask for: `--update`, and generated text as a module."""

import types

import pytest

import adjgen.elementary.arrays  # noqa: F401  # all rows are in the table the tests walk


def pytest_addoption(parser):
    """Add `--update`: rewrite expected texts (the README's too) instead of comparing with them."""
    parser.addoption("--update", action="store_true", help="rewrite the expected texts")


@pytest.fixture
def update(request):
    """Whether expected texts are to be rewritten."""
    return request.config.getoption("--update")


@pytest.fixture
def as_module():
    """A function that executes module text as a stranger's interpreter would."""

    def execute(source, name="generated"):
        module = types.ModuleType(name)
        exec(compile(source, f"<{name}>", "exec"), module.__dict__)
        return module

    return execute
