"""Facts and outcomes that the tests of the store commit."""

from typing import Literal

from hypothesis import HealthCheck, settings

from warehouse.records import (
    Fact,
    Mention,
    Outcome,
    Qualifier,
    Quantity,
    make_fact,
)
from warehouse.store import Store

USING = {"extract": "f1"}


TIDY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fact(document: str, number: int) -> Fact:
    return make_fact(
        document,
        f"{document}-s",
        subject=Mention(text="Elbe", start=number, end=number + 4, type="place"),
        relation="length",
        object=Mention(text="1,094 km", start=number + 9, end=number + 17, type="value"),
        shape="attribute",
        quote="Elbe: length 1,094 km",
        start=number,
        end=number + 21,
        extractor="key-value/1",
        quantity=Quantity(value="1094", unit="km", step="1") if number % 2 else None,
        qualifiers=(Qualifier(kind="time", text="in 2004"),) if number % 3 else (),
    )


def outcome(
    document: str, n_out: int, status: Literal["ok", "rejected", "errored"] = "ok"
) -> Outcome:
    return Outcome(
        stage="extract",
        input_id=document,
        status=status,
        reason="" if status == "ok" else "no facts",
        detail="",
        n_out=n_out,
    )


def batch(documents: list[str]) -> tuple[dict[str, list[Fact]], list[Outcome]]:
    """Two facts of each document, and its outcome."""
    facts = [fact(document, number) for document in documents for number in (0, 1)]
    return {"facts": facts}, [outcome(document, 2) for document in documents]


def commit(store: Store, documents: list[str]) -> bool:
    tables, outcomes = batch(documents)
    return store.commit("extract", "f1", tables=tables, outcomes=outcomes)
