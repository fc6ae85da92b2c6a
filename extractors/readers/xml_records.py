"""XML records as text: elements are fields and headings, as a nested JSON record's keys are.

Parsed by lxml with entities, external files and the network switched off. An element of several equal children is a
list; an element of text alone is a value; attributes are fields.
"""

import re
from typing import Any
from xml.parsers import expat

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


def element_at(text: str, pointer: str) -> tuple[str, int, int] | None:
    """Return the text of the element that a record's pointer names, with its span in the file's text.

    An attribute stands in its element, and an element of several equal ones without a number in their parent.

    Raises:
        XmlError: `text` is not usable XML.
    """
    root = parse_xml(text)
    name, *parts = (p.replace("~1", "/").replace("~0", "~") for p in pointer[1:].split("/"))
    if not isinstance(as_value(root), dict):
        parts = parts[1:]  # a record of one field, that of the root itself
    element = _walk(root, parts)
    if name != _name(root) or element is None:
        return None
    start, end = _spans(text)[list(root.iter()).index(element)]
    told = [*element.itertext(), *map(str, element.attrib.values())]
    return " ".join(" ".join(told).split()), start, end


def _walk(element: etree._Element, parts: list[str]) -> etree._Element | None:
    """Follow keys as `as_value` makes them; what has no element of its own is in the one returned."""
    while parts:
        key = parts.pop(0)
        children = [child for child in element if _name(child) == key]
        if not children and key.isdecimal():
            # An item of a wrapper around one list, which may be in a wrapper itself.
            children = list(element)
            if len(children) == 1:
                element = children[0]
                parts.insert(0, key)
                continue
            parts.insert(0, key)
        if not children:
            inside = {"text", *map(_name, element.iter()), *(_bare(str(k)) for k in element.attrib)}
            return element if key in inside and not parts else None
        if len(children) == 1:
            element = children[0]
        elif parts and parts[0].isdecimal():
            item = _item(children, int(parts[0]))
            if item is None:
                return None
            element, rest = item
            parts[:1] = rest
        else:
            return element
    return element


def _item(children: list[etree._Element], index: int) -> tuple[etree._Element, list[str]] | None:
    """Return the child that holds an item of a list of equal children, and the keys left to follow in it.

    The others are items after those of the first, where that is a list itself.
    """
    first = as_value(children[0])
    held = len(first) if isinstance(first, list) else 0
    if index < held:
        return children[0], [str(index)]
    number = index - held + (1 if held else 0)
    return (children[number], []) if number < len(children) else None


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where each element stands in a well-formed XML text, in the order of their beginnings."""
    declaration = DECLARATION.match(text)
    offset = declaration.end() if declaration else 0
    data = text[offset:].encode("utf-8")
    spans: list[list[int]] = []
    open_elements: list[list[int]] = []
    parser = expat.ParserCreate("utf-8")

    def begin(_name: str, _attributes: object) -> None:
        span = [parser.CurrentByteIndex, 0]
        spans.append(span)
        open_elements.append(span)

    def finish(_name: str) -> None:
        at = parser.CurrentByteIndex
        # An empty element ends where it begins.
        open_elements.pop()[1] = data.index(b">", at) + 1

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.Parse(data, True)
    return [
        (offset + len(data[:a].decode("utf-8")), offset + len(data[:b].decode("utf-8")))
        for a, b in spans
    ]


def _name(element: etree._Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]
