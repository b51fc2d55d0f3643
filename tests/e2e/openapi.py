"""schema/api/openapi.yaml, and check() that a response is as it says. Needs Debian's python3-yaml and python3-jsonschema."""
import json
import re
import threading
import urllib.parse

import jsonschema
import yaml
from jsonschema.validators import RefResolver

from schemas import FOLDER, SCHEMAS

DOCUMENT = yaml.safe_load((FOLDER / "openapi.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "put", "post", "delete")
_RESOLVER = RefResolver("openapi.yaml", DOCUMENT, store={each["$id"]: each for each in SCHEMAS.values()})

#: (method, pattern, status) of every response that was checked.
SEEN = set()


def operations():
    """(METHOD, pattern, operation) of everything described."""
    for pattern, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), pattern, item[method]


def pattern_of(path):
    for pattern in DOCUMENT["paths"]:
        if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", pattern), path):
            return pattern
    return None


def _resolved(node):
    while isinstance(node, dict) and "$ref" in node:
        with _RESOLVER.resolving(node["$ref"]) as found:
            node = found
    return node


_LOCK = threading.Lock()  # the resolver knows one thread at a time


def check(method, target, status, headers, body):
    """Raises AssertionError or ValidationError unless the response is one that the description allows. `headers` has
    lower-case names."""
    with _LOCK:
        _check(method, target, status, headers, body)


def _check(method, target, status, headers, body):
    path = urllib.parse.urlsplit(target).path
    pattern = pattern_of(path)
    assert pattern, f"{path} is not described"
    item = DOCUMENT["paths"][pattern]
    described = item.get("get" if method == "HEAD" else method.lower())
    if described is None:
        assert status in (400, 405, 421), f"{method} {pattern} is not described, but answered {status}"
        described = {"responses": {"default": {"$ref": "#/components/responses/problem"}}}
    responses = described["responses"]
    response = _resolved(responses.get(str(status), responses.get("default")))
    if str(status) not in responses:
        assert status >= 400, f"{method} {pattern}: {status} is not described"
    SEEN.add((method, pattern, status))
    for name in ("ETag",) if status == 200 else ():
        if name in response.get("headers", {}):
            assert name.lower() in headers, f"{method} {target}: no {name}"
    content = response.get("content", {})
    if not content:
        assert not body, f"{method} {target}: {status} has a body"
        return
    kind = headers.get("content-type", "").split(";")[0]
    assert kind in content, f"{method} {target}: {kind} is not among {list(content)}"
    if method == "HEAD":
        assert not body
        return
    schema = content[kind].get("schema")
    if schema and kind.endswith("json"):
        document = json.loads(body)
        jsonschema.Draft202012Validator(schema, resolver=_RESOLVER).validate(document)
        if kind == "application/problem+json":
            assert document["status"] == status, document
