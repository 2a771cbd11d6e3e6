"""What in an Office file (Word, Excel, PowerPoint) could run code, or is fetched from elsewhere as it opens."""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_PARTS = 5_000
"""Parts of an Office file; more is no document."""
MOST_DIRECTORY = 5_000_000
"""Bytes of all parts that say how the others belong together; more is no document."""
TYPES = "[content_types].xml"
RUNNING = re.compile(
    r"(^|/)vba|(^|/)activex/"
    r"|\.(bin|exe|com|scr|msi|dll|jar|js|jse|vbs|vbe|wsf|hta|ps1|bat|cmd|lnk|url|ole|html?|rtf|(doc|dot|xls|xlt|ppt|pot)m)$"
)
"""Parts that run, or hold something that another program would open."""
PRINTER = re.compile(r"(^|/)printersettings/[^/]+\.bin$")
RUNNING_TYPES = re.compile("macroenabled|vbaproject|oleobject|activex", re.IGNORECASE)
RUNNING_KINDS = frozenset(
    (
        "vbaProject", "wordVbaData", "attachedToolbars", "keyMapCustomizations", "oleObject", "control",
        "activeXControlBinary", "aFChunk", "subDocument", "mailMergeSource", "mailMergeHeaderSource",
        "extensibility", "webextension", "webextensiontaskpanes",
    )
)  # fmt: skip
"""By the last word of a relationship's type."""
CHART_DATA = re.compile(r"(^|/)embeddings/[^/]+\.xlsx$", re.IGNORECASE)
"""The table behind a chart: a workbook of a kind that holds no macros."""
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, NotImplementedError, EOFError, RuntimeError,
    LookupError, ParseError, DefusedXmlException,
)  # fmt: skip
"""What reading a file raises that no Office program wrote, or that has a password."""


def running_parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield each part that could run or fetch, and what is in it; raises one of BROKEN where it is no document.

    Only what tells of the other parts is unpacked, to a bound: a bomb stays packed.
    """
    names = {name.lower(): name for name in package.namelist()}
    if len(names) > MOST_PARTS or TYPES not in names:
        raise ValueError
    yield from (
        (name, "mã, macro hoặc tệp nhúng")
        for lower, name in names.items()
        if RUNNING.search(lower) and not PRINTER.search(lower)
    )
    directory = [one for one in package.infolist() if one.filename.lower().endswith((TYPES, ".rels"))]
    if sum(one.file_size for one in directory) > MOST_DIRECTORY:
        raise ValueError
    for part in directory:
        for element in fromstring(package.read(part), forbid_dtd=True):
            if found := _running(element):
                yield part.filename, found


def _running(element: Any) -> str:
    """Return what a content type or a relationship runs or fetches unasked; empty where it does not."""
    kind, target = posixpath.basename(element.get("Type", "")), element.get("Target", "")
    if RUNNING_TYPES.search(element.get("ContentType", "")):
        return f"có macro hoặc tệp nhúng ({element.get('ContentType')[:80]})"
    if kind in RUNNING_KINDS or (kind == "package" and not CHART_DATA.search(target)):
        return f"có tệp nhúng hoặc mã ({kind}): {target[:80]}"
    # A hyperlink waits for a click; whatever else lies elsewhere is fetched as the file opens.
    elsewhere = element.get("TargetMode", "").lower() == "external" and kind != "hyperlink"
    return f"liên kết ra ngoài ({kind}): {target[:80]}" if elsewhere else ""
