"""Transforms of fields."""

from typing import Any, Sequence, Tuple

from .transform import GlueTransform


class ApplyMapping(GlueTransform):
    """Selects, casts, nests and unnests fields by (source, type, target, type)."""

    def __call__(self, frame: Any, mappings: Sequence[Tuple[str, str, str, str]], case_sensitive: bool = False, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.apply_mapping(mappings, case_sensitive, transformation_ctx, info, stageThreshold, totalThreshold)


class DropFields(GlueTransform):
    """Removes fields."""

    def __call__(self, frame: Any, paths: Sequence[str], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.drop_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)


class DropNullFields(GlueTransform):
    """Removes fields that are null in every record."""

    def __call__(self, frame: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.drop_nulls(transformation_ctx)


class RenameField(GlueTransform):
    """Renames a field."""

    def __call__(self, frame: Any, old_name: str, new_name: str, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.rename_field(old_name, new_name, transformation_ctx, info, stageThreshold, totalThreshold)


class SelectFields(GlueTransform):
    """Keeps fields."""

    def __call__(self, frame: Any, paths: Sequence[str], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.select_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold)


class SplitFields(GlueTransform):
    """Splits a frame into one with these fields and one with the rest."""

    def __call__(self, frame: Any, paths: Sequence[str], name1: str = "frame1", name2: str = "frame2", transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.split_fields(paths, name1, name2, transformation_ctx, info, stageThreshold, totalThreshold)
