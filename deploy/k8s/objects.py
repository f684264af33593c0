"""Kubernetes objects as plain dictionaries; the words every object of ours shares."""

from typing import Any

Object = dict[str, Any]

NAMESPACE, CONFIG, SECRET = "gouji", "gouji", "gouji-secrets"
PART_OF = {"app.kubernetes.io/part-of": "gouji"}


def labels(name: str) -> dict[str, str]:
    """What selects the pods of one process."""
    return {"app.kubernetes.io/name": name, **PART_OF}


def metadata(name: str, **more: Any) -> Object:
    return {"name": name, "namespace": NAMESPACE, "labels": labels(name), **more}


def an_object(api: str, kind: str, name: str, **body: Any) -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": metadata(name), **body}
