"""XML from strangers: no document types, so no entities that grow or reach for other files."""

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from course_utils.data.readers.errors import careful, fault

MOST_XML = 50 * 2**20


def parse_xml(text: bytes, path: Path, what: str = "XML") -> Element:
    """Parse XML without document type, entities and name spaces.

    Args:
        text: the document, encoded.
        path: where it stands, for messages.
        what: what to call it in messages.

    Raises:
        ReadError: malformed, longer than 50 MB, or with a document type.

    Used in: 01.
    """
    if len(text) > MOST_XML:
        raise fault(path, f"holds {len(text) / 2**20:.0f} MB of {what}", "This is no annotation")
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(path, what)
    parser.EntityDeclHandler = lambda *_: _refuse(path, what)
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        problem = f"holds {what} that is malformed ({error})"
        raise fault(path, problem, "Export it again, or mend that line in a text editor") from None
    with careful(path):
        return _without_namespaces(ElementTree.fromstring(text))


def number_in(element: Element | None, name: str) -> str | None:
    """Text of a child element without blanks, or None if it is absent. Used in: 01."""
    found = None if element is None else element.findtext(name)
    return found.strip() if found else None


def _refuse(path: Path, what: str) -> None:
    raise fault(
        path,
        f"holds {what} with a document type or entities, which are not read for safety",
        "Delete the lines <!DOCTYPE ...> and <!ENTITY ...> if you trust the file",
    )


def _without_namespaces(root: Element) -> Element:
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root
