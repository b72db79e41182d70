"""The one way by which metrics, views, detectors, actions and commands are found."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(package: ModuleType, kind: type[T]) -> tuple[T, ...]:
    """Return every module-level instance of `kind` in the modules of `package`, in the order of their names.

    A module may hold one instance or a tuple of them. An instance imported from elsewhere counts once.
    """
    found: dict[int, T] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            candidates = value if isinstance(value, tuple) else (value,)
            found |= {id(each): each for each in candidates if isinstance(each, kind)}
    return tuple(found.values())
