"""The pod of a process: least rights, probes of real progress, bounded memory."""

from deploy.k8s.objects import CONFIG, SECRET, Object, labels
from deploy.k8s.register import CONFIG_VALUES, HTTP_PORT, METRICS_PORT, Process

IMAGE = "gouji:local"
USER = 10001
EVERYWHERE = "0.0.0.0"


def pod_template(process: Process) -> Object:
    """Template of a StatefulSet's or Deployment's pods."""
    volumes: list[Object] = [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]
    return {
        "metadata": {
            "labels": labels(process.name),
            "annotations": {
                "gouji/reads": ",".join(process.reads),
                "gouji/writes": ",".join(process.writes),
            },
        },
        "spec": {
            **restricted(process.name),
            # A stop commits, closes its transactions and leaves the group.
            "terminationGracePeriodSeconds": 60,
            "containers": [_container(process)],
            "volumes": volumes,
        },
    }


def restricted(account: str) -> Object:
    """The part of a pod's spec that takes rights away."""
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def locked_down() -> Object:
    """A container's securityContext."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def from_config(name: str) -> Object:
    return {"name": name, "valueFrom": {"configMapKeyRef": {"name": CONFIG, "key": name}}}


def from_secret(name: str, optional: bool = False) -> Object:
    """optional: the pod starts when the secret has no such key."""
    source: Object = {"name": SECRET, "key": name}
    if optional:
        source["optional"] = True
    return {"name": name, "valueFrom": {"secretKeyRef": source}}


def _container(process: Process) -> Object:
    mounts = [{"name": "tmp", "mountPath": "/tmp"}]
    if process.keeps_state:
        mounts.append({"name": "state", "mountPath": "/state"})
    return {
        "name": process.name,
        "image": IMAGE,
        "args": list(process.arguments),
        "env": _environment(process),
        "ports": _ports(process),
        "resources": {
            "requests": {"cpu": "250m", "memory": f"{process.memory_mb}Mi"},
            "limits": {"cpu": "2", "memory": f"{process.memory_mb}Mi"},
        },
        "securityContext": locked_down(),
        "volumeMounts": mounts,
        **_probes(process),
    }


def _environment(process: Process) -> list[Object]:
    """Names by the settings register; values by config map, secret and the pod itself."""
    values = {
        "GOUJI_STATE_DIR": "/state",
        "GOUJI_METRICS_HOST": EVERYWHERE,
        "GOUJI_METRICS_PORT": str(METRICS_PORT),
        "GOUJI_HTTP_HOST": EVERYWHERE,
        "GOUJI_HTTP_PORT": str(HTTP_PORT),
    }
    known = set(process.variables)
    env = [from_config(name) for name in sorted(CONFIG_VALUES.keys() & known)]
    env += [from_secret(name, name in process.optional) for name in sorted(process.secrets)]
    env += [{"name": name, "value": values[name]} for name in sorted(values.keys() & known)]
    if process.keeps_state and "GOUJI_INSTANCE" in known:
        # Static membership: a pod that comes back under its name takes its partitions at once.
        itself = {"fieldRef": {"fieldPath": "metadata.name"}}
        env.append({"name": "GOUJI_INSTANCE", "valueFrom": itself})
    return env


def _ports(process: Process) -> list[Object]:
    ports: list[Object] = []
    if process.speaks_http:
        ports.append({"name": "http", "containerPort": HTTP_PORT})
    if process.has_metrics_port:
        ports.append({"name": "metrics", "containerPort": METRICS_PORT})
    return ports


def _probes(process: Process) -> Object:
    """/healthz knows the age of the last commit, and that restoring is progress; /readyz says that
    a worker has restored and takes messages, or that database and broker answer."""
    port = "metrics" if process.has_metrics_port else "http"
    alive, ready = _probe("/healthz", port), _probe("/readyz", port)
    return {
        "startupProbe": {**alive, "periodSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**ready, "periodSeconds": 5, "failureThreshold": 2},
        "livenessProbe": {**alive, "periodSeconds": 10, "failureThreshold": 3},
    }


def _probe(path: str, port: str) -> Object:
    return {"httpGet": {"path": path, "port": port}, "timeoutSeconds": 5}
