"""python -m bench.region.readme: renders the table of scenarios into README.md."""

from pathlib import Path

import bench.region.stories as stories
from bench.region.scenarios import table

assert stories  # importing it fills the register
PAGE = Path(__file__).with_name("README.md")
MARK = "<!-- rendered by python -m bench.region.readme -->\n"

if __name__ == "__main__":
    head = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(f"{head}{MARK}\n{table()}", encoding="utf-8")
