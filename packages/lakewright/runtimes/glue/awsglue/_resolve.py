"""Choices resolved.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ResolveChoice.html
and https://github.com/aws-samples/aws-glue-samples/blob/master/examples/resolve_choice.md
"""

from typing import List, Optional, Sequence, Tuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from . import gluetypes as G
from ._paths import Part, edited, resolve, type_at
from ._refuse import refuse
from ._schema import alternatives, named, to_spark

Frame = Tuple[DataFrame, G.StructType]
_COMPLEX = (G.StructType, G.ArrayType, G.MapType)


def cast(held: Column, kind: G.DataType, wanted: G.DataType, what: str) -> Column:
    """A value as another type, null where it can't be one. A choice is cast whatever type it has."""
    if kind == wanted:
        return held
    if isinstance(kind, G.ChoiceType):
        if wanted.typeName() in kind.choices and isinstance(wanted, _COMPLEX):
            return held.getField(wanted.typeName())
        casts = [
            cast(held.getField(name), choice, wanted, what)
            for name, choice in alternatives(kind).items()
        ]
        return F.coalesce(*casts)
    if isinstance(kind, _COMPLEX) or isinstance(wanted, _COMPLEX):
        refuse(f"cast of {what} from {kind.typeName()} to {wanted.typeName()}", "map its fields one by one")
    return held.cast(to_spark(wanted))


def resolve_choice(
    df: DataFrame,
    schema: G.StructType,
    specs: Optional[Sequence[Tuple[str, str]]],
    choice: str,
    catalog_types: Optional[dict] = None,
) -> Frame:
    """Applies either `specs`, one after another, or `choice` to every choice that there is."""
    if (specs is None) == (not choice):
        raise ValueError("resolveChoice takes either specs, a list of (path, action), or choice, one action for every choice")
    if specs is not None:
        for path, action in specs:
            names = resolve(schema, path, case_sensitive=True)
            if names is not None:
                df, schema = _apply(df, schema, names, action, path)
        return df, schema
    if choice == "match_catalog":
        for name, written in (catalog_types or {}).items():
            names = resolve(schema, f"`{name}`") or _insensitive(schema, name)
            if names and isinstance(type_at(schema, names), G.ChoiceType):
                df, schema = _apply(df, schema, names, f"cast:{written}", name)
        return df, schema
    while (names := _first_choice(schema)) is not None:
        df, schema = _apply(df, schema, names, choice, ".".join(names))
    return df, schema


def _insensitive(schema: G.StructType, name: str) -> Optional[List[str]]:
    return next(([field.name] for field in schema if field.name.lower() == name.lower()), None)


def _apply(df: DataFrame, schema: G.StructType, names: List[str], action: str, path: str) -> Frame:
    verb, _, target = action.partition(":")
    kind = type_at(schema, names)
    if verb == "cast":
        wanted = named(target)

        def edit(name: str, kind: G.DataType, held: Column) -> Part:
            return [(name, wanted, cast(held, kind, wanted, f"{path!r}"))]

    elif verb == "project":
        wanted = named(target)

        def edit(name: str, kind: G.DataType, held: Column) -> Part:
            if not isinstance(kind, G.ChoiceType):
                return [(name, kind, held)]
            kept = kind.choices.get(wanted.typeName())
            if kept is None:
                return [(name, wanted, F.lit(None).cast(to_spark(wanted)))]
            return [(name, kept, held.getField(wanted.typeName()))]

    elif verb == "make_struct":

        def edit(name: str, kind: G.DataType, held: Column) -> Part:
            return [(name, _struct(kind), held)]

    elif verb == "make_cols":

        def edit(name: str, kind: G.DataType, held: Column) -> Part:
            if not isinstance(kind, G.ChoiceType):
                return [(name, kind, held)]
            return [(f"{name}_{of}", choice, held.getField(of)) for of, choice in alternatives(kind).items()]

    else:
        raise ValueError(f"action {action!r}: cast:TYPE, project:TYPE, make_cols, make_struct or match_catalog is expected")
    parts = edited(schema, names, edit)
    if verb == "make_cols" and len(names) == 1 and isinstance(kind, G.ChoiceType):
        parts = _first_in_place(parts, [f"{names[0]}_{of}" for of in alternatives(kind)][1:])
    return selected(df, parts)


def _struct(kind: G.DataType) -> G.DataType:
    if not isinstance(kind, G.ChoiceType):
        return kind
    return G.StructType([G.Field(name, choice) for name, choice in alternatives(kind).items()])


def _first_in_place(parts: Part, last: List[str]) -> Part:
    """As AWS's sample shows it: the first new column stands where the choice stood, the others come last."""
    return [part for part in parts if part[0] not in last] + [part for part in parts if part[0] in last]


def selected(df: DataFrame, parts: Part) -> Frame:
    """A frame of these columns."""
    return (
        df.select([held.alias(name) for name, _, held in parts]),
        G.StructType([G.Field(name, kind) for name, kind, _ in parts]),
    )


def _first_choice(schema: G.DataType) -> Optional[List[str]]:
    if isinstance(schema, G.ChoiceType):
        return []
    if isinstance(schema, G.StructType):
        for field in schema:
            below = _first_choice(field.dataType)
            if below is not None:
                return [field.name, *below]
    if isinstance(schema, G.ArrayType):
        below = _first_choice(schema.elementType)
        return None if below is None else ["[]", *below]
    return None
