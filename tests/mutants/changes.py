"""The small wrong changes a test must notice, made in the syntax tree of one module.

A site is one node of the tree; a mutant is one change at one site. Left alone: annotations,
docstrings, decorators, options of a class statement, the text of errors, and Chinese wording
(it is read by people, and reviewed rather than tested).
"""

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

WORDING = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
# Calls that only name a type, a cast or an error.
DECLARING = {"NewType", "TypeVar", "cast", "TypeAdapter"}
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change. scope is the outermost function ("Book.take"), "" for the module's own level."""

    path: str
    scope: str
    line: int
    site: int
    variant: int
    text: str

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """Every mutant of one module, in the order of its text."""
    tree = ast.parse(source)
    scopes, own = _scopes(tree), _own_level(tree)
    for site, node in enumerate(_sites(tree)):
        scope = scopes.get(id(node), "")
        for variant, new in enumerate(_variants(node, top=id(node) in own)):
            line = getattr(node, "lineno", 0) or getattr(getattr(node, "target", None), "lineno", 0)
            yield Mutant(path, scope, line, site, variant, _told(node, new))


def mutated(mutant: Mutant, source: str) -> ast.Module:
    """The tree of the module with this one change."""
    tree = ast.parse(source)
    own = _own_level(tree)
    site = next(node for number, node in enumerate(_sites(tree)) if number == mutant.site)
    new = _variants(site, top=id(site) in own)[mutant.variant]
    ast.copy_location(new, site)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is site:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if one is site else one for one in value]
    return ast.fix_missing_locations(tree)


def _sites(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that may change, outermost first."""
    yield node
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "format_spec", "type_params"}:
            continue
        if field in {"bases", "keywords"} and isinstance(node, ast.ClassDef):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _left_alone(child):
                yield from _sites(child)


def _left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.Assert):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        return True
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in DECLARING


def _variants(node: ast.AST, top: bool) -> list[ast.AST]:
    """What may stand in place of this node; top: it stands at the module's own level."""
    return [*_expressions(node), *_statements(node, top), *_shorter(node, top)]


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            ops = [*node.ops[:at], COMPARED[type(operator)](), *node.ops[at + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        yield ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.IfExp) and _plain(node.test):
        yield ast.IfExp(_negated(node.test), node.body, node.orelse)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and not WORDING.search(value):
        yield ast.Constant(f"XX{value}")


def _statements(node: ast.AST, top: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Assign) and not top and not _is_none(node.value):
        yield ast.Assign(node.targets, ast.Constant(None))
    elif isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
    elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield ast.Pass()
    elif isinstance(node, ast.If) and _plain(node.test):
        yield ast.If(_negated(node.test), node.body, node.orelse)
    elif isinstance(node, ast.Break | ast.Continue):
        yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()


def _shorter(node: ast.AST, top: bool) -> Iterator[ast.AST]:
    """A named argument, a condition of a comprehension, or a row of a table left out."""
    if isinstance(node, ast.Call):
        for at, keyword in enumerate(node.keywords):
            # strict=True of zip states what is so anyway.
            if keyword.arg not in {None, "strict"}:
                kept = [*node.keywords[:at], *node.keywords[at + 1 :]]
                yield ast.Call(node.func, node.args, kept)
    elif isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            new = copy.copy(node)
            new.ifs = [*node.ifs[:at], *node.ifs[at + 1 :]]
            yield new
    elif isinstance(node, ast.Dict) and top and len(node.keys) > 1:
        for at in range(len(node.keys)):
            keys, values = list(node.keys), list(node.values)
            del keys[at], values[at]
            yield ast.Dict(keys, values)
    elif isinstance(node, ast.Set) and top and len(node.elts) > 1:
        for at in range(len(node.elts)):
            yield ast.Set([*node.elts[:at], *node.elts[at + 1 :]])


def _plain(test: ast.expr) -> bool:
    """Whether a test has no change of its own, so that it is turned round as a whole."""
    return not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant)


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _scopes(tree: ast.Module) -> dict[int, str]:
    """id of every node within a function -> the name of the outermost function."""
    found: dict[int, str] = {}
    for prefix, function in functions_of(tree):
        for node in ast.walk(function):
            found[id(node)] = prefix + function.name
        # Defaults of arguments are computed when the module is imported.
        for default in [*function.args.defaults, *function.args.kw_defaults]:
            for node in ast.walk(default) if default else ():
                del found[id(node)]
    return found


def _own_level(tree: ast.Module) -> set[int]:
    inside = _scopes(tree)
    return {id(node) for node in ast.walk(tree)} - inside.keys()


def functions_of(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Outermost functions and methods, each after the prefix of its name ("Book." or "")."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{node.name}.", member


def _told(node: ast.AST, new: ast.AST) -> str:
    """The change in one short line: before -> after, or what is gone."""
    if isinstance(node, ast.Dict) and isinstance(new, ast.Dict):
        kept = [id(value) for value in new.values]
        gone = next(at for at, value in enumerate(node.values) if id(value) not in kept)
        key = node.keys[gone]
        return f"without the row {_short(key) if key else '**'}"
    if isinstance(node, ast.Set) and isinstance(new, ast.Set):
        return f"without {_short(next(one for one in node.elts if one not in new.elts))}"
    if isinstance(node, ast.Call) and isinstance(new, ast.Call):
        named = next(one for one in node.keywords if one not in new.keywords)
        return f"{_short(node.func)}(..) without {named.arg}={_short(named.value)}"
    if isinstance(node, ast.If) and isinstance(new, ast.If):
        return f"if {_short(node.test)} -> if {_short(new.test)}"
    return f"{_short(node)} -> {_short(new)}"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 70 else f"{text[:40]} .. {text[-26:]}"
