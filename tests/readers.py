"""Runs a check over files written by the tests, for the checks that read them with programs of others."""

from collections.abc import Callable
from pathlib import Path


def report(names: list[str], errors_of: Callable[[Path], list[str]], usage: str | None) -> int:
    """Prints the errors of each file, or that it is good; returns the exit status."""
    if not names:
        print(usage)
        return 2
    failed = False
    for name in names:
        found = errors_of(Path(name))
        failed = failed or bool(found)
        print(f"{name}: {'; '.join(found) or 'good'}")
    return 1 if failed else 0
