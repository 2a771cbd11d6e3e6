"""Run by a Python that knows LibreOffice: opens a workbook, types into its cells, and saves it as .xlsx.

    fill_with_libreoffice.py <soffice> <from> <to> <JSON: [[sheet, cell, value], …]>

Prints as JSON which sheets are protected, and which are shown.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def main(soffice, source, target, typed):
    with tempfile.TemporaryDirectory() as home:
        pipe = f"pipe,name=fill-{Path(home).name};urp"
        options = [f"-env:UserInstallation={Path(home).as_uri()}", f"--accept={pipe}"]
        office = subprocess.Popen(
            [soffice, "--headless", "--norestore", "--nologo", *options], start_new_session=True
        )
        try:
            desktop = connected(f"uno:{pipe};StarOffice.ComponentContext")
            fill(desktop, Path(source), Path(target), json.loads(typed))
            desktop.terminate()
            office.wait(60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(office.pid, signal.SIGKILL)
            office.wait()


def connected(address):
    """Return LibreOffice's desktop once it has started."""
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(240):
        try:
            there = resolver.resolve(address)
        except NoConnectException:
            time.sleep(0.25)
        else:
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
    raise SystemExit("LibreOffice did not start")


def fill(desktop, source, target, typed):
    document = desktop.loadComponentFromURL(source.as_uri(), "_blank", 0, (option("Hidden", True),))
    sheets = document.Sheets
    all_sheets = [sheets.getByName(name) for name in sheets.ElementNames]
    protected = [sheet.Name for sheet in all_sheets if sheet.isProtected()]
    print(json.dumps([protected, [sheet.Name for sheet in all_sheets if sheet.IsVisible]]))
    for sheet, cell, value in typed:
        there = sheets.getByName(sheet).getCellRangeByName(cell)
        if isinstance(value, str):
            there.setString(value)
        else:
            there.setValue(value)
    document.storeToURL(target.as_uri(), (option("FilterName", "Calc MS Excel 2007 XML"),))
    document.close(True)


def option(name, value):
    chosen = PropertyValue()
    chosen.Name, chosen.Value = name, value
    return chosen


if __name__ == "__main__":
    main(*sys.argv[1:])
