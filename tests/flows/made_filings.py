"""Yearly filings of made companies, laid out as inline XBRL pages are: each with words, order and days of its own."""

from pathlib import Path
from typing import NamedTuple


class Company(NamedTuple):
    """A company with the words and days of its filings."""

    name: str
    ends: tuple[str, str]
    """Days on which this fiscal year and the one before ended."""
    sales: str
    """What it calls its revenue."""
    profit: str
    balance: str
    """Title of its balance sheet."""
    income: str
    """Title of its income statement."""
    size: int
    """Its total assets in the latest year, in millions; all else follows from it."""


COMPANIES = (
    Company("Alder Instruments, Inc.", ("December 31, 2024", "December 31, 2023"), "Revenue", "Net income",
            "CONSOLIDATED BALANCE SHEETS", "CONSOLIDATED STATEMENTS OF OPERATIONS", 1200),
    Company("Birch Foods Corp.", ("June 30, 2024", "June 30, 2023"), "Net sales", "Net earnings",
            "Consolidated Balance Sheets", "Consolidated Statements of Earnings", 3400),
    Company("Cedar Rail Company", ("December 31, 2024", "December 31, 2023"), "Total revenues", "Net income",
            "Consolidated Statements of Financial Position", "Consolidated Statements of Income", 5100),
    Company("Dogwood Stores, Inc.", ("February 3, 2024", "January 28, 2023"), "Net sales", "Net income (loss)",
            "CONSOLIDATED BALANCE SHEETS", "CONSOLIDATED STATEMENTS OF OPERATIONS", 800),
    Company("Elm Software Corp.", ("September 28, 2024", "September 30, 2023"), "Total net revenues", "Net income",
            "Consolidated Balance Sheets", "Consolidated Income Statements", 2900),
    Company("Fir Energy Inc.", ("December 31, 2024", "December 31, 2023"), "Revenues", "Net income",
            "Consolidated Balance Sheet", "Consolidated Statement of Income", 9600),
    Company("Ginkgo Health Inc.", ("December 31, 2024", "December 31, 2023"), "Revenues", "Net income",
            "CONSOLIDATED BALANCE SHEETS", "CONSOLIDATED STATEMENTS OF OPERATIONS", 4300),
    Company("Hazel Motors Company", ("December 31, 2024", "December 31, 2023"), "Total revenues", "Net income",
            "Consolidated Balance Sheets", "Consolidated Statements of Operations", 6700),
)  # fmt: skip


def assets(company: Company, year: int) -> int:
    """Return total assets in millions: `year` 0 is the latest, 1 the one before, which had an eighth less."""
    return company.size - company.size // 8 * year


def profit(company: Company, year: int) -> int:
    """Return the profit in millions: a tenth of the assets, but a loss of the stores."""
    tenth = assets(company, year) // 10
    return -tenth if "Stores" in company.name else tenth


def write_filings(folder: Path) -> None:
    """Write a filing of each company."""
    folder.mkdir(parents=True)
    for number, company in enumerate(COMPANIES):
        (folder / f"filing-{number}.htm").write_text(_filing(company), encoding="utf-8")


def _filing(company: Company) -> str:
    last, before = company.ends
    whole = [assets(company, year) for year in (0, 1)]
    half = [amount // 2 for amount in whole]
    stands_alone = company.balance.startswith("Consolidated Statements")
    title = f"<b>{company.balance}</b>" if stands_alone else company.balance
    return f"""<html><body>
<p><b>UNITED STATES SECURITIES AND EXCHANGE COMMISSION</b></p><p>Washington, D.C. 20549</p><p>FORM 10-K</p>
<p>ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934</p>
<p>For the fiscal year ended {last}</p><p>Commission File Number 001-{company.size:05}</p>
<p>{company.name}</p><p>(Exact name of registrant as specified in its charter)</p>
<p>Delaware</p><p>(State or other jurisdiction of incorporation)</p>
<p>Indicate by check mark if the registrant is a well-known seasoned issuer. Yes No</p>
<h2>Item 1. Business</h2><p>{_prose(company)}</p>
<h2>Item 8. Financial Statements</h2>
<p>{company.name}</p><p>{title}</p><p>(In millions)</p>
<table><tr><td></td><td>{last}</td><td>{before}</td></tr>
<tr><td>Assets</td><td></td><td></td></tr>
<tr><td>Current assets:</td><td></td><td></td></tr>
{_row("Cash and cash equivalents", [amount // 4 for amount in half])}
{_row("Other", [amount - amount // 4 for amount in half])}
{_row("Total current assets", half)}{_row("Other", [a - b for a, b in zip(whole, half, strict=True)])}
{_row("Total assets", whole)}</table>
<p>See accompanying notes.</p>
<p>{company.name}</p><p>{company.income}</p><p>(In millions, except per share data)</p>
<table><tr><td></td><td colspan="2">Years Ended</td></tr><tr><td></td><td>{last}</td><td>{before}</td></tr>
{_row(company.sales, [2 * amount for amount in whole])}
<tr><td>Costs and expenses:</td><td></td><td></td></tr>
{_row("Cost of sales", whole)}{_row("Interest expense", [-7, -8] if company.size % 200 else [7, 8])}
{_row(company.profit, [profit(company, 0), profit(company, 1)])}
{_row("Basic earnings per share", ["1.25", "1.10"])}</table>
<p>See accompanying notes.</p>
<h2>Note 4. Leases</h2>
<table><tr><td></td><td>{last}</td><td>{before}</td></tr>{_row("Total assets", [17, 19])}</table>
</body></html>"""


def _prose(company: Company) -> str:
    return " ".join(
        f"{company.name} serves region {number} through a branch of its own and reports on it every year."
        for number in range(1, 12)
    )


def _row(label: str, figures: list[int] | list[str]) -> str:
    cells = "".join(f"<td>{_printed(figure)}</td>" for figure in figures)
    return f"<tr><td>{label}</td>{cells}</tr>"


def _printed(figure: int | str) -> str:
    name = 'name="us-gaap:Item" contextRef="c" unitRef="usd" scale="6" decimals="-6"'
    if isinstance(figure, str):
        return f"$<ix:nonFraction {name}>{figure}</ix:nonFraction>"
    digits = f"<ix:nonFraction {name}>{abs(figure):,}</ix:nonFraction>"
    return f"$({digits})" if figure < 0 else f"${digits}"
