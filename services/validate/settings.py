"""What validate reads and writes, and its settings."""

from pathlib import Path

from pipeline.sealing import publish_key, seal_key
from pipeline.settings import count, folder, setting
from pipeline.worker_settings import WorkerSettings

NAME = "validate"
READS = ("claims", "uploads", "actions", "precheck-asked")
WRITES = (
    "records",
    "import-reported",
    "precheck-checked",
    "precheck-answered",
    "dead-letters",
)
CHANGELOG = "validate-changelog"
# Rendered into deploy/k8s.
REPLICAS = 2
MEMORY_MB = 512


class ValidateSettings(WorkerSettings):
    """A worker's settings, the two secrets, and how long parts are remembered."""

    schemas_dir: Path = setting("schemas/avro", folder, "Folder of the Avro schemas.")
    publish_key: bytes = setting(
        None, publish_key, "Key of the content hashes, 16 to 64 bytes in base64.", secret=True
    )
    seal_key: bytes = setting(
        None, seal_key, "AES-SIV key that seals result rows, 64 bytes in base64.", secret=True
    )
    seal_key_id: str = setting("seal-1", str, "Name of that key, kept beside what it sealed.")
    parts_seen_days: int = setting(
        "45", count, "For so many closed days a part that comes again is recognised and dropped."
    )
