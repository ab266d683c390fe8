"""DynamicFrames by name.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-collection.html
"""

from typing import Any, Callable, Dict, ItemsView, KeysView, Mapping, ValuesView


class DynamicFrameCollection:
    """What Relationalize, SplitFields and SplitRows give."""

    def __init__(self, dynamic_frames: Mapping[str, Any], glue_ctx: Any) -> None:
        self._frames: Dict[str, Any] = dict(dynamic_frames)
        self._glue_ctx = glue_ctx

    def __getitem__(self, key: str) -> Any:
        return self._frames[key]

    def __len__(self) -> int:
        return len(self._frames)

    def keys(self) -> KeysView[str]:
        """The frames' names."""
        return self._frames.keys()

    def values(self) -> ValuesView[Any]:
        """The frames."""
        return self._frames.values()

    def items(self) -> ItemsView[str, Any]:
        """Names and frames."""
        return self._frames.items()

    def select(self, key: str, transformation_ctx: str = "") -> Any:
        """@raises KeyError if there is no frame of this name"""
        return self._frames[key]

    def map(self, callable: Callable[..., Any], transformation_ctx: str = "") -> "DynamicFrameCollection":
        """A collection of what a function makes of each frame."""
        return DynamicFrameCollection(
            {name: callable(frame, f"{transformation_ctx}{name}") for name, frame in self._frames.items()}, self._glue_ctx
        )

    def flatmap(self, f: Callable[..., Any], transformation_ctx: str = "") -> "DynamicFrameCollection":
        """One collection of what a function makes of each frame: a frame, or a collection whose names follow the frame's."""
        frames: Dict[str, Any] = {}
        for name, frame in self._frames.items():
            made = f(frame, f"{transformation_ctx}{name}")
            if isinstance(made, DynamicFrameCollection):
                frames.update({f"{name}_{inner}": part for inner, part in made.items()})
            else:
                frames[name] = made
        return DynamicFrameCollection(frames, self._glue_ctx)
