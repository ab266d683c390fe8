"""Records as Python sees them, and the rows that carry them."""

import datetime
import decimal
from typing import Any, Dict, Optional

from pyspark.sql import Row

from . import gluetypes as G
from ._schema import alternatives, merge


class DynamicRecord(dict):
    """A record: a dictionary whose fields are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]


def to_record(value: Any, kind: G.DataType) -> Any:
    """A row as a record. A choice's value is the value itself."""
    if value is None:
        return None
    if isinstance(kind, G.ChoiceType):
        for held, choice in zip(value, alternatives(kind).values()):
            if held is not None:
                return to_record(held, choice)
        return None
    if isinstance(kind, G.StructType):
        return DynamicRecord((field.name, to_record(held, field.dataType)) for field, held in zip(kind, value))
    if isinstance(kind, G.ArrayType):
        return [to_record(held, kind.elementType) for held in value]
    if isinstance(kind, G.MapType):
        return {key: to_record(held, kind.valueType) for key, held in value.items()}
    return value


def to_row(value: Any, kind: G.DataType) -> Any:
    """A record as the row that carries it."""
    if value is None:
        return None
    if isinstance(kind, G.ChoiceType):
        chosen = chosen_name(value, kind)
        return tuple(to_row(value, choice) if name == chosen else None for name, choice in alternatives(kind).items())
    if isinstance(kind, G.StructType):
        return tuple(to_row(value.get(field.name), field.dataType) for field in kind)
    if isinstance(kind, G.ArrayType):
        return [to_row(held, kind.elementType) for held in value]
    if isinstance(kind, G.MapType):
        return {str(key): to_row(held, kind.valueType) for key, held in value.items()}
    if isinstance(kind, G.DecimalType):
        return decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-kind.scale))
    if isinstance(kind, G.BinaryType):
        return bytearray(value)
    return value


def chosen_name(value: Any, choice: G.ChoiceType) -> str:
    """Under which of a choice's types a value is kept."""
    own = type_of(value)
    if own.typeName() in choice.choices:
        return own.typeName()
    for name, kind in alternatives(choice).items():
        if fits(value, kind):
            return name
    raise TypeError(f"{value!r} is none of {', '.join(alternatives(choice))}")


def type_of(value: Any, like: Optional[G.DataType] = None) -> G.DataType:
    """The type of a Python value; where it fits the type that the field had, that one."""
    if value is None:
        return G.NullType()
    if like is not None:
        if isinstance(like, G.ChoiceType):
            like = next((kind for kind in alternatives(like).values() if fits(value, kind)), None)
        if like is not None and isinstance(like, G.AtomicType) and fits(value, like):
            return like
    if isinstance(value, Row):
        value = value.asDict()
    if isinstance(value, dict):
        if isinstance(like, G.MapType):
            return G.MapType(_merged(value.values(), like.valueType))
        known: Dict[str, G.Field] = like.field_map if isinstance(like, G.StructType) else {}
        return G.StructType(
            [G.Field(str(name), type_of(held, known[name].dataType if name in known else None)) for name, held in value.items()]
        )
    if isinstance(value, (list, tuple, set)):
        return G.ArrayType(_merged(value, like.elementType if isinstance(like, G.ArrayType) else None))
    if isinstance(value, int) and not isinstance(value, bool):
        if -(2**31) <= value < 2**31:
            return G.IntegerType()
        if -(2**63) <= value < 2**63:
            return G.LongType()
        raise TypeError(f"{value} is too large for a long: make it a Decimal or a string")
    if isinstance(value, decimal.Decimal):
        _, digits, exponent = value.as_tuple()
        scale = max(0, -int(exponent))
        return G.DecimalType(min(38, max(len(digits) + max(0, int(exponent)), scale)), scale)
    for python, glue in _PYTHON:
        if isinstance(value, python):
            return glue()
    raise TypeError(f"a record can't hold {type(value).__name__} {value!r}")


def _merged(values: Any, like: Optional[G.DataType]) -> G.DataType:
    found: G.DataType = G.NullType()
    for held in values:
        found = merge(found, type_of(held, like))
    return like if isinstance(found, G.NullType) and like is not None else found


# bool before int, datetime before date: each is the other's subclass
_PYTHON = [
    (bool, G.BooleanType),
    (float, G.DoubleType),
    (str, G.StringType),
    ((bytes, bytearray), G.BinaryType),
    (datetime.datetime, G.TimestampType),
    (datetime.date, G.DateType),
]
_RANGES = {G.ByteType: 7, G.ShortType: 15, G.IntegerType: 31, G.LongType: 63}


def fits(value: Any, kind: G.DataType) -> bool:
    """Whether a value can be kept as a type without a change."""
    if value is None:
        return True
    if type(kind) in _RANGES:
        bits = _RANGES[type(kind)]
        return isinstance(value, int) and not isinstance(value, bool) and -(2**bits) <= value < 2**bits
    if isinstance(kind, (G.DoubleType, G.FloatType)):
        return isinstance(value, float)
    if isinstance(kind, (G.StringType, G.EnumType)):
        return isinstance(value, str)
    if isinstance(kind, G.BooleanType):
        return isinstance(value, bool)
    if isinstance(kind, G.BinaryType):
        return isinstance(value, (bytes, bytearray))
    if isinstance(kind, G.TimestampType):
        return isinstance(value, datetime.datetime)
    if isinstance(kind, G.DateType):
        return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    if isinstance(kind, G.DecimalType):
        if not isinstance(value, decimal.Decimal):
            return False
        own = type_of(value)
        return own.scale <= kind.scale and own.precision - own.scale <= kind.precision - kind.scale
    if isinstance(kind, (G.StructType, G.MapType)):
        return isinstance(value, dict)
    return isinstance(kind, G.ArrayType) and isinstance(value, (list, tuple))
