"""Apache Kafka's jars: fetched once by Maven from the pom, kept until the pom changes."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
POM = ROOT / "deploy" / "kafka" / "pom.xml"
CACHE = ROOT / ".cache" / "kafka"


class MissingTool(Exception):
    """A program of the machine is not there; the message holds the command that installs it."""


def kafka_jars(cache: Path = CACHE) -> Path:
    """The folder with the broker's jars, filled when it does not belong to the pom as it is now.

    Raises MissingTool without Maven, CalledProcessError when Maven fails.
    """
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:16]
    folder = cache / digest
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingTool("Maven is missing; install it with: apt-get install -y maven")
    # Renamed only when complete: an interrupted download is never taken for a full set.
    unfinished = cache / f"{digest}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={unfinished}"]
    subprocess.run(
        [maven, "-q", "-B", "-Dstyle.color=never", "-f", str(POM), *goal, "-DincludeScope=runtime"],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        unfinished.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def java() -> str:
    """The Java 17 (or newer) program; raises MissingTool with the command that installs it."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(f"{home}/bin/java") if home else None
    found = found or shutil.which("java")
    if found is None:
        raise MissingTool(
            "Java is missing; install it with: apt-get install -y openjdk-17-jre-headless"
        )
    return found


if __name__ == "__main__":
    try:
        kafka_jars()
    except MissingTool as missing:
        sys.exit(str(missing))
