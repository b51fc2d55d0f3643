#!/usr/bin/python3
"""Checks the documents of tests/data/documents against schema/api: that they are valid, that no field is left
undescribed, and that the schemas refuse what they should."""

import copy
import json
import pathlib
import sys

import jsonschema

from schemas import SCHEMAS, validate

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "documents"

#: Checked as a running service gives them, by http_api_test.py.
OF_THE_SERVICE = {"domains", "health", "impact", "mailboxes", "problem", "session", "source", "timeline", "token", "tokens"}


def resolve(schema, root):
    """Follows one $ref; returns the schema it points to and the document that holds it."""
    if "$ref" not in schema:
        return schema, root
    name, _, pointer = schema["$ref"].partition("#")
    if name:
        root = SCHEMAS[name.removesuffix(".schema.json")]
    target = root
    for part in pointer.strip("/").split("/"):
        if part:
            target = target[part]
    return target, root


def undescribed(value, schema, root, where):
    """Fields of `value` that its schema does not name: the schema is the contract, so it must name them all."""
    schema, root = resolve(schema, root)
    if isinstance(value, dict) and "properties" in schema:
        for key, item in value.items():
            if key not in schema["properties"]:
                yield f"{where}.{key}"
            else:
                yield from undescribed(item, schema["properties"][key], root, f"{where}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from undescribed(item, schema.get("items", {}), root, f"{where}[{number}]")


def faults_of(document, name, label):
    """What is wrong with a document or its schema; `label` says where it comes from."""
    faults = []
    try:
        validate(document, name)
    except jsonschema.ValidationError as error:
        faults.append(f"{label}: {error.json_path}: {error.message}")
    faults += [f"{label}: not in the schema: {field}" for field in undescribed(document, SCHEMAS[name], SCHEMAS[name], "$")]
    for field in document:
        broken = copy.deepcopy(document)
        del broken[field]
        try:
            validate(broken, name)
            faults.append(f"{label}: valid without {field}")
        except jsonschema.ValidationError:
            pass
    return faults


def main():
    faults = []
    seen = set()
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        name = document["schema"].removeprefix("ruagate.").removesuffix("/1")
        seen.add(name)
        faults += faults_of(document, name, path.name)
    faults += [f"no document for {name}.schema.json" for name in sorted(set(SCHEMAS) - seen - OF_THE_SERVICE)]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(seen)} kinds of documents, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
