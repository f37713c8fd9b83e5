"""What can be told of a program without running it: whether there will be an `app` to serve."""

import ast
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
        return any(map(binds, module.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return True


def binds(node: ast.AST) -> bool:
    """Whether executing *node* in a module's scope binds NAME there."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name == NAME or makes_global(node) or any(map(binds, node.decorator_list))
        case ast.Lambda():
            return False
        case ast.If(test=test) if is_main_guard(test):
            return any(map(binds, node.orelse))
        case ast.ImportFrom():
            return any((alias.asname or alias.name) in (NAME, "*") for alias in node.names)
        case ast.Name():
            return node.id == NAME and isinstance(node.ctx, ast.Store)
        case ast.AnnAssign(value=None):
            return False
        case ast.MatchAs() | ast.MatchStar() if node.name == NAME:
            return True
        case ast.MatchMapping() if node.rest == NAME:
            return True
        case ast.comprehension():  # its targets are its own
            return any(map(binds, (node.iter, *node.ifs)))
        case _:
            return any(map(binds, ast.iter_child_nodes(node)))


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
