"""Charts as pictures for programs that draw no SVG: set by typst, in the memo's own font."""

import json

import typst

from tracker.papers.pdf import fonts

DOTS_PER_INCH = 300.0
PAGES = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#for drawn in json(bytes(sys.inputs.drawings)) { page(image(bytes(drawn), format: "svg")) }
"""


def png_of(drawings: list[str]) -> list[bytes]:
    """Return each SVG of `drawings` as a PNG of 300 dots an inch; the same SVG gives the same bytes."""
    if not drawings:
        return []
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    made = compiler.compile(
        input=PAGES, format="png", ppi=DOTS_PER_INCH, sys_inputs={"drawings": json.dumps(drawings)}
    )
    return [made] if isinstance(made, bytes) else list(made or ())
