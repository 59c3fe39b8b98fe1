#!/usr/bin/env python3
"""Reads news, data, tables and descriptions of the public agenda with programs that did not write them.

Usage: feeds_check.py FILE…    Exits 1 if any file has any error, 2 if none is named. The ending of a file says what it is.

.atom    PyPI `feedparser`, and what RFC 4287 requires of a feed and an entry (4.1.1, 4.1.2)
.json    PyPI `jsonschema`, against src/releases/feed/data.schema.json
.csv     Python's own `csv`: equal rows, and no cell that a spreadsheet program would calculate
.ttl     PyPI `rdflib`, and the properties that DCAT-AP_IT requires
.jsonld  the same; beside a .ttl of the same name it has to say the same
"""

import csv
import io
import json
import sys
import xml.etree.ElementTree as xml
from datetime import datetime
from pathlib import Path
from urllib.parse import urlparse

import feedparser
import jsonschema
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF
from readers import report

SCHEMA = Path(__file__).parent.parent / "src/releases/feed/data.schema.json"
ATOM = "{http://www.w3.org/2005/Atom}"
PROFILE = rdflib.Namespace("http://dati.gov.it/onto/dcatapit#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")

# Properties that the Italian profile requires of each class, by the guide of the profile.
REQUIRED = {
    PROFILE.Catalog: [DCTERMS.title, DCTERMS.description, DCTERMS.modified, DCTERMS.publisher, DCAT.dataset],
    PROFILE.Dataset: [
        DCTERMS.identifier, DCTERMS.title, DCTERMS.description, DCTERMS.modified, DCTERMS.rightsHolder,
        DCTERMS.accrualPeriodicity, DCAT.theme, DCAT.distribution,
    ],
    PROFILE.Distribution: [DCTERMS["format"], DCAT.accessURL, DCTERMS.license],
    PROFILE.Agent: [DCTERMS.identifier, FOAF.name],
    PROFILE.Organization: [VCARD.fn, VCARD.hasEmail],
    PROFILE.LicenseDocument: [FOAF.name],
}


def is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


def errors_of_atom(path: Path) -> list[str]:
    data = path.read_bytes()
    feed = feedparser.parse(data)
    found = [f"feedparser: {feed.bozo_exception}"] if feed.bozo else []
    if feed.version != "atom10":
        found.append(f"read as {feed.version}")
    found += [f"entry without {name}" for entry in feed.entries for name in ("id", "title", "link") if not entry.get(name)]
    found += ["entry whose instant is not understood" for entry in feed.entries if not entry.get("updated_parsed")]

    root = xml.fromstring(data)
    if root.tag != f"{ATOM}feed":
        return [*found, f"root {root.tag}"]
    entries = root.findall(f"{ATOM}entry")
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    if len(ids) != len(set(ids)):
        found.append("an atom:id twice")
    for one in [root, *entries]:
        for name in ("id", "title", "updated"):
            if len(one.findall(f"{ATOM}{name}")) != 1:
                found.append(f"not one atom:{name} in {one.tag}")
        if not urlparse(one.findtext(f"{ATOM}id", "")).scheme:
            found.append(f"atom:id is no IRI: {one.findtext(f'{ATOM}id')}")
        found += [
            f"atom:{name} is no instant of RFC 3339"
            for name in ("updated", "published")
            if one.find(f"{ATOM}{name}") is not None and not is_instant(one.findtext(f"{ATOM}{name}", ""))
        ]
        links = [(link.get("rel", "alternate"), link.get("type"), link.get("hreflang")) for link in one.findall(f"{ATOM}link")]
        alternates = [link for link in links if link[0] == "alternate"]
        if len(alternates) != len(set(alternates)):
            found.append("two alternate links of the same type and language")
        if any(not link.get("href") for link in one.findall(f"{ATOM}link")):
            found.append("a link without an address")
        if one is not root and one.find(f"{ATOM}content") is None and not alternates:
            found.append("an entry with neither content nor alternate link")
    if root.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        found.append("an entry without author in a feed without author")
    if any(author.findtext(f"{ATOM}name") in (None, "") for author in root.iter(f"{ATOM}author")):
        found.append("an author without a name")
    return found


def errors_of_json(path: Path) -> list[str]:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    reader = jsonschema.validators.validator_for(schema)
    reader.check_schema(schema)
    errors = reader(schema, format_checker=reader.FORMAT_CHECKER).iter_errors(json.loads(path.read_text("utf-8")))
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


def errors_of_csv(path: Path) -> list[str]:
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True))
    found = [f"row {number} has {len(row)} cells" for number, row in enumerate(rows, 1) if len(row) != len(rows[0])]
    formulas = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    return found + [f"a formula: {cell[:40]}" for cell in formulas]


def errors_of_graph(path: Path) -> list[str]:
    kind = "turtle" if path.suffix == ".ttl" else "json-ld"
    graph = rdflib.Graph().parse(path, format=kind)
    found = []
    for of, properties in REQUIRED.items():
        things = set(graph.subjects(RDF.type, of))
        if not things:
            found.append(f"no {of}")
        found += [f"{thing} has no {name}" for thing in things for name in properties if (thing, name, None) not in graph]
    turtle = path.with_suffix(".ttl")
    if kind == "json-ld" and turtle.exists() and not isomorphic(graph, rdflib.Graph().parse(turtle, format="turtle")):
        found.append(f"it does not say what {turtle.name} says")
    return found


READERS = {
    ".atom": errors_of_atom,
    ".json": errors_of_json,
    ".csv": errors_of_csv,
    ".ttl": errors_of_graph,
    ".jsonld": errors_of_graph,
}


def errors_of(path: Path) -> list[str]:
    try:
        return READERS[path.suffix](path)
    except Exception as error:  # a reader may refuse a file in its own way; every way is a failure
        return [f"{type(error).__name__}: {error}"]


if __name__ == "__main__":
    sys.exit(report(sys.argv[1:], errors_of, __doc__))
