"""The JSON Schemas of the documents, and validate() for tests. Needs Debian's python3-jsonschema."""

import json
import pathlib

import jsonschema
from jsonschema.validators import RefResolver

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schema" / "api"


def _load():
    schemas = {}
    for path in sorted(FOLDER.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        if schema["$id"] != path.name:
            raise ValueError(f"{path.name}: $id is {schema['$id']}")
        jsonschema.Draft202012Validator.check_schema(schema)
        schemas[path.name.removesuffix(".schema.json")] = schema
    return schemas


SCHEMAS = _load()


def validate(document, schema_name):
    """Raises jsonschema.ValidationError unless `document` (parsed JSON) is valid under schema/api/SCHEMA_NAME.schema.json."""
    schema = SCHEMAS[schema_name]
    store = {each["$id"]: each for each in SCHEMAS.values()}
    resolver = RefResolver(schema["$id"], schema, store=store)
    jsonschema.Draft202012Validator(schema, resolver=resolver).validate(document)
