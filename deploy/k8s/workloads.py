"""One process as Kubernetes objects: workload, service, disruption budget, account."""

from deploy.k8s.objects import Object, an_object, labels
from deploy.k8s.pods import from_config, locked_down, pod_template, restricted
from deploy.k8s.register import HTTP_PORT, METRICS_PORT, Process


def objects_of(process: Process) -> list[Object]:
    """Everything of one process but its network policies."""
    workload = _stateful_set(process) if process.keeps_state else _deployment(process)
    return [account(process.name), workload, _service(process), _budget(process)]


def account(name: str) -> Object:
    """It speaks to Kafka and Postgres only, never to the cluster: no token."""
    return an_object("v1", "ServiceAccount", name, automountServiceAccountToken=False)


def topics_job() -> Object:
    """Makes the topics of schemas/topics.toml; refuses to change a partition count."""
    names = ("KAFKA_BROKERS", "GOUJI_PARTITIONS", "GOUJI_REPLICATION")
    container: Object = {
        "name": "topics",
        "image": "gouji:local",
        "args": ["pipeline.topics", "apply"],
        "env": [from_config(name) for name in names],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "500m", "memory": "128Mi"},
        },
        "securityContext": locked_down(),
    }
    spec = {**restricted("topics"), "restartPolicy": "OnFailure", "containers": [container]}
    template = {"metadata": {"labels": labels("topics")}, "spec": spec}
    # Gone after a while: a finished job cannot be changed, and the next image needs to apply again.
    body = {"backoffLimit": 10, "ttlSecondsAfterFinished": 600, "template": template}
    return an_object("batch/v1", "Job", "topics", spec=body)


def _stateful_set(process: Process) -> Object:
    claim = {
        "metadata": {"name": "state"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "20Gi"}},
        },
    }
    spec = {
        "serviceName": process.name,
        "replicas": process.replicas,
        # Members of a group need not wait for each other.
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": labels(process.name)},
        "template": pod_template(process),
        "volumeClaimTemplates": [claim],
    }
    return an_object("apps/v1", "StatefulSet", process.name, spec=spec)


def _deployment(process: Process) -> Object:
    spec = {
        "replicas": process.replicas,
        "selector": {"matchLabels": labels(process.name)},
        "template": pod_template(process),
    }
    return an_object("apps/v1", "Deployment", process.name, spec=spec)


def _service(process: Process) -> Object:
    """Headless for a stateful set, whose pods it names; the door of ingest otherwise."""
    spec: Object = {"selector": labels(process.name), "ports": []}
    if process.speaks_http:
        spec["ports"].append({"name": "http", "port": HTTP_PORT, "targetPort": "http"})
    else:
        spec["clusterIP"] = "None"
        spec["ports"].append({"name": "metrics", "port": METRICS_PORT, "targetPort": "metrics"})
    return an_object("v1", "Service", process.name, spec=spec)


def _budget(process: Process) -> Object:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": labels(process.name)}}
    return an_object("policy/v1", "PodDisruptionBudget", process.name, spec=spec)
