"""What WeasyPrint leaves out of a PDF, added just before it is written.

Problem: WeasyPrint writes the language of the whole document only, so that a screen reader reads a
Chinese sentence with an English voice; it claims one standard at a time; and it lists an attached
file twice. Choice: its `finisher`, which is given the laid out boxes and the objects of the file.

The structure elements carry nothing that leads back to their HTML element. But WeasyPrint makes
them in one walk over the boxes, so a second walk in the same order meets them one by one. It
compares the role of each on the way; where they differ, the file has been built in a way that this
module does not know, and no language is marked rather than a wrong one. Rejected: telling the
language by the script of the text (a Russian sentence may hold Latin names only); reading the file
again with another library (a second parse, and the same question of what belongs to what).
"""

import logging
from collections.abc import Iterator
from typing import Any

log = logging.getLogger(__name__)

#: Declares PDF/UA-1 in the metadata of a PDF/A, and the schema of that statement, which PDF/A asks
#: for. Source: PDF/UA-1 (ISO 14289-1:2014) 5; PDF/A-3 (ISO 19005-3:2012) 6.6.2.3.
_UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_END = b"</rdf:RDF>"


def languages(weasyprint: Any, document: Any, pdf: Any) -> None:
    """Mark each structure element whose language is not the one around it.

    weasyprint: the module, imported where it is owned; document, pdf: as a finisher gets them.
    Not an element without a role (`NonStruct`), which a reader may pass over: those in it are.
    """
    import pydyf  # type: ignore[import-untyped]

    try:
        found = list(_Walk(weasyprint, pdf).pages(document))
    except _Unlike as exc:
        log.warning("languages not marked in the pdf reason=%s", exc)
        return
    told: dict[bytes, str] = {}
    for element, language in found:
        around = told.get(element["P"], document.metadata.lang)
        told[element.reference] = around
        if language and language != around and element["S"] != "/NonStruct":
            told[element.reference] = language
            element["Lang"] = pydyf.String(language)


def archival(pdf: Any) -> None:
    """Make a PDF/A-3 that WeasyPrint has built also claim PDF/UA-1, and be valid as either."""
    for made in pdf.objects:
        extra = getattr(made, "extra", None)
        if extra and extra.get("Type") == "/Metadata":
            # A reader that knows no compression must find the claims. ISO 19005-3, 6.6.2.1.
            made.compress = False
            made.stream = [made.stream[0].replace(_END, _UA + _END)]


def attached(pdf: Any) -> None:
    """Tell what the attached files are: the data of the document, each listed once."""
    import pydyf

    files = [made for made in pdf.objects if _is(made, "/Filespec")]
    for file in files:
        file["AFRelationship"] = "/Data"
    if files:
        pdf.catalog["AF"] = pydyf.Array(file.reference for file in files)


def written(pdf: Any) -> None:
    """Turn every object of the file into its bytes, once; nothing may change it afterwards.

    pydyf asks each for its bytes twice, for the file and for a hash of it, and makes them, and
    compresses them, each time.
    """
    import pydyf

    class Written(pydyf.Object):  # type: ignore[misc]
        data = b""
        compressible = False

    for place, made in enumerate(pdf.objects):
        if made.free != "f":
            done = Written()
            done.number, done.generation = made.number, made.generation
            done.data, done.compressible = made.data, made.compressible
            pdf.objects[place] = done


class _Unlike(Exception):
    """The structure elements are not those that the boxes let expect."""


class _Walk:
    """One pass over boxes and structure elements, in the order in which the latter were made."""

    def __init__(self, weasyprint: Any, pdf: Any) -> None:
        self._boxes = weasyprint.formatting_structure.boxes
        self._placeholder = weasyprint.layout.absolute.AbsolutePlaceholder
        self._role = weasyprint.pdf.tags._get_pdf_tag
        elements = [made for made in pdf.objects if _is(made, "/StructElem")]
        # A field's own element is made within the one of its box, and has no text.
        self._elements = iter([e for e in elements if e["S"] != "/Form"])

    def pages(self, document: Any) -> Iterator[tuple[Any, str | None]]:
        """Yield every element that a box has, parents first, with the box's language."""
        root = self._next("/Document")
        for page in document.pages:
            yield from self._box(page._page_box, root)
        if next(self._elements, None) is not None:
            raise _Unlike("more elements than boxes")

    def _next(self, role: str) -> Any:
        element = next(self._elements, None)
        if element is None or element["S"] != role:
            raise _Unlike(f"{element and element['S']} in place of {role}")
        return element

    def _box(self, box: Any, parent: Any) -> Iterator[tuple[Any, str | None]]:
        if isinstance(box, self._placeholder):
            box = box._box
        language = box.style["lang"]
        if self._is_frame(box):
            for child in box.children:
                yield from self._box(child, parent)
            return
        role = self._role_in(parent["S"], box)
        if role == "LI" and self._is_wrapped(box):
            yield self._next("/LI"), language
            role = "LBody"
        element = self._next(f"/{role}")
        yield element, language
        for child in self._children(box, role):
            if not isinstance(child, self._boxes.TextBox):
                yield from self._box(child, element)
            elif role != "Link":
                yield self._next("/Span"), child.style["lang"]

    def _role_in(self, inside: str, box: Any) -> str:
        """Return a box's role; the boxes that WeasyPrint adds within a cell or item have others."""
        role: str = self._role(None if box.element is None else box.element_tag)
        if role in ("TD", "TH") and inside in ("/TD", "/TH"):
            return "NonStruct"
        if role == "LI" and inside in ("/LI", "/LBody"):
            return "LBody" if inside == "/LI" else "NonStruct"
        return role

    def _is_frame(self, box: Any) -> bool:
        """Whether a box has no element of its own: a page, a margin, the document."""
        kinds = self._boxes
        if isinstance(box, kinds.MarginBox):
            return True
        frame = box.element is not None and box.element_tag in ("html", "body")
        frame = frame or isinstance(box, kinds.PageBox)
        return frame and isinstance(box, kinds.ParentBox) and not isinstance(box, kinds.LineBox)

    def _is_wrapped(self, box: Any) -> bool:
        """Whether an item of a list has no sign in front, and gets one element more."""
        style = box.style
        plain = "list-item" not in style["display"] or style["list_style_type"] == "none"
        return box.element_tag in ("dt", "dd") or (box.element_tag == "li" and plain)

    def _children(self, box: Any, role: str) -> Iterator[Any]:
        children = getattr(box, "children", ())
        if role == "Table" and box.is_table_wrapper and (table := box.get_wrapped_table()):
            for child in children:
                yield from table.children if child is table else (child,)
            return
        for child in children:
            yield from child.children if isinstance(child, self._boxes.LineBox) else (child,)


def _is(made: Any, kind: str) -> bool:
    return isinstance(made, dict) and made.get("Type") == kind
