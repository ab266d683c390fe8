"""Transforms of a frame's shape."""

from typing import Any, Mapping, Optional, Sequence, Tuple

from .transform import GlueTransform


class ResolveChoice(GlueTransform):
    """Resolves fields that have several types."""

    def __call__(self, frame: Any, specs: Optional[Sequence[Tuple[str, str]]] = None, choice: str = "", database: Optional[str] = None, table_name: Optional[str] = None, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0, catalog_id: Optional[str] = None) -> Any:  # noqa: E501
        return frame.resolveChoice(
            specs, choice, database, table_name, transformation_ctx, info, stageThreshold, totalThreshold, catalog_id
        )


class Relationalize(GlueTransform):
    """Makes flat tables of nested records: the root, and one for each array."""

    def __call__(self, frame: Any, staging_path: Optional[str] = None, name: str = "roottable", options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.relationalize(name, staging_path, options, transformation_ctx, info, stageThreshold, totalThreshold)


class UnnestFrame(GlueTransform):
    """Makes members of structs fields of their own."""

    def __call__(self, frame: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.unnest(transformation_ctx, info, stageThreshold, totalThreshold)


class Unbox(GlueTransform):
    """Parses a string field as JSON or CSV."""

    def __call__(self, frame: Any, path: str, format: str, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0, **options: Any) -> Any:  # noqa: E501
        return frame.unbox(path, format, transformation_ctx, info, stageThreshold, totalThreshold, **options)


class Spigot(GlueTransform):
    """Writes sample records, and goes on with all."""

    def __call__(self, frame: Any, path: str, options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "") -> Any:
        return frame.spigot(path, options, transformation_ctx)


class ErrorsAsDynamicFrame(GlueTransform):
    """Gives the error records of a frame."""

    def __call__(self, frame: Any) -> Any:
        return frame.errorsAsDynamicFrame()
