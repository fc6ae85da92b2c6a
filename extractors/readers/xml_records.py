"""XML records as text: elements are fields and headings, as a nested JSON record's keys are.

Parsed by lxml with entities, external files and the network switched off. An element of several equal children is a
list; an element of text alone is a value; attributes are fields.
"""

import re
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] (compiled, no stubs)

from extractors.readers.json_files import record_document
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.records import Place

DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,300}\?>")
MAX_ELEMENTS = 200_000
MAX_DEPTH = 100


class XmlError(ValueError):
    """XML that cannot be used; the message says why."""


def parse_xml(text: str) -> etree._Element:
    """Return the root of an XML text; entities that the document defines itself are not expanded.

    Raises:
        XmlError: not well formed, too deep or too many elements.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(DECLARATION.sub("", text, count=1).encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlError(f"not well formed: {error}"[:200]) from error
    for number, element in enumerate(root.iter()):
        if number > MAX_ELEMENTS:
            raise XmlError(f"more than {MAX_ELEMENTS} elements")
        if element.tag is etree.Entity:
            raise XmlError(
                f"uses an entity of its own, {str(element)[:40]}: write its text instead"
            )
    return root


def read_xml(file: SourceFile) -> Read:
    """Yield an XML record as one document; origins are paths of element names."""
    try:
        root = parse_xml(file.text)
        value = as_value(root)
    except XmlError as error:
        yield Rejected(source=file.source, reason="invalid XML", detail=str(error))
        return
    record = value if isinstance(value, dict) else {_name(root): value}
    yield record_document(file, Place(record, f"/{_name(root)}"), "", form="xml")


def as_value(element: etree._Element, depth: int = 0) -> Any:
    """Return an element as nested dictionaries, lists and texts.

    Raises:
        XmlError: elements nested more than `MAX_DEPTH` deep.
    """
    if depth > MAX_DEPTH:
        raise XmlError(f"nested more than {MAX_DEPTH} deep")
    own = " ".join((element.text or "").split())
    found: dict[str, Any] = {_bare(str(k)): " ".join(str(v).split()) for k, v in element.items()}
    for child in element:
        name, value = _name(child), as_value(child, depth + 1)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    mixed = any((child.tail or "").strip() for child in element)
    if mixed:
        return " ".join("".join(map(str, element.itertext())).split())
    if not found:
        return own
    if own:
        found["text"] = own
    # A wrapper around one list is that list.
    inner = next(iter(found.values()))
    return inner if len(found) == 1 and isinstance(inner, list) else found


def _name(element: etree._Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]
