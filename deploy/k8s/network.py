"""Who may speak to whom: nothing, except the arrows of the design.

Services meet in topics only: whose settings know KAFKA_BROKERS may reach Kafka, whose know a
DATABASE_URL Postgres; whose know LINE or a mail server may call out of the cluster, for HTTPS or
mail submission alone. Only a door (HTTP) may be reached, and only from namespaces that say so by a
label of that door. Monitoring may read the metrics.
"""

from deploy.k8s.objects import Object, an_object, labels
from deploy.k8s.register import HTTP_PORT, METRICS_PORT, Process

KAFKA_PORT, POSTGRES_PORT, DNS_PORT = 9092, 5432, 53
# LINE publishes no addresses and a policy knows no names: any public one, but these ports only.
HTTPS_PORT, SUBMISSION_PORT = 443, 587
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
PRIVATE_6 = ("fc00::/7", "fe80::/10")
# Namespaces, by the label that Kubernetes itself gives them.
KAFKA, POSTGRES, MONITORING, DNS = "kafka", "postgres", "monitoring", "kube-system"
# Put on a namespace whose pods (a gateway, the portal) may submit files, or reach the webhook, the
# forms and the agency's API.
MAY_ENTER = {
    "ingest": {"gouji/may-submit": "true"},
    "notify": {"gouji/may-reach-notify": "true"},
}


def deny_all() -> Object:
    """Whatever no other policy allows is refused, in and out."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return an_object("networking.k8s.io/v1", "NetworkPolicy", "deny-all", spec=spec)


def policy_of(process: Process) -> Object:
    """The arrows that begin or end at one process."""
    outward = [_to(DNS, DNS_PORT, "UDP", "TCP")]
    if process.uses_kafka:
        outward.append(_to(KAFKA, KAFKA_PORT))
    if process.uses_database:
        outward.append(_to(POSTGRES, POSTGRES_PORT))
    if process.calls_line:
        outward.append({"to": _outside(), "ports": _ports(HTTPS_PORT, "TCP")})
    if process.sends_mail:
        # A mail server often stands in the house, outside of the cluster: its address is not ours.
        anywhere = [{"ipBlock": {"cidr": cidr}} for cidr in ("0.0.0.0/0", "::/0")]
        outward.append({"to": anywhere, "ports": _ports(SUBMISSION_PORT, "TCP")})
    metrics = METRICS_PORT if process.has_metrics_port else HTTP_PORT
    inward: list[Object] = [{"from": [_namespace(MONITORING)], "ports": _ports(metrics, "TCP")}]
    if process.speaks_http:
        senders = [{"namespaceSelector": {"matchLabels": MAY_ENTER[process.name]}}]
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


def _outside() -> list[Object]:
    """Every address that is nobody's own network: not the cluster, not the machine's metadata."""
    blocks = (("0.0.0.0/0", PRIVATE), ("::/0", PRIVATE_6))
    return [{"ipBlock": {"cidr": cidr, "except": list(but)}} for cidr, but in blocks]


def _namespace(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _ports(port: int, *protocols: str) -> list[Object]:
    return [{"protocol": protocol, "port": port} for protocol in protocols]
