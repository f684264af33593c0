"""python -m deploy.configuration: writes docs/configuration.md from every settings register."""

from deploy.k8s.register import processes
from deploy.local.jars import ROOT
from pipeline.settings import render_markdown

PAGE = ROOT / "docs" / "configuration.md"
HEAD = """# Configuration

Rendered by `make docs` from the settings registers; a test compares it. A process reads its
variables once, when it starts, and names every bad one at once. Secrets are masked wherever they
are shown.

`KAFKA_BROKERS` and `DATABASE_URL`, set where you call `make up`, `make demo` or `make test`, are
used instead of servers of our own. `python -m pipeline.topics` reads `KAFKA_BROKERS`,
`GOUJI_PARTITIONS` and `GOUJI_REPLICATION`.

"""


def page() -> str:
    """The whole page: a table for each process."""
    return HEAD + render_markdown((process.name, process.settings) for process in processes())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
