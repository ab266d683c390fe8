"""Transforms of records."""

from typing import Any, Callable, Dict, Sequence

from .transform import GlueTransform


class Filter(GlueTransform):
    """Keeps records for which a function is true."""

    def __call__(self, frame: Any, f: Callable[[Any], Any], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.filter(f, transformation_ctx, info, stageThreshold, totalThreshold)


class Map(GlueTransform):
    """Makes each record what a function makes of it."""

    def __call__(self, frame: Any, f: Callable[[Any], Any], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.map(f, False, transformation_ctx, info, stageThreshold, totalThreshold)


class Join(GlueTransform):
    """Joins two frames where keys are equal."""

    def __call__(self, frame1: Any, frame2: Any, keys1: Sequence[str], keys2: Sequence[str], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame1.join(keys1, keys2, frame2, transformation_ctx, info, stageThreshold, totalThreshold)


class SplitRows(GlueTransform):
    """Splits a frame into records that compare so and the rest."""

    def __call__(self, frame: Any, comparison_dict: Dict[str, Dict[str, Any]], name1: str = "frame1", name2: str = "frame2", transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.split_rows(comparison_dict, name1, name2, transformation_ctx, info, stageThreshold, totalThreshold)


class Union(GlueTransform):
    """Puts the records of two frames together."""

    def __call__(self, frame1: Any, frame2: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame1.union(frame2, transformation_ctx, info, stageThreshold, totalThreshold)


class MergeDynamicFrame(GlueTransform):
    """Replaces records by those of a staging frame that have the same keys."""

    def __call__(self, frame: Any, stage_dynamic_frame: Any, primary_keys: Sequence[str], transformation_ctx: str = "", options: Any = None, info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> Any:  # noqa: E501
        return frame.mergeDynamicFrame(
            stage_dynamic_frame, primary_keys, transformation_ctx, options, info, stageThreshold, totalThreshold
        )
