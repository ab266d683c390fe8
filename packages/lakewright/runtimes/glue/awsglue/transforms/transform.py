"""What transforms have in common.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-GlueTransform.html
"""

import inspect
from typing import Any, Dict, List


class GlueTransform:
    """A transform is an instance that is called; `apply` makes one and calls it."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """The transform of these arguments."""
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        """The transform's name."""
        return cls.__name__

    @classmethod
    def describeArgs(cls) -> List[Dict[str, Any]]:
        """Name, type, and default of each argument."""
        described = []
        for argument in list(inspect.signature(cls.__call__).parameters.values())[1:]:
            optional = argument.default is not inspect.Parameter.empty
            described.append(
                {
                    "name": argument.name,
                    "type": getattr(argument.annotation, "__name__", str(argument.annotation)),
                    "optional": optional,
                    "defaultValue": argument.default if optional else None,
                }
            )
        return described

    @classmethod
    def describeReturn(cls) -> Dict[str, Any]:
        """What the transform gives."""
        return {"type": str(inspect.signature(cls.__call__).return_annotation), "description": cls.describeTransform()}

    @classmethod
    def describeTransform(cls) -> str:
        """What the transform does."""
        return (cls.__doc__ or "").splitlines()[0]

    @classmethod
    def describeErrors(cls) -> List[Dict[str, Any]]:
        """Errors are Python's own."""
        return []

    @classmethod
    def describe(cls) -> Dict[str, Any]:
        """All of it."""
        return {
            "transform": {"name": cls.name(), "description": cls.describeTransform()},
            "args": cls.describeArgs(),
            "returns": cls.describeReturn(),
            "raises": cls.describeErrors(),
        }
