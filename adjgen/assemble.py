"""The finished text of a generated module: header, docstring with counts, functions; where its lines come from."""

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adjgen.elementary.operations import Operations, operations
from adjgen.emit.dialects import DIALECTS
from adjgen.emit.text import checked, comment, formatted
from adjgen.ir.core import Function, Module
from adjgen.pipeline import Differentiated, Generated, Options, written
from adjgen.read.literals import copied

MATRICES = {
    "jacobian": "Return the Jacobian of `{}` by {}",
    "value_and_jacobian": "Return the value of `{}` and its Jacobian by {}",
    "hessian": "Return the Hessian of `{}` by {}",
}
SWEEPS = {
    "forward": "tangents along all inputs in one sweep",
    "reverse": "a reverse sweep for each output",
    "markowitz": "by vertex elimination (markowitz)",
    "markowitz-last": "by vertex elimination (markowitz-last)",
}
CHOSEN = {
    "value_and_grad",
    "value_and_jacobian",
    "hessian",
}  # products that are made in several ways
LABELS = {
    "value_and_grad": "value and gradient",
    "vjp": "value and vjp",
    "jvp": "value and jvp",
    "value_and_jacobian": "value and Jacobian",
    "hessian": "Hessian",
}
WIDTH = 84  # characters of a line in the docstring of a module


def assembled(done: Sequence[tuple[Any, Differentiated]], options: Options) -> Generated:
    """Return the module of differentiated functions."""
    from adjgen import skeleton

    functions: dict[str, Function] = {}
    for _, one in done:
        for function in one.functions():
            functions.setdefault(function.name, documented(function))
    about = gathered(done)
    files, tables = about["files"], [about["tables"][key] for key in about["copies"]]
    if any(one.module.main.about["target"] == "numpy" for _, one in done):
        about["target"] = "numpy"
    host = replace(done[0][1].module.main, about=done[0][1].module.main.about | about)
    text = written(list(functions.values()), Module(host, done[0][1].module.functions), options)
    ops = {definition.qualname: counts(one) for definition, one in done}
    names = [f"{definition.file.label}::{definition.qualname}" for definition, _ in done]
    target = host.about["target"]
    notes = [*(f"Imports {module}." for module in text.visible), *DIALECTS[target].notes]
    codes = text.excused() if options.formatted else []
    notes += [f'mypy: disable-error-code="{", ".join(codes)}"'] if codes else []
    source = skeleton.module(
        source=", ".join(names),
        source_hash=source_hash(files | read_for_names(done, tables)),
        options_hash=options.digest(),
        command=command(names, options),
        doc=module_doc(done, ops),
        imports="\n".join([*text.imports, "", *text.tables]),
        functions=list(text.functions.values()),
        notes=notes,
    )
    source = checked(formatted(source)) if options.formatted else source
    return Generated(
        source=source,
        functions=tuple(functions),
        ops={name: {kind: o.report() for kind, o in found.items()} for name, found in ops.items()},
        lines=line_map(source, files),
        held=tuple(text.holders),
        bases=tuple((one.module.main.name, definition.qualname) for definition, one in done),
        arrays={one.module.main.name: array_shapes(one.module.main) for _, one in done},
    )


def gathered(done: Sequence[tuple[Any, Differentiated]]) -> dict[str, Any]:
    """Return what all functions together need around them, with the tables that are copied."""
    abouts = [one.module.main.about for _, one in done]
    found: dict[str, Any] = {
        kind: {key: held for about in abouts for key, held in about[kind].items()}
        for kind in ("files", "holders", "tables")
    }
    trees = {key: copied(table) for key, table in found["tables"].items()}
    copies = {key: tree for key, tree in trees.items() if tree is not None}
    hidden = {name for about in abouts for name in about["hidden"]}
    return found | {"hidden": hidden, "copies": copies}


def array_shapes(function: Function) -> dict[str, Any]:
    """Return the dimensions, if they are known, and the type of the numbers of parameters that are arrays."""
    kinds = [(p.name, v.type) for p in function.params for v in p.vars]
    found: dict[str, Any] = {
        name: (kind.shape if isinstance(kind.shape, tuple) else None, str(kind.dtype))
        for name, kind in kinds
        if kind.dtype
    }
    if DIALECTS[function.about["target"]].lists_are_arrays:
        found |= {n: ((f"{n}.0",), str(kind.element)) for n, kind in kinds if kind.element}
    return found


def read_for_names(
    done: Sequence[tuple[Any, Differentiated]], tables: Sequence[Any]
) -> dict[str, Any]:
    """Return the files that only said what a name means: a constant that was imported, say."""
    scopes = [definition.scope for definition, _ in done] + [table.scope for table in tables]
    found = [file for scope in scopes for file in getattr(scope, "files", ())]
    return {file.path: file for file in found}


