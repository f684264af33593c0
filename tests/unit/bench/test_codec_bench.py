"""The codec's figures have the shape of every other figure."""

from bench.codec import run

KEYS = {"name", "value", "unit", "rows", "cpu_s", "wall_s", "rss_mb", "commit"}


def test_each_figure_says_what_was_measured() -> None:
    lines = run(rounds=1)
    assert len({line["name"] for line in lines}) == len(lines) == 8
    assert all(line.keys() == KEYS and line["value"] > 0 for line in lines)
