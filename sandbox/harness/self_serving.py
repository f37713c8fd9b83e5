"""Programs that serve by themselves shall do so in the process that they are: no reloader, no debugger, no workers.

Nobody edits the files while they run, a debugger in the browser would answer to everybody, and each further process
costs a program the time and memory of an interpreter. Nothing else of what a program asks of its server is changed.
"""

import functools
import importlib.machinery
import inspect
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any


def in_one_process() -> None:
    """Change the servers that are loaded already, and the others as soon as they are."""
    for name, change in CHANGES.items():
        if name in sys.modules:
            change(sys.modules[name])
    sys.meta_path.insert(0, ChangingFinder())


class ChangingFinder:
    """Finds the modules in CHANGES where they are, and has them changed right after they are loaded.

    It does not say that it is an importlib.abc.MetaPathFinder, which would take longer to import than all of this.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        change = CHANGES.get(fullname)
        if change is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_change(module: ModuleType) -> None:
                load(module)
                change(module)

            spec.loader.exec_module = load_and_change  # type: ignore[method-assign]
        return spec


def always(function: Callable[..., Any], **values: Any) -> Callable[..., Any]:
    """*function*, with these arguments whatever it is called with."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.arguments.update(values)
        return function(*bound.args, **bound.kwargs)

    return call


def change_werkzeug(serving: Any) -> None:
    serving.run_simple = always(serving.run_simple, use_reloader=False, use_debugger=False)


def change_uvicorn(config: Any) -> None:
    """Where the app is given by its name, and only there: elsewhere uvicorn refuses to reload, and says so."""
    original = config.Config.__init__
    single = always(original, reload=False, workers=1)

    @functools.wraps(original)
    def initialize(self: Any, app: Any, *args: Any, **kwargs: Any) -> None:
        (single if isinstance(app, str) else original)(self, app, *args, **kwargs)

    config.Config.__init__ = initialize


def change_sanic(startup: Any) -> None:
    original = startup.StartupMixin.run
    single = always(original, dev=False, auto_reload=None, workers=1, fast=False, single_process=True)

    @functools.wraps(original)
    def run(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("dev"):  # short for both
            kwargs["debug"] = True
        single(self, *args, **kwargs)

    startup.StartupMixin.run = run


def change_django(autoreload: Any) -> None:
    def run(main: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        main(*args, **kwargs)

    autoreload.run_with_reloader = run


CHANGES: dict[str, Callable[[Any], None]] = {
    "werkzeug.serving": change_werkzeug,
    "uvicorn.config": change_uvicorn,
    "sanic.mixins.startup": change_sanic,
    "django.utils.autoreload": change_django,
}
