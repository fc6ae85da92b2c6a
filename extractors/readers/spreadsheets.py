"""Spreadsheets (xlsx, xls, ods) as pipe tables, one document per sheet, by calamine.

Cells are the values that the file stores: a formula is neither kept nor computed.
"""

import io
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from extractors.readers.delimited import table_documents
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.packed import PackedError, check_packed, members

Value = int | float | str | bool | time | date | datetime | timedelta | None
MAX_SHEETS = 500


def read_spreadsheet(file: SourceFile) -> Read:
    """Yield each sheet as a table; origins are `row:N` of the sheet that the document's source names."""
    try:
        if members(file.data):
            check_packed(file)
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.data))
        names = book.sheet_names
    except PackedError as error:
        yield Rejected(source=file.source, reason=error.args[0], detail=error.args[1])
        return
    except (CalamineError, ValueError, OSError) as error:
        reason = "encrypted" if "password" in str(error).casefold() else "damaged file"
        yield Rejected(
            source=file.source, reason=reason, detail=f"{type(error).__name__}: {error}"[:200]
        )
        return
    for name in names[:MAX_SHEETS]:
        try:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        except (CalamineError, ValueError, OSError) as error:
            source = f"{file.source}#{name}"
            yield Rejected(source=source, reason="damaged sheet", detail=str(error)[:200])
            continue
        yield from table_documents(
            file, [[shown(cell) for cell in row] for row in rows], sheet=name
        )


def shown(value: Value) -> str:
    """Return a cell as text: whole numbers without a point, dates as `YYYY-MM-DD`."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return "" if value is None else str(value)
