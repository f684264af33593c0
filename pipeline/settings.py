"""Settings: name, default, parser, a sentence. Read once, in __main__; frozen; secrets masked."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self, dataclass_transform

from pipeline.errors import BadSettings

PREFIX = "GOUJI_"
_KEY = "setting"


@dataclasses.dataclass(frozen=True)
class Setting:
    """One entry of the register. ``default`` is text as in the environment; None: must be given."""

    default: str | None
    parse: Callable[[str], Any]
    doc: str
    secret: bool
    env: str | None


def setting(
    default: str | None,
    parse: Callable[[str], Any],
    doc: str,
    *,
    secret: bool = False,
    env: str | None = None,
) -> Any:
    """A field of a Settings class. The variable is GOUJI_<NAME OF THE FIELD>, or ``env``."""
    return dataclasses.field(metadata={_KEY: Setting(default, parse, doc, secret, env)})


def name_of(field: "dataclasses.Field[Any]") -> str:
    """The environment variable of a field."""
    entry: Setting = field.metadata[_KEY]
    return entry.env or PREFIX + field.name.upper()


@dataclass_transform(frozen_default=True, field_specifiers=(setting,))
class Settings:
    """Base of a service's settings: subclass it, and declare each field with ``setting``."""

    def __init_subclass__(cls) -> None:
        # repr=False: the one below masks secrets.
        dataclasses.dataclass(frozen=True, repr=False)(cls)

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        """Raises BadSettings that names every bad variable at once, and no value of a secret."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            entry: Setting = field.metadata[_KEY]
            text = env.get(name_of(field)) or entry.default
            if text is None:
                problems.append(f"{name_of(field)} is not set: {entry.doc}")
                continue
            try:
                values[field.name] = entry.parse(text)
            except Exception as bad:
                shown = "(secret)" if entry.secret else repr(text)
                why = type(bad).__name__ if entry.secret else str(bad)
                problems.append(f"{name_of(field)}={shown}: {why}")
        if problems:
            raise BadSettings("; ".join(problems))
        return cls(**values)

    def shown(self) -> dict[str, str]:
        """Variable to value as text, secrets masked."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {
            name_of(field): "***" if field.metadata[_KEY].secret else str(getattr(self, field.name))
            for field in fields
        }

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value}" for name, value in self.shown().items())
        return f"{type(self).__name__}({inside})"


def render_markdown(services: Iterable[tuple[str, type[Settings]]]) -> str:
    """The tables of docs/configuration.md: one for each service."""
    lines: list[str] = []
    for service, kind in services:
        lines += [f"## {service}", "", "| variable | default | meaning |", "|---|---|---|"]
        for field in dataclasses.fields(kind):  # type: ignore[arg-type]
            entry: Setting = field.metadata[_KEY]
            if entry.default is None:
                default = "(secret, must be set)" if entry.secret else "(must be set)"
            else:
                default = f"`{entry.default}`" if entry.default else "(empty)"
            lines.append(f"| `{name_of(field)}` | {default} | {entry.doc} |")
        lines.append("")
    return "\n".join(lines)


def seconds(text: str) -> float:
    """A duration greater than 0."""
    value = float(text)
    if not value > 0:
        raise ValueError("must be greater than 0")
    return value


def count(text: str) -> int:
    """A whole number from 1."""
    value = int(text)
    if value < 1:
        raise ValueError("must be 1 or more")
    return value


def whole(text: str) -> int:
    """A whole number from 0."""
    value = int(text)
    if value < 0:
        raise ValueError("must be 0 or more")
    return value


def port(text: str) -> int:
    """0 (any free one) to 65535."""
    value = int(text)
    if not 0 <= value <= 65535:
        raise ValueError("must be 0 to 65535")
    return value


def flag(text: str) -> bool:
    """yes or no."""
    if text not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return text == "yes"


def folder(text: str) -> Path:
    """A path; relative ones start where the process does."""
    return Path(text)
