"""A missing program is named in one line, with the command that installs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "local" / "prerequisites.sh"
# What the script itself is written with.
ITS_TOOLS = ("sed", "sh")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs, the only one in the search path."""
    for tool in ITS_TOOLS:
        (found,) = [p for d in ("/usr/bin", "/bin") if (p := Path(d, tool)).exists()][:1]
        (tmp_path / tool).symlink_to(found)
    return tmp_path


def install(machine: Path, name: str, says: str = "") -> None:
    program = machine / name
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o755)


def check(machine: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": str(machine), "PYTHON": sys.executable}
    if os.environ.get("LD_LIBRARY_PATH"):
        env["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), *arguments], env=env, capture_output=True, text=True
    )


def test_a_machine_with_everything_is_fine(machine: Path) -> None:
    install(machine, "java", 'openjdk version "17.0.15" 2025-04-15')
    install(machine, "mvn")
    done = check(machine)
    assert (done.returncode, done.stderr) == (0, "")


def test_missing_programs_are_named_with_the_command_that_installs_them(machine: Path) -> None:
    done = check(machine)
    assert done.returncode == 1
    java, maven = done.stderr.splitlines()
    assert "Java 17" in java and java.endswith("apt-get install -y openjdk-17-jre-headless")
    assert "Maven" in maven and maven.endswith("apt-get install -y maven")


def test_an_old_java_does_not_count(machine: Path) -> None:
    install(machine, "java", 'java version "1.8.0_401"')
    install(machine, "mvn")
    assert "Java 17" in check(machine).stderr


def test_a_first_release_of_a_newer_java_counts(machine: Path) -> None:
    install(machine, "java", 'openjdk version "21" 2023-09-19')
    install(machine, "mvn")
    assert check(machine).returncode == 0


def test_checks_that_need_no_broker_ask_for_python_alone(machine: Path) -> None:
    assert check(machine, "python").returncode == 0
