"""Paths to fields: `a.b.c`, names with dots in backticks, `list[]` for the elements of an array."""

import re
from typing import Callable, List, Optional, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from . import gluetypes as G
from ._schema import to_spark

_STEP = re.compile(r"`([^`]+)`|([^.`\[\]]+)|(\[\])|(\.)")


def steps(path: str) -> List[str]:
    """`a.`b.c`[].d` → a, b.c, [], d. Raises ValueError for a path that isn't one."""
    found, position = [], 0
    for match in _STEP.finditer(path):
        if match.start() != position:
            break
        position = match.end()
        name = match.group(1) or match.group(2) or match.group(3)
        if name:
            found.append(name)
    if position != len(path) or not found:
        raise ValueError(f"{path!r} isn't a path to a field")
    return found


def resolve(schema: G.StructType, path: str, arrays: bool = False, case_sensitive: bool = True) -> Optional[List[str]]:
    """The steps of a path as the schema names them; None if there is no such field.

    A path that is the whole name of a top-level field is that field, so `.name` and `a.b` after a join or an unnest are found
    as they are shown. With `arrays`, steps go into elements of arrays without `[]`.
    """
    bare = path[1:-1] if re.fullmatch(r"`[^`]*`", path) else path
    if bare in schema.field_map:
        return [bare]
    try:
        names = steps(path)
    except ValueError:
        return None
    found: List[str] = []
    kind: G.DataType = schema
    for name in names:
        while arrays and isinstance(kind, G.ArrayType) and name != "[]":
            found.append("[]")
            kind = kind.elementType
        if name == "[]":
            if not isinstance(kind, G.ArrayType):
                return None
            kind = kind.elementType
            found.append(name)
            continue
        if isinstance(kind, G.ChoiceType) and isinstance(kind.choices.get("struct"), G.StructType):
            kind = kind.choices["struct"]
            found.append("struct")
        if not isinstance(kind, G.StructType):
            return None
        field = kind.field_map.get(name)
        if field is None and not case_sensitive:
            field = next((other for other in kind if other.name.lower() == name.lower()), None)
        if field is None:
            return None
        found.append(field.name)
        kind = field.dataType
    return found


def type_at(schema: G.DataType, names: Sequence[str]) -> G.DataType:
    """The type of a resolved path."""
    kind = schema
    for name in names:
        if name == "[]":
            kind = kind.elementType
        elif isinstance(kind, G.ChoiceType):
            kind = kind.choices[name]
        else:
            kind = kind.getField(name).dataType
    return kind


def column(names: Sequence[str]) -> Column:
    """The column of a resolved path without arrays."""
    found = top(names[0])
    for name in names[1:]:
        found = found.getField(name)
    return found


def top(name: str) -> Column:
    """A top-level column, whatever its name has in it."""
    return F.col("`" + name.replace("`", "``") + "`")


Part = List["tuple[str, G.DataType, Column]"]
Edit = Callable[[str, G.DataType, Column], Part]


def edited(schema: G.StructType, names: Sequence[str], edit: Edit) -> Part:
    """The top-level fields after one field, wherever it lies, was replaced by what `edit` makes of it: none, one or several."""
    first, rest = names[0], list(names[1:])
    out: Part = []
    for field in schema:
        held = top(field.name)
        out.extend(_edit(field.name, field.dataType, held, rest, edit) if field.name == first else [(field.name, field.dataType, held)])
    return out


def _edit(name: str, kind: G.DataType, held: Column, rest: List[str], edit: Edit) -> Part:
    if not rest:
        return edit(name, kind, held)
    if rest[0] == "[]":
        return _edit_elements(name, kind, held, rest[1:], edit)
    members = kind.choices.items() if isinstance(kind, G.ChoiceType) else [(field.name, field.dataType) for field in kind]
    parts: Part = []
    for member, inner in members:
        value = held.getField(member)
        parts.extend(_edit(member, inner, value, rest[1:], edit) if member == rest[0] else [(member, inner, value)])
    if isinstance(kind, G.ChoiceType):
        parts.sort(key=lambda part: part[0])
        changed: G.DataType = G.ChoiceType([inner for _, inner, _ in parts])
    else:
        changed = G.StructType([G.Field(member, inner) for member, inner, _ in parts])
    return [(name, changed, struct_of(parts, held))] if parts else []


def _edit_elements(name: str, kind: G.ArrayType, held: Column, rest: List[str], edit: Edit) -> Part:
    made: Part = []

    def element(value: Column) -> Column:
        made[:] = _edit("element", kind.elementType, value, rest, edit)
        if len(made) != 1:
            raise ValueError(f"the elements of {name!r} can't become {len(made)} columns: make a struct of them, or cast them")
        return made[0][2]

    changed = F.transform(held, element)
    return [(name, G.ArrayType(made[0][1]), changed)]


def struct_of(parts: Part, present: Column) -> Column:
    """A struct of columns, null where `present` is."""
    fields = F.struct(*[value.alias(member) for member, _, value in parts])
    wanted = to_spark(G.StructType([G.Field(member, kind) for member, kind, _ in parts]))
    return F.when(present.isNotNull(), fields).otherwise(F.lit(None).cast(wanted))
