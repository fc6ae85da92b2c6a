"""Covers of SEC forms: registrant, form, period and series as stated, for forms of any layout."""

import pytest

from extractors.readers import ReadOptions, read_file
from extractors.readers.filing_cover import cover_of, filer_series
from warehouse.records import Document

COVER = """UNITED STATES SECURITIES AND EXCHANGE COMMISSION

FORM {form}

For the {period}

Commission File Number: 001-99999

{name}
(Exact name of registrant as specified in its charter)

Ohio
(State or other jurisdiction of incorporation)

Indicate by check mark whether the registrant is well known.

The mills of the company stand on the river and have ground grain since 1894, for towns above and below the weir.
"""
YEAR = COVER.format(
    form="10-K", period="fiscal year ended June 30, 2024", name="BRACK & VILS MILLS, INC."
)
QUARTER = COVER.format(
    form="10-Q", period="quarterly period ended SEPTEMBER 30, 2024", name="Brack & Vils Mills, Inc."
)


def read(tmp_path, text: str, name: str) -> Document:
    path = tmp_path / "professional" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="professional", options=ReadOptions())
    assert isinstance(document, Document)
    return document


def test_a_form_is_titled_by_what_its_cover_says(tmp_path):
    document = read(tmp_path, YEAR, "a.txt")
    assert (
        document.title == "Form 10-K of BRACK & VILS MILLS, INC., fiscal year ended June 30, 2024"
    )
    assert (document.subject, document.date) == ("BRACK & VILS MILLS, INC.", "2024-06-30")


def test_all_that_a_company_files_is_one_series(tmp_path):
    year, quarter = read(tmp_path, YEAR, "a.txt"), read(tmp_path, QUARTER, "b.md")
    assert quarter.title == (
        "Form 10-Q of Brack & Vils Mills, Inc., quarterly period ended September 30, 2024"
    )
    assert quarter.date == "2024-09-30"
    assert year.series == quarter.series == "filer brack & vils mills"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("THE TARN DEPOT, INC.", "Tarn Depot Inc /DE/"), ("Vils Corporation", "VILS CORP"), ("Lowe’s Co.", "LOWES CO"),
        ("Tarn S.A.", "TARN SA"), ("A.B. Vils & Co.", "AB Vils & Company"),
    ],
)  # fmt: skip
def test_a_company_is_one_series_however_its_name_is_printed(one, other):
    assert filer_series(one) == filer_series(other)


@pytest.mark.parametrize(
    ("change", "name", "period", "date"),
    [
        (("fiscal year ended June 30", "fiscal year ended: | June 30"), "BRACK & VILS MILLS, INC.",
         "2024", "2024-06-30"),
        (("fiscal year ended June 30, 2024", "transition period from to"), "BRACK & VILS MILLS, INC.", "", ""),
        (("BRACK & VILS MILLS, INC.", "vils athletica inc."), "vils athletica inc.", "2024", "2024-06-30"),
        (("BRACK & VILS MILLS, INC.\n(Exact name of registrant as specified in its charter)", "VILS MILLS LIMITED"),
         "VILS MILLS LIMITED", "2024", "2024-06-30"),
        (("BRACK & VILS MILLS, INC.\n(Exact name of registrant as specified in its charter)",
          "Exact name of registrant as specified in its charter: Vils Trust"), "Vils Trust", "2024", "2024-06-30"),
    ],
)  # fmt: skip
def test_covers_are_laid_out_in_several_ways(change, name, period, date):
    assert change[0] in YEAR
    cover = cover_of(YEAR.replace(*change))
    assert cover is not None
    assert (cover.registrant, cover.form, cover.date) == (name, "10-K", date)
    assert cover.period.endswith(period)


@pytest.mark.parametrize(
    "text",
    [
        YEAR.replace("BRACK & VILS MILLS, INC.", "Commission File Number: 001-99999"),
        YEAR.replace("Ohio", "TARN POWER CO.\n(Exact name of registrant as specified in its charter)"),
        "The exact name of a company is on Form 10-K.\n",
        "Form 10-K asks for the commission file number.\n\nThe Mills\n",
    ],
)  # fmt: skip
def test_a_text_that_names_no_single_registrant_has_no_cover(text):
    assert cover_of(text) is None


def test_the_day_that_a_current_report_is_of_is_its_date(tmp_path):
    text = COVER.format(form="8-K", period="record", name="Vils Trust").replace(
        "For the record", "Date of Report (Date of earliest event reported): May 3, 2021"
    )
    document = read(tmp_path, text, "c.txt")
    assert (document.title, document.date) == ("Form 8-K of Vils Trust, 2021-05-03", "2021-05-03")
