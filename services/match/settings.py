"""What match reads and writes, and its settings."""

from pathlib import Path

from pipeline.sealing import publish_key, seal_key
from pipeline.settings import folder, setting
from pipeline.worker_settings import WorkerSettings

NAME = "match"
READS = ("records", "precheck-checked")
WRITES = (
    "import-reported",
    "result-stored",
    "case-changed",
    "matched",
    "unmatched",
    "needs-note",
    "clawback",
    "records",
    "loose",
    "precheck-answered",
    "dead-letters",
)
# A person, and the successor of a facility, may lie in another partition than the facility.
BY_KEY = ("loose", "records")
CHANGELOG = "match-changelog"
# Rendered into deploy/k8s.
REPLICAS = 2
MEMORY_MB = 768


class MatchSettings(WorkerSettings):
    """A worker's settings, and the two secrets with their names."""

    schemas_dir: Path = setting("schemas/avro", folder, "Folder of the Avro schemas.")
    publish_key: bytes = setting(
        None, publish_key, "Key of the person keys, 16 to 64 bytes in base64.", secret=True
    )
    publish_key_id: str = setting("publish-1", str, "Name of that key, kept beside each hash.")
    seal_key: bytes = setting(
        None, seal_key, "AES-SIV key that seals IDs, 64 bytes in base64.", secret=True
    )
    seal_key_id: str = setting("seal-1", str, "Name of that key, kept beside what it sealed.")
