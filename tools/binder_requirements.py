"""Write what Binder installs, from requirements.lock: run by `make lock`, never edited by hand.

Binder has one platform and little room. So: the versions for Python 3.11 on Linux, nothing that
only tests and maintainers need, and tensorflow-cpu in place of tensorflow. tensorflow-hub and
tf-keras ask for the package called tensorflow; they go to a list installed without dependencies.
"""

import re
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
BINDER = {
    "python_version": "3.11",
    "python_full_version": "3.11.14",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "os_name": "posix",
}
ONLY_FOR_TESTS = {
    "coverage", "hypothesis", "iniconfig", "nbstripout", "nbval", "pluggy", "pytest", "ruff",
}  # fmt: skip
BINDERS_OWN = {"pip"}
WITHOUT_DEPENDENCIES = {"tensorflow-hub", "tf-keras"}
HEADER = "# Made from requirements.lock by `make lock`; do not edit.\n"


def locked(text: str) -> list[Requirement]:
    """Requirements of a lock file, their hashes left out."""
    lines = re.findall(r"^([\w.-]+==[^\\\n]+?)\s*\\?$", text, re.MULTILINE)
    return [Requirement(line) for line in lines]


def on_binder(requirement: Requirement) -> bool:
    """Whether a line of the lock holds for Binder's Python and system."""
    return requirement.marker is None or requirement.marker.evaluate(BINDER)


def binder_files(lock: str) -> dict[str, str]:
    """File name -> text of the two lists that Binder installs."""
    left_out = ONLY_FOR_TESTS | BINDERS_OWN
    kept = [each for each in locked(lock) if on_binder(each) and each.name not in left_out]
    later = [each for each in kept if each.name in WITHOUT_DEPENDENCIES]
    lines = {
        "requirements.txt": [_pin(each) for each in kept if each not in later],
        "no-deps.txt": [_pin(each) for each in later],
    }
    return {name: HEADER + "\n".join(pins) + "\n" for name, pins in lines.items()}


def _pin(requirement: Requirement) -> str:
    name = {"tensorflow": "tensorflow-cpu"}.get(requirement.name, requirement.name)
    return f"{name}{requirement.specifier}"


if __name__ == "__main__":
    lock_text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for file, content in binder_files(lock_text).items():
        (ROOT / "binder" / file).write_text(content, encoding="utf-8")
