"""What isn't done is refused by name: a call or an option that is ignored gives a wrong answer."""

from typing import Any, Mapping, NoReturn, Optional


class NotSupportedLocally(NotImplementedError):
    """AWS Glue has it, the local runtime doesn't."""


def refuse(what: str, instead: str = "") -> NoReturn:
    """Ends the call with the name of what is missing, and what to do."""
    advice = f": {instead}" if instead else ""
    raise NotSupportedLocally(f"{what} isn't supported by Lakewright's awsglue{advice}")


def checked(
    given: Optional[Mapping[str, Any]],
    known: Mapping[str, str],
    where: str,
    refused: Optional[Mapping[str, str]] = None,
) -> dict:
    """The options, by the names in `known` (matched without regard to case), or a refusal of the first other one."""
    names = {name.lower(): name for name in known}
    found: dict = {}
    for name, value in (given or {}).items():
        if name.lower() in names:
            found[names[name.lower()]] = value
            continue
        advice = next((text for key, text in (refused or {}).items() if key.lower() == name.lower()), "")
        refuse(f"option {name!r} of {where}", advice or f"known are {', '.join(sorted(known))}")
    return found


def flag(value: Any) -> bool:
    """True, "true" and "True" are true."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")