def source_hash(files: dict[str, Any]) -> str:
    """Return a hash of every file that was read."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(files[path].text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def command(names: Sequence[str], options: Options) -> str:
    """Return the command line that makes the module again."""
    words = ["adjgen generate", *names]
    default = Options()
    words += [f"--mode {options.mode}"] if options.mode != default.mode else []
    words += [f"--wrt {','.join(map(str, options.wrt))}"] if options.wrt else []
    words += [f"--define {name}={value!r}" for name, value in options.define]
    words += [f"--target {options.target}"] if options.target != default.target else []
    words += [f"--style {options.style}"] if options.style != default.style else []
    words += ["--exact"] if options.exact else []
    words += ["--sparse"] if options.sparse else []
    words += [f"--checkpoint {options.checkpoint}"] if options.checkpoint else []
    words += [f"--strategy {options.strategy}"] if options.strategy != "auto" else []
    words += [f"--unroll {options.unroll}"] if options.unroll is not None else []
    words += ["--allow-cancel"] if options.allow_cancel else []
    words += [] if options.formatted else ["--no-format"]
    return " ".join(words)


def module_doc(
    done: Sequence[tuple[Any, Differentiated]], ops: dict[str, dict[str, Operations]]
) -> str:
    """Return the docstring of a module."""
    from adjgen import strategies

    quoted = [f"`{definition.qualname}`" for definition, _ in done]
    title = f"Derivatives of {', '.join(quoted)}."
    parts = [title if len(title) <= WIDTH else f"Derivatives of {len(done)} functions."]
    for definition, one in done:
        found = ops[definition.qualname]
        lines = [f"{definition.qualname}:"] if len(done) > 1 else []
        for module in (one.module, *one.products.values()):
            lines += signature_lines(module.main)
        best = "value_and_grad" if "value_and_grad" in found else list(found)[-1]
        label = LABELS[best]
        by_op = ", ".join(f"{name} {count}" for name, count in sorted(found[best].by_op.items()))
        value, derivative = found["value"].formula(), found[best].formula()
        lines += [
            "",
            f"Operations: value {value}, {label} {derivative}" + (f" ({by_op})." if by_op else "."),
        ]
        how = strategies.words(one.products[best].main.about)
        lines += [f"Strategy: {how}."] if best in CHOSEN and how != "reverse sweep" else []
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def signature_lines(function: Function) -> list[str]:
    """Return how a function is called and what it returns."""
    about, stars = function.about, {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
    words: list[str] = []
    for param in function.params:
        if param.kind == "KEYWORD_ONLY" and not any(word.startswith("*") for word in words):
            words.append("*")
        words.append(stars.get(param.kind, "") + param.name)
    bars = [f"{name}_bar" for name in about.get("wrt", ())]
    gradient = bars[0] if len(bars) == 1 else f"({', '.join(bars)})"
    both = f"(value, {gradient})"
    known = {"jvp": "(value, value_dot)", "vjp": both, "value_and_grad": both, "hvp": gradient}
    entries = "(values, (rows, columns))" if about.get("sparse") else "jacobian"
    known |= {"value_and_jacobian": f"(value, {entries})", "jacobian": entries}
    known |= {"hessian": entries.replace("jacobian", "hessian")}
    returns = known.get(about.get("product", ""), "value")
    line = f"{function.name}({', '.join(words)}) -> {returns}"
    return textwrap.wrap(
        line, WIDTH, initial_indent="    ", subsequent_indent=" " * 8, break_long_words=False
    )


def documented(function: Function) -> Function:
    """Return a function with the docstring that generated code has."""
    return replace(function, about=function.about | {"doc_text": doc_text(function)})


def doc_text(function: Function) -> str:
    """Return one sentence: what the function returns."""
    about = function.about
    kind, wrt = about.get("product"), ", ".join(about.get("wrt", ()))
    call = f"{about.get('base', about.get('qualname', function.name))}"
    if kind == "integrand":
        return f"Return what `{call}` integrates."
    if kind == "helper":
        return f"Return the derivative of `{call}` for its active arguments."
    if kind == "jvp":
        return f"Return the value of `{call}` and its tangent along the *_dot arguments."
    if kind == "vjp":
        return f"Return the value of `{call}` and bar times its derivative by {wrt}."
    if kind == "value_and_grad":
        return f"Return the value of `{call}` and its gradient by {wrt}."
    if kind == "grad":
        return f"Return the gradient of `{call}` by {wrt}."
    if kind == "hvp":
        return f"Return the Hessian of `{call}` by {wrt} times the *_dot arguments."
    if kind in MATRICES:
        return matrix_text(about, MATRICES[kind].format(call, wrt))
    first = about.get("doc", "").strip().split("\n\n")[0]
    return " ".join(first.split()) or f"Return the value of `{call}`, as in the source."


def matrix_text(about: dict[str, Any], first: str) -> str:
    """Return two sentences: of a Jacobian or Hessian also how it is computed, and its form if it is sparse."""
    form = ", of its entries that may not be zero (values, (rows, columns))" * about["sparse"]
    return f"{first}{form}: {SWEEPS[about['strategy']]}."


def line_map(source: str, files: dict[str, Any]) -> dict[int, int]:
    """Return the source line of each quoting comment and of the lines below it."""
    texts: dict[str, int] = {}
    for file in files.values():
        for number in range(1, len(file.lines) + 1):
            texts.setdefault(comment(file.statement(number)), number)
    found: dict[int, int] = {}
    current = 0
    for number, line in enumerate(source.split("\n"), 1):
        code, mark, _ = line.partition("# ")
        if mark and code.isspace():
            current = texts.get(line.strip(), 0)
        elif line.startswith("def "):
            current = 0
        if current:
            found[number] = current
    return found


def counts(one: Differentiated) -> dict[str, Operations]:
    """Return the operations of a function and of its products."""
    found = {"value": operations(one.module.main)}
    return found | {kind: operations(m.main) for kind, m in one.products.items()}
