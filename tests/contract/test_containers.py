"""Dockerfile and compose.yaml, as far as they can be checked without a container engine."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.k8s.register import processes
from deploy.local.keys import secrets_of
from deploy.local.plan import SERVICES, SIMULATORS

ROOT = Path(__file__).parents[2]
INSTRUCTIONS = {
    "FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "ENTRYPOINT", "CMD",
}  # fmt: skip
SERVERS = {"kafka", "postgres"}


def instructions() -> list[tuple[str, str]]:
    """Instruction and arguments, continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    split = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(name, rest) for name, rest in split]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


OURS = {name: it for name, it in compose()["services"].items() if name not in SERVERS}
STARTED = {**SIMULATORS, **{name: module[0] for name, module in SERVICES}}


def test_the_image_is_made_of_known_instructions_and_existing_files() -> None:
    assert {name for name, _ in instructions()} <= INSTRUCTIONS
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            assert (ROOT / rest.split()[0]).exists(), rest


def test_the_image_installs_by_hash_and_does_not_run_as_root() -> None:
    runs = [rest for name, rest in instructions() if name == "RUN"]
    assert any("--require-hashes" in run for run in runs)
    assert [rest for name, rest in instructions() if name == "USER"] == ["10001"]


def test_compose_starts_what_make_up_starts() -> None:
    modules = {name: it["command"][0] for name, it in OURS.items() if name != "topics"}
    assert modules == STARTED
    for name, command in SERVICES:
        assert tuple(OURS[name]["command"]) == command


def test_the_image_of_the_product_holds_no_simulator() -> None:
    copied: dict[str, set[str]] = {}
    stage = ""
    for name, rest in instructions():
        if name == "FROM":
            stage = rest.split()[-1]
            copied[stage] = set()
        elif name == "COPY" and not rest.startswith("--from"):
            copied[stage].add(rest.split()[0])
    assert stage == "product", "what is built when nobody asks for a stage"
    assert [name for name, folders in copied.items() if "deploy" in folders] == ["simulators"]
    for name in SIMULATORS:
        assert OURS[name]["build"]["target"] == "simulators"


@pytest.mark.parametrize("name", OURS)
def test_a_container_runs_a_module_of_ours_and_knows_its_secrets_file(name: str) -> None:
    service = OURS[name]
    assert find_spec(service["command"][0]) is not None
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["env_file"] == [".run/secrets.env"]


@pytest.mark.parametrize("process", processes(), ids=lambda it: it.name)
def test_a_container_is_given_every_setting_without_a_default(process: Any, tmp_path: Path) -> None:
    given = {*OURS[process.name]["environment"], *secrets_of(tmp_path)}
    assert {*process.required, *process.secrets} - {*process.optional} <= given


def test_servers_have_exact_versions_and_say_when_they_are_ready() -> None:
    for name in SERVERS:
        server = compose()["services"][name]
        assert re.fullmatch(r"[\w/]+:\d+(\.\d+)*", server["image"])
        assert server["healthcheck"]["test"]


def test_every_volume_that_is_used_is_declared() -> None:
    used = {
        volume.split(":")[0]
        for service in compose()["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(compose()["volumes"])
