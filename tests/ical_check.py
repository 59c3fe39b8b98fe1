#!/usr/bin/env python3
"""Reads iCalendar files with two independent parsers, PyPI `icalendar` and `vobject`.

Usage: ical_check.py FILE.ics...    Exits 1 if any file has any error, 2 if none is named.

The four rules that neither parser checks (CRLF, 75 octets, METHOD, STATUS) are asserted in tests/it/ical.rs; what is checked
here besides parsing is that the VTIMEZONE we send gives the same offsets as the system's rules for Europe/Rome.
"""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import vobject
from readers import report


def errors_of_icalendar(data: bytes) -> list[str]:
    calendar = icalendar.Calendar.from_ical(data)
    found = [f"{part.name}: {error}" for part in calendar.walk() for error in part.errors]
    found += [f"{part.name} has no {name}" for part in calendar.walk() for name in part.required if name not in part]
    found += [f"TZID {name} without VTIMEZONE" for name in calendar.get_missing_tzids()]
    found += [error for zone in calendar.timezones for error in errors_of_zone(zone)]
    if not calendar.events:
        found.append("no event")
    return found


def errors_of_zone(zone: icalendar.Timezone) -> list[str]:
    """Compares every six hours of ten years."""
    ours, system = zone.to_tz(lookup_tzid=False), ZoneInfo("Europe/Rome")
    instant, end = datetime(2025, 1, 1, tzinfo=timezone.utc), datetime(2035, 1, 1, tzinfo=timezone.utc)
    while instant < end:
        if instant.astimezone(ours).utcoffset() != instant.astimezone(system).utcoffset():
            return [f"VTIMEZONE disagrees with Europe/Rome at {instant.isoformat()}"]
        instant += timedelta(hours=6)
    return []


def errors_of_vobject(data: bytes) -> list[str]:
    calendars = list(vobject.readComponents(data.decode("utf-8")))
    if len(calendars) != 1:
        return [f"{len(calendars)} calendar objects instead of one"]
    calendars[0].validate(raiseException=True)
    return []


def errors_of(path: Path) -> list[str]:
    data = path.read_bytes()
    found = []
    for reader in (errors_of_icalendar, errors_of_vobject):
        try:
            found += reader(data)
        except Exception as error:  # a parser may refuse a file in its own way; every way is a failure
            found.append(f"{reader.__name__}: {type(error).__name__}: {error}")
    return found


if __name__ == "__main__":
    sys.exit(report(sys.argv[1:], errors_of, __doc__))
