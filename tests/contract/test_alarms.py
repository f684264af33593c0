"""Every alarm is about a metric that exists, and leads to a heading of the runbook that exists."""

import re
from typing import Any

import promql_parser
import yaml
from promql_parser import Call, Expr, VectorSelector

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


def anchors() -> set[str]:
    """Of the headings, as the pages of a repository make them."""
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    titles = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


def parts_of(expr: str) -> list[Expr]:
    """Everything an expression is made of; raises ValueError where Prometheus would refuse it."""
    found: list[Expr] = []
    promql_parser.walk(promql_parser.parse(expr), found.append)
    return found


def test_every_metric_of_an_alarm_is_counted_by_our_code_with_that_label() -> None:
    for rule in RULES:
        chosen = [part for part in parts_of(rule["expr"]) if isinstance(part, VectorSelector)]
        names = {str(part.name) for part in chosen}
        assert names and names <= REGISTERED.keys(), rule["alert"]
        for part in chosen:
            labels = {matcher.name for matcher in part.matchers.matchers}
            assert labels <= set(REGISTERED[str(part.name)].labels), rule["alert"]


def test_what_an_alarm_counts_over_time_is_a_counter() -> None:
    counted = [
        (rule["alert"], part.args[0].vector_selector.name)
        for rule in RULES
        for part in parts_of(rule["expr"])
        if isinstance(part, Call) and part.func.name in ("rate", "increase")
    ]
    assert len(counted) > 3
    for alert, name in counted:
        assert REGISTERED[name].kind == "counter", alert


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
