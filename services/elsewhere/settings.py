"""What elsewhere reads and writes, and its settings."""

from pathlib import Path

from pipeline.settings import folder, setting
from pipeline.worker_settings import WorkerSettings

NAME = "elsewhere"
READS = ("loose",)
WRITES = ("records", "dead-letters")
# Hints go to the partition of their facility, not to that of the person.
BY_KEY = ("records",)
CHANGELOG = "elsewhere-changelog"
# Rendered into deploy/k8s.
REPLICAS = 1
MEMORY_MB = 256


class ElsewhereSettings(WorkerSettings):
    """A worker's settings, and the contracts."""

    schemas_dir: Path = setting("schemas/avro", folder, "Folder of the Avro schemas.")
