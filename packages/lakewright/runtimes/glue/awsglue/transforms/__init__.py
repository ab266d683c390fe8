"""Transforms as classes: `Join.apply(frame1, frame2, "id", "id")`.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import NoReturn

from .._refuse import refuse
from .collections import FlatMap, MapToCollection, SelectFromCollection
from .fields import ApplyMapping, DropFields, DropNullFields, RenameField, SelectFields, SplitFields
from .records import Filter, Join, Map, MergeDynamicFrame, SplitRows, Union
from .shape import ErrorsAsDynamicFrame, Relationalize, ResolveChoice, Spigot, Unbox, UnnestFrame
from .transform import GlueTransform

__all__ = [
    "ApplyMapping",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "Filter",
    "FlatMap",
    "GlueTransform",
    "Join",
    "Map",
    "MapToCollection",
    "MergeDynamicFrame",
    "Relationalize",
    "RenameField",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "Spigot",
    "SplitFields",
    "SplitRows",
    "Unbox",
    "Union",
    "UnnestFrame",
]


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    refuse(f"transform {name}")
