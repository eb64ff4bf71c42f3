"""The published jars of Apache Kafka, downloaded once by Maven into a folder that all checkouts share."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from aftercare_cli.stack.interface import Progress, StackError, step

KAFKA_VERSION = "4.3.1"

POM = f"""<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>aftercare</groupId><artifactId>kafka-runtime</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""


def cache() -> Path:
    """The folder for downloads of all checkouts."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aftercare"


def java() -> str:
    """The path of the Java that runs Kafka (17 or newer).

    Raises:
        StackError: no Java is installed.
    """
    home = os.environ.get("JAVA_HOME")
    found = (str(Path(home) / "bin" / "java") if home else None) or shutil.which("java")
    if not found or not shutil.which(found):
        raise StackError(
            "java is missing (17 or newer): on Debian `apt-get install maven` installs it; see `make doctor`"
        )
    return found


def kafka_jars(progress: Progress) -> Path:
    """The folder with Kafka's jars, downloaded unless this machine has them.

    Raises:
        StackError: Maven is missing, or the download failed.
    """
    jars = cache() / f"kafka-{KAFKA_VERSION}"
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if not maven:
        raise StackError("mvn is missing (it downloads Kafka): on Debian `apt-get install maven`; see `make doctor`")
    jars.parent.mkdir(parents=True, exist_ok=True)
    with (jars.parent / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            with step(progress, "kafka", f"downloading Apache Kafka {KAFKA_VERSION} (45 MB, once)", "downloaded"):
                _download(maven, jars)
    return jars


def _download(maven: str, jars: Path) -> None:
    """Download to another folder and rename it, so that `jars` never holds a part of the files."""
    with tempfile.TemporaryDirectory(dir=jars.parent) as work:
        (Path(work) / "pom.xml").write_text(POM, encoding="utf-8")
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={work}/jars"]
        result = subprocess.run([maven, "-q", "-B", *goal], cwd=work, capture_output=True, text=True, timeout=600)
        if result.returncode:
            errors = [line for line in (result.stdout + result.stderr).splitlines() if "ERROR" in line]
            raise StackError(f"Maven could not download Kafka: {errors[0][:300] if errors else 'no reason given'}")
        (Path(work) / "jars").rename(jars)
