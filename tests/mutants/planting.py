"""A mutant put in place: into the living functions of a module, or as the module is imported."""

import importlib.util
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutants.changes import Mutant, mutated


def plant(mutant: Mutant, source: str) -> bool:
    """Change the function where it lives; False when that cannot be done without an import."""
    module = sys.modules.get(mutant.module)
    if module is None or not mutant.scope:
        return False
    whole = compile(mutated(mutant, source), str(module.__file__), "exec")
    *owner, name = mutant.scope.split(".")
    codes = [whole, *(_named(whole, owner[0]) if owner else ())]
    new = {code.co_firstlineno: code for code in _named(codes[-1], name)}
    planted = False
    for function in living(module):
        code = function.__code__
        if code.co_name == name and code.co_firstlineno in new:
            if len(code.co_freevars) != len(new[code.co_firstlineno].co_freevars):
                return False
            function.__code__ = new[code.co_firstlineno]
            planted = True
    forget(module.__name__.split(".")[0])
    return planted


def _named(code: CodeType, name: str) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name]


def living(module: ModuleType) -> Iterator[FunctionType]:
    """Functions and methods written in this module, under whatever wraps them."""
    for value in list(vars(module).values()):
        members = list(vars(value).values()) if isinstance(value, type) else [value]
        for member in members:
            function = _unwrapped(member)
            if function is not None and function.__code__.co_filename == module.__file__:
                yield function


def _unwrapped(member: Any) -> FunctionType | None:
    for inner in ("fget", "__func__", "__wrapped__", "func"):
        if not isinstance(member, FunctionType | type):
            member = getattr(member, inner, None) or member
    return member if isinstance(member, FunctionType) else None


def forget(top: str, least: int = 0) -> None:
    """Empty what functions of a package remember, if they may remember ``least`` things or more."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == top:
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    most = value.cache_parameters()["maxsize"]
                    if most is None or most >= least:
                        value.cache_clear()


class Planted(MetaPathFinder):
    """Imports one module with its change; the others as ever."""

    def __init__(self, mutant: Mutant, source: str) -> None:
        self.mutant, self.code = mutant, compile(mutated(mutant, source), mutant.path, "exec")

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        loader = _Loader(fullname, self.mutant.path, self.code)
        return importlib.util.spec_from_file_location(fullname, self.mutant.path, loader=loader)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        return self.code
