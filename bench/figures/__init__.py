"""What `make bench` measures: one module a figure, each with ``run() -> list of lines``."""
