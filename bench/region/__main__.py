"""python -m bench.region --seed 7 --out DIR [--facilities 60] [--claims 20000]"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.region.coverage import coverage
from bench.region.making import make_region


def main(
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")],
    out: Annotated[Path, typer.Option(help="An empty or new folder.")],
    facilities: Annotated[int, typer.Option(min=30, help="How many facilities.")] = 36,
    claims: Annotated[int, typer.Option(min=1, help="About how many claims with a case.")] = 12_000,
) -> None:
    """Make a region: claim files, result files, a schedule of days, and the truth."""
    made = make_region(seed, out, facilities, claims)
    console = Console()
    console.print(
        f"{made.cases} cases, {made.rows} result rows, {made.files} files below {made.folder}"
    )
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    table = Table("what", "code", "cases or rows", title="what the truth shows")
    for each in coverage(truth):
        table.add_row(each.kind, each.code, str(each.times))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
