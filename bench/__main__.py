"""python -m bench [names]: measures into .run/bench/results.jsonl, prints a table with the bars."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from bench import codec
from bench.figures import latency, parsing, precheck, replay, stages, webhook
from bench.figures.line import BARS, Line, passed
from deploy.local.stack import RUN

Figures = Callable[[], list[Any]]
ALL: dict[str, Figures] = {
    "codec": codec.run,
    "parse": parsing.run,
    "validate": stages.run_validate,
    "match": stages.run_match,
    "replay": replay.run,
    "latency": latency.run,
    "precheck": precheck.run,
    "webhook": webhook.run,
}


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=" ".join(ALL) + "; all of none.")
    ] = None,
) -> None:
    """Exit code 1 when a figure misses its bar."""
    console = Console(width=140)
    chosen = names or list(ALL)
    if unknown := sorted(set(chosen) - set(ALL)):
        raise typer.BadParameter(f"{', '.join(unknown)}: one of {', '.join(ALL)}")
    file = RUN / "bench" / "results.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    table = Table(
        Column("figure", no_wrap=True), "value", "unit", "bar", "rows", "CPU s", "wall s", "MB"
    )
    good = True
    with file.open("w", encoding="utf-8") as out:
        for name in chosen:
            console.print(f"measuring {name} ...")
            for each in ALL[name]():
                found = each.plain() if isinstance(each, Line) else each
                out.write(json.dumps(found) + "\n")
                good = _row(table, found) and good
    console.print(table)
    console.print(f"written to {file}")
    raise typer.Exit(0 if good else 1)


def _row(table: Table, found: dict[str, Any]) -> bool:
    ok = passed(found["name"], found["value"])
    bar = "" if ok is None else " ".join(map(str, BARS[found["name"]]))
    style = None if ok is None else "green" if ok else "red"
    numbers = (str(found[key]) for key in ("rows", "cpu_s", "wall_s", "rss_mb"))
    table.add_row(found["name"], f"{found['value']:,}", found["unit"], bar, *numbers, style=style)
    return ok is not False


if __name__ == "__main__":
    typer.run(main)
