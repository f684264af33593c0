"""Who may speak to whom: nothing, except the arrows of the design.

Services meet in topics only, so every process may reach Kafka; only those whose settings know a
DATABASE_URL may reach Postgres; only the door (HTTP) may be reached, and only from namespaces that
say so by a label. Monitoring may read the metrics.
"""

from deploy.k8s.objects import Object, an_object, labels
from deploy.k8s.register import HTTP_PORT, METRICS_PORT, Process

KAFKA_PORT, POSTGRES_PORT, DNS_PORT = 9092, 5432, 53
# Namespaces, by the label that Kubernetes itself gives them.
KAFKA, POSTGRES, MONITORING, DNS = "kafka", "postgres", "monitoring", "kube-system"
# Put on a namespace whose pods (a gateway, the portal) may submit files.
MAY_SUBMIT = {"gouji/may-submit": "true"}


def deny_all() -> Object:
    """Whatever no other policy allows is refused, in and out."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return an_object("networking.k8s.io/v1", "NetworkPolicy", "deny-all", spec=spec)


def policy_of(process: Process) -> Object:
    """The arrows that begin or end at one process."""
    outward = [_to(DNS, DNS_PORT, "UDP", "TCP"), _to(KAFKA, KAFKA_PORT)]
    if process.uses_database:
        outward.append(_to(POSTGRES, POSTGRES_PORT))
    metrics = METRICS_PORT if process.has_metrics_port else HTTP_PORT
    inward: list[Object] = [{"from": [_namespace(MONITORING)], "ports": _ports(metrics, "TCP")}]
    if process.speaks_http:
        senders = [{"namespaceSelector": {"matchLabels": MAY_SUBMIT}}]
        inward.append({"from": senders, "ports": _ports(HTTP_PORT, "TCP")})
    return _policy(process.name, inward, outward)


def policy_of_topics() -> Object:
    """The job that makes topics speaks to Kafka alone."""
    return _policy("topics", [], [_to(DNS, DNS_PORT, "UDP", "TCP"), _to(KAFKA, KAFKA_PORT)])


def _policy(name: str, inward: list[Object], outward: list[Object]) -> Object:
    spec = {
        "podSelector": {"matchLabels": labels(name)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": inward,
        "egress": outward,
    }
    return an_object("networking.k8s.io/v1", "NetworkPolicy", name, spec=spec)


def _to(namespace: str, port: int, *protocols: str) -> Object:
    return {"to": [_namespace(namespace)], "ports": _ports(port, *(protocols or ("TCP",)))}


def _namespace(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _ports(port: int, *protocols: str) -> list[Object]:
    return [{"protocol": protocol, "port": port} for protocol in protocols]
