"""python -m deploy.k8s.render: writes deploy/k8s/base from the settings and topics registers.

The files are committed and compared by a test; never edit them by hand.
"""

from pathlib import Path

import yaml

from deploy.k8s import network, workloads
from deploy.k8s.objects import CONFIG, NAMESPACE, PART_OF, Object, an_object
from deploy.k8s.register import CONFIG_VALUES, Process, processes

BASE = Path(__file__).parent / "base"
HEADER = "# Rendered by `make manifests`; a test compares it. Edit the registers, not this file.\n"

# Restricted is the strictest of the standard levels; the namespace refuses pods that ask for more.
LEVELS = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


def rendered() -> dict[str, str]:
    """File name to text, for every file of the base."""
    all_processes = processes()
    files = {
        "namespace.yaml": [_namespace()],
        "config.yaml": [_config(all_processes)],
        "network.yaml": [network.deny_all()],
        "topics.yaml": [
            workloads.account("topics"),
            workloads.topics_job(),
            network.policy_of_topics(),
        ],
    }
    for process in all_processes:
        of_process = [*workloads.objects_of(process), network.policy_of(process)]
        files[f"{process.name}.yaml"] = of_process
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(files),
    }
    files["kustomization.yaml"] = [kustomization]
    return {name: _text(objects) for name, objects in files.items()}


def _namespace() -> Object:
    meta = {"name": NAMESPACE, "labels": {**PART_OF, **LEVELS}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def _config(all_processes: list[Process]) -> Object:
    """Settings that are no secret, for all; overlays say what differs."""
    required = {name for process in all_processes for name in process.required}
    # A pod's name for itself comes from the pod.
    missing = required - CONFIG_VALUES.keys() - {"GOUJI_INSTANCE"}
    assert not missing, f"no value for {sorted(missing)}"
    return an_object("v1", "ConfigMap", CONFIG, data=CONFIG_VALUES)


class _Plain(yaml.SafeDumper):
    """What occurs twice is written twice: an alias reads badly where one object begins."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(objects: list[Object]) -> str:
    dumped = yaml.dump_all(objects, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)
    return f"{HEADER}{dumped}"


def main() -> None:
    """Write what is rendered, and remove what no longer is."""
    BASE.mkdir(exist_ok=True)
    files = rendered()
    for old in BASE.glob("*.yaml"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (BASE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
