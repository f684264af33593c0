"""deploy/k8s/base is what the registers say, acceptable to Kubernetes, and grants nothing extra."""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.k8s.network import KAFKA, MAY_ENTER, POSTGRES
from deploy.k8s.register import processes
from deploy.k8s.render import BASE, rendered
from pipeline.topics import Register

KUBERNETES = "1.34"
WORKLOADS = ("StatefulSet", "Deployment", "Job")
PROCESSES = processes()
NAMES = [process.name for process in PROCESSES]


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(BASE.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            yield path.name, document


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [document for _, document in documents() if document["kind"] in kinds]


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = [it for it in of_kind(kind) if it["metadata"]["name"] == name]
    return found


def workload_of(name: str) -> dict[str, Any]:
    (found,) = [it for it in of_kind(*WORKLOADS) if it["metadata"]["name"] == name]
    return found


def container_of(workload: dict[str, Any]) -> dict[str, Any]:
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_what_is_committed_is_what_the_registers_say() -> None:
    """Red? `make manifests`, then read the difference."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in BASE.glob("*.yaml")}
    assert committed == rendered()


def test_kubernetes_knows_every_field() -> None:
    checked = 0
    for name, document in documents():
        if name != "kustomization.yaml":
            kubernetes_validate.validate(document, KUBERNETES, strict=True)
            checked += 1
    assert checked > 20


def test_a_misspelt_field_is_refused() -> None:
    bad = named("StatefulSet", "match")
    bad["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(bad, KUBERNETES, strict=True)


def test_the_kustomization_lists_every_file() -> None:
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))
    files = {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization["resources"]) == files


@pytest.mark.parametrize("workload", of_kind(*WORKLOADS), ids=lambda it: it["metadata"]["name"])
def test_a_pod_has_no_right_it_does_not_need(workload: dict[str, Any]) -> None:
    pod, container = workload["spec"]["template"]["spec"], container_of(workload)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    rights = container["securityContext"]
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert set(container["resources"]) == {"requests", "limits"}
    for account in [named("ServiceAccount", pod["serviceAccountName"])]:
        assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", NAMES)
def test_every_process_has_probes_a_budget_a_service_and_a_policy(name: str) -> None:
    container = container_of(workload_of(name))
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in ("/healthz", "/readyz")
        assert container[probe]["httpGet"]["port"] in [it["name"] for it in container["ports"]]
    for kind in ("PodDisruptionBudget", "Service", "NetworkPolicy"):
        named(kind, name)


@pytest.mark.parametrize("name", ["validate", "match", "elsewhere"])
def test_a_stage_keeps_its_volume_and_its_membership(name: str) -> None:
    stage = named("StatefulSet", name)
    (claim,) = stage["spec"]["volumeClaimTemplates"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container_of(stage)["volumeMounts"]}
    assert mounts[claim["metadata"]["name"]] == "/state"
    env = {variable["name"]: variable for variable in container_of(stage)["env"]}
    assert env["GOUJI_STATE_DIR"]["value"] == "/state"
    itself = env["GOUJI_INSTANCE"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert itself == "metadata.name", "static membership by the name of the pod"


@pytest.mark.parametrize("process", PROCESSES, ids=lambda it: it.name)
def test_secrets_come_from_the_secret_and_no_value_is_missing(process: Any) -> None:
    env = {
        variable["name"]: variable for variable in container_of(workload_of(process.name))["env"]
    }
    config = named("ConfigMap", "gouji")["data"]
    for name in process.secrets:
        assert env[name]["valueFrom"]["secretKeyRef"]["key"] == name
        assert name not in config
        optional = env[name]["valueFrom"]["secretKeyRef"].get("optional", False)
        assert optional is (name in process.optional), "a pod waits for ever for a missing key"
    for name in process.required:
        source = env[name]["valueFrom"]
        assert "fieldRef" in source or source["configMapKeyRef"]["key"] in config


def test_nothing_may_speak_unless_a_policy_allows_it() -> None:
    spec = named("NetworkPolicy", "deny-all")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def who_may_reach(namespace: str) -> set[str]:
    """Processes with an arrow to this namespace."""
    return {
        policy["metadata"]["name"]
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        for peer in rule["to"]
        if namespace in peer.get("namespaceSelector", {}).get("matchLabels", {}).values()
    }


def who_may_leave_by(port: int) -> set[str]:
    """Processes that may call addresses outside of the cluster on this port."""
    return {
        policy["metadata"]["name"]
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        if any("ipBlock" in peer for peer in rule["to"])
        if port in [each["port"] for each in rule["ports"]]
    }


def test_only_ingest_and_notify_reach_the_database() -> None:
    notify = {"notify-planner", "notify-sender", "notify"}
    assert who_may_reach(POSTGRES) == {"ingest", "ingest-reports"} | notify


def test_the_webhook_needs_no_broker() -> None:
    assert "notify" not in who_may_reach(KAFKA)
    assert {"notify-planner", "notify-sender", "match"} <= who_may_reach(KAFKA)


def test_only_notify_calls_out_for_line_and_only_its_sender_for_mail() -> None:
    assert who_may_leave_by(443) == {"notify", "notify-sender"}
    assert who_may_leave_by(587) == {"notify-sender"}
    blocks = [
        (peer["ipBlock"], rule["ports"])
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert blocks and all(len(ports) == 1 for _, ports in blocks), "a port each, never all"
    for block, ports in blocks:
        assert ports[0]["port"] == 587 or block["except"], "no way into the cluster's own networks"


def test_the_webhook_and_the_door_for_files_are_opened_by_labels_of_their_own() -> None:
    opened = [MAY_ENTER[name] for name in ("ingest", "notify")]
    assert opened[0] != opened[1]
    for name, label in MAY_ENTER.items():
        rules = named("NetworkPolicy", name)["spec"]["ingress"]
        peers = [peer for rule in rules for peer in rule["from"]]
        assert {"namespaceSelector": {"matchLabels": label}} in peers


def test_only_the_doors_may_be_reached_from_outside_monitoring() -> None:
    reached = {
        (policy["metadata"]["name"], port["port"])
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("ingress", [])
        for port in rule["ports"]
    }
    assert {name for name, port in reached if port == 8080} == {"ingest", "notify"}
    assert {port for _, port in reached} == {8080, 9101}


def test_the_topics_register_and_the_services_agree_on_every_arrow() -> None:
    topics = Register.read().topics
    written = {(process.service, topic) for process in PROCESSES for topic in process.writes}
    read = {(process.service, topic) for process in PROCESSES for topic in process.reads}
    assert written == {(who, name) for name, topic in topics.items() for who in topic.writers}
    assert read == {(who, name) for name, topic in topics.items() for who in topic.readers}


def test_a_group_has_no_more_members_than_partitions() -> None:
    partitions = int(named("ConfigMap", "gouji")["data"]["GOUJI_PARTITIONS"])
    assert all(process.replicas <= partitions for process in PROCESSES)
