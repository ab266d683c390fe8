"""Transforms of collections."""

from typing import Any, Type

from ..dynamicframecollection import DynamicFrameCollection
from .transform import GlueTransform


class SelectFromCollection(GlueTransform):
    """Gives one frame of a collection."""

    def __call__(self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = "") -> Any:
        return dfc.select(key, transformation_ctx)


class MapToCollection(GlueTransform):
    """Applies a transform to each frame of a collection."""

    def __call__(self, dfc: DynamicFrameCollection, BaseTransform: Type[GlueTransform], frame_name: str, transformation_ctx: str = "", **base_kwargs: Any) -> DynamicFrameCollection:  # noqa: E501
        return dfc.map(_applied(BaseTransform, frame_name, base_kwargs), transformation_ctx)


class FlatMap(GlueTransform):
    """Applies a transform to each frame of a collection, and makes one collection of all that it gives."""

    def __call__(self, dfc: DynamicFrameCollection, BaseTransform: Type[GlueTransform], frame_name: str, transformation_ctx: str = "", **base_kwargs: Any) -> DynamicFrameCollection:  # noqa: E501
        return dfc.flatmap(_applied(BaseTransform, frame_name, base_kwargs), transformation_ctx)


def _applied(transform: Type[GlueTransform], frame_name: str, arguments: Any) -> Any:
    def run(frame: Any, ctx: str) -> Any:
        return transform.apply(**{frame_name: frame}, **arguments)

    return run
