"""Tables to cells (§3.1): numbers with their measure, unit, period and place."""

from extractors.tables.reading import Refusal, TableReading, read_table_cells, table_cells

__all__ = ["Refusal", "TableReading", "read_table_cells", "table_cells"]
