"""Every alarm is about a metric that exists, and leads to a heading of the runbook that exists."""

import re
from typing import Any

import yaml

from deploy.k8s.objects import NAMESPACE, PART_OF
from deploy.local.jars import ROOT
from pipeline.http_counters import HTTP
from pipeline.metrics import ENGINE, PREFIX, Metric
from services.notify.house import WEBHOOK
from services.notify.sender_metrics import SENDER

REGISTERED: dict[str, Metric] = {
    PREFIX + metric.name: metric for metric in (*ENGINE, *HTTP, *SENDER, *WEBHOOK)
}
MANIFEST = yaml.safe_load((ROOT / "deploy/k8s/alarms/rules.yaml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [
    rule for group in MANIFEST["spec"]["groups"] for rule in group["rules"]
]
_METRIC = re.compile(r"gouji_\w+")
_CHOICE = re.compile(r"(gouji_\w+)\{([^}]*)\}")


def anchors() -> set[str]:
    """Of the headings, as the pages of a repository make them."""
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    titles = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_every_metric_of_an_alarm_is_counted_by_our_code_with_that_label() -> None:
    for rule in RULES:
        names = _METRIC.findall(rule["expr"])
        assert names and set(names) <= REGISTERED.keys(), rule["alert"]
        for name, choice in _CHOICE.findall(rule["expr"]):
            labels = set(re.findall(r"(\w+)=", choice))
            assert labels <= set(REGISTERED[name].labels), rule["alert"]


def test_every_alarm_leads_to_a_heading_of_the_runbook_and_has_words() -> None:
    headings = anchors()
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/runbook.md" and anchor in headings, rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert re.fullmatch(r"\d+m", rule["for"]), rule["alert"]


def test_alarms_have_names_of_their_own_and_lie_where_the_rest_does() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) and len(names) > 10
    assert MANIFEST["metadata"]["namespace"] == NAMESPACE
    assert PART_OF.items() <= MANIFEST["metadata"]["labels"].items()
