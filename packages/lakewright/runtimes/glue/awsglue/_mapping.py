"""Fields selected, dropped, renamed and mapped."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from . import gluetypes as G
from ._paths import Part, column, edited, resolve, steps, top, type_at
from ._refuse import refuse
from ._resolve import Frame, cast, selected
from ._schema import named

Mapping = Tuple[str, str, str, str]


def apply_mapping(df: DataFrame, schema: G.StructType, mappings: Sequence[Mapping], case_sensitive: bool) -> Frame:
    """Selects, casts, nests and unnests. A source field that no record has is left out.

    See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ApplyMapping.html
    """
    nest: Dict[str, Any] = {}
    for mapping in mappings:
        if len(mapping) != 4:
            raise ValueError(f"mapping {mapping!r}: (source column, source type, target column, target type) is expected")
        source, _, target, wanted = mapping
        names = resolve(schema, source) or (None if case_sensitive else resolve(schema, source, case_sensitive=False))
        if names is None:
            continue
        if "[]" in names:
            refuse(f"a mapping of {source!r}, which lies in an array", "relationalize the frame first, as AWS advises")
        _put(nest, steps(target), _mapped(column(names), type_at(schema, names), wanted, source), target)
    return selected(df, [_built(name, node) for name, node in nest.items()])


def _mapped(held: Column, kind: G.DataType, wanted: str, source: str) -> Tuple[G.DataType, Column]:
    word = wanted.strip().lower()
    if word in ("struct", "array", "map", "choice", "decimal", kind.typeName()) and kind.typeName() == word:
        return kind, held
    if isinstance(kind, G.ChoiceType):
        refuse(f"a mapping of {source!r}, which is a choice, to {wanted}", "resolve it with resolveChoice first")
    target = named(wanted)
    return target, cast(held, kind, target, f"{source!r}")


def _put(nest: Dict[str, Any], names: List[str], leaf: Tuple[G.DataType, Column], target: str) -> None:
    for name in names[:-1]:
        nest = nest.setdefault(name, {})
        if not isinstance(nest, dict):
            raise ValueError(f"target {target!r}: {name!r} is a target itself")
    if names[-1] in nest:
        raise ValueError(f"target {target!r} is mapped twice")
    nest[names[-1]] = leaf


def _built(name: str, node: Any) -> Tuple[str, G.DataType, Column]:
    if not isinstance(node, dict):
        return (name, *node)
    parts = [_built(inner, leaf) for inner, leaf in node.items()]
    kind = G.StructType([G.Field(inner, of) for inner, of, _ in parts])
    return name, kind, F.struct(*[held.alias(inner) for inner, _, held in parts])


def drop_fields(df: DataFrame, schema: G.StructType, paths: Any) -> Frame:
    """Removes fields, also below structs and in elements of arrays."""
    for path in _listed(paths):
        names = resolve(schema, path, arrays=True)
        if names is not None:
            df, schema = selected(df, edited(schema, names, lambda *_: []))
    return df, schema


def select_fields(df: DataFrame, schema: G.StructType, paths: Any) -> Frame:
    """Keeps fields, in the order of the paths; of a nested one, its structs with it alone."""
    nest: Dict[str, Any] = {}
    for path in _listed(paths):
        names = resolve(schema, path)
        if names is None:
            continue
        if "[]" in names:
            refuse(f"select_fields of {path!r}, which lies in an array", "select the array")
        _put(nest, names, (type_at(schema, names), column(names)), path)
    return selected(df, [_built(name, node) for name, node in nest.items()])


def rename_field(df: DataFrame, schema: G.StructType, old: str, new: str) -> Frame:
    """Renames a field in its place, or moves it to another path that is free."""
    names = resolve(schema, old)
    if names is None:
        return df, schema
    target = steps(new)
    if names[:-1] == target[:-1]:
        return selected(df, edited(schema, names, lambda _, kind, held: [(target[-1], kind, held)]))
    if "[]" in names or target[0] in [field.name for field in schema if field.name != names[0] or len(names) > 1]:
        refuse(f"renaming {old!r} to {new!r}", "its new path must be free and outside of arrays: use apply_mapping")
    nest: Dict[str, Any] = {}
    _put(nest, target, (type_at(schema, names), column(names)), new)
    added = [_built(name, node) for name, node in nest.items()]
    return selected(df, edited(schema, names, lambda *_: []) + added)


def drop_nulls(df: DataFrame, schema: G.StructType) -> Frame:
    """Removes fields that are null in every record, wherever they are; values of other fields stay.

    See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-DropNullFields.html
    """
    while (names := _first_null(schema)) is not None:
        df, schema = selected(df, edited(schema, names, lambda *_: []))
    return df, schema


def _first_null(kind: G.DataType) -> Optional[List[str]]:
    if isinstance(kind, G.StructType):
        for field in kind:
            if isinstance(field.dataType, G.NullType):
                return [field.name]
            below = _first_null(field.dataType)
            if below is not None:
                return [field.name, *below]
    return None


_COMPARE = {
    ">": lambda held, value: held > value,
    "<": lambda held, value: held < value,
    ">=": lambda held, value: held >= value,
    "<=": lambda held, value: held <= value,
    "=": lambda held, value: held == value,
    "!=": lambda held, value: held != value,
}


def condition(schema: G.StructType, comparisons: Dict[str, Dict[str, Any]]) -> Column:
    """What `split_rows` compares: `{"age": {">": 10, "<": 20}}`."""
    found = F.lit(True)
    for path, tests in comparisons.items():
        names = resolve(schema, path)
        if names is None or "[]" in names:
            raise ValueError(f"split_rows compares {path!r}, which isn't a field outside of arrays")
        if isinstance(type_at(schema, names), G.ChoiceType):
            refuse(f"split_rows by {path!r}, which is a choice", "resolve it with resolveChoice first")
        for operator, value in tests.items():
            if operator not in _COMPARE:
                raise ValueError(f"split_rows compares with {operator!r}: one of {', '.join(_COMPARE)} is expected")
            found = found & _COMPARE[operator](column(names), value)
    return F.coalesce(found, F.lit(False))


def join(left: Frame, right: Frame, paths1: Any, paths2: Any) -> Frame:
    """Rows of both whose keys are equal. A field of the second frame whose name the first one has gets a dot before it.

    See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-join.html
    """
    keys1, keys2 = _listed(paths1), _listed(paths2)
    if len(keys1) != len(keys2):
        raise ValueError(f"join has {len(keys1)} keys of one frame and {len(keys2)} of the other: as many are expected")
    taken = {field.name for field in left[1]}
    renamed: Part = []
    for field in right[1]:
        name = field.name
        while name in taken:
            name = f".{name}"
        taken.add(name)
        renamed.append((name, field.dataType, top(field.name)))
    first = left[0].select([top(field.name).alias(f"l{at}") for at, field in enumerate(left[1])])
    second = right[0].select([held.alias(f"r{at}") for at, (_, _, held) in enumerate(renamed)])
    on = None
    for key1, key2 in zip(keys1, keys2):
        same = _key(left[1], key1, "l") == _key(right[1], key2, "r")
        on = same if on is None else on & same
    parts: Part = [(field.name, field.dataType, F.col(f"l{at}")) for at, field in enumerate(left[1])]
    parts += [(name, kind, F.col(f"r{at}")) for at, (name, kind, _) in enumerate(renamed)]
    return selected(first.join(second, on, "inner"), parts)


def _key(schema: G.StructType, path: str, side: str) -> Column:
    names = resolve(schema, path)
    if names is None or "[]" in names:
        raise ValueError(f"join key {path!r} isn't a field outside of arrays: there are {', '.join(schema.field_map)}")
    if isinstance(type_at(schema, names), G.ChoiceType):
        refuse(f"a join by {path!r}, which is a choice", "resolve it with resolveChoice first")
    place = [field.name for field in schema].index(names[0])
    return column([f"{side}{place}", *names[1:]])


def _listed(paths: Any) -> List[str]:
    return [paths] if isinstance(paths, str) else list(paths)
