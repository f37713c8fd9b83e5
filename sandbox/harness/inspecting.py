"""What can be told of a program without running it: whether there will be an `app` to serve."""

import ast
import os
from collections.abc import Iterable

NAME = "app"


def binds_app(path: str) -> bool:
    """Whether the module in *path* binds `app` when it is imported, as far as can be seen.

    What only happens under `if __name__ == "__main__":` does not count, nor a module that is imported by that name.
    A file that cannot be parsed counts: loading it says what is wrong with it.
    """
    try:
        with open(path, "rb") as file:
            module = ast.parse(file.read())
        return any(binds(node, os.path.dirname(path)) for node in module.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return True


def binds(node: ast.AST, folder: str) -> bool:
    """Whether executing *node* in the scope of a module in *folder* binds NAME there."""
    inner: Iterable[ast.AST] = ast.iter_child_nodes(node)
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            if node.name == NAME or makes_global(node):
                return True
            inner = node.decorator_list
        case ast.Lambda() | ast.AnnAssign(value=None):
            return False
        case ast.If(test=test) if is_main_guard(test):
            inner = node.orelse
        case ast.ImportFrom():
            return any((alias.asname or alias.name) == NAME for alias in node.names) or binds_by_star(node, folder)
        case ast.Name():
            return node.id == NAME and isinstance(node.ctx, ast.Store)
        case ast.MatchAs() | ast.MatchStar() if node.name == NAME:
            return True
        case ast.MatchMapping() if node.rest == NAME:
            return True
        case ast.comprehension():  # its targets are its own
            inner = (node.iter, *node.ifs)
    return any(binds(one, folder) for one in inner)


def binds_by_star(node: ast.ImportFrom, folder: str) -> bool:
    """Whether it is a `from x import *` of a learner's module that binds NAME itself."""
    if all(alias.name != "*" for alias in node.names):
        return False
    base = os.path.join(folder, *[os.pardir] * (node.level - 1), *(node.module or "").split("."))
    found = (path for path in (f"{base}.py", f"{base}/__init__.py") if os.path.exists(path))
    return any(map(binds_app, found))


def makes_global(function: ast.AST) -> bool:
    """Whether a function, or one in it, says `global app`: somebody will call it."""
    return any(isinstance(node, ast.Global) and NAME in node.names for node in ast.walk(function))


def is_main_guard(test: ast.expr) -> bool:
    """Whether *test* is `__name__ == "__main__"`, whichever way around."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            sides: Iterable[ast.expr] = (left, right)
            names = [side.id for side in sides if isinstance(side, ast.Name)]
            values = [side.value for side in sides if isinstance(side, ast.Constant)]
            return names == ["__name__"] and values == ["__main__"]
        case _:
            return False
