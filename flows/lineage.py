"""What a run makes, as Prefect assets with what each was made from: documents → sections → facts → samples → snapshot.

A key is built from the snapshot's name and the product's, never from a path or a host, so that every run of a
configuration adds to the history of the same five assets; a version's own name stands in the metadata.
"""

from typing import Any

from prefect.assets import Asset, AssetProperties, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE

from flows.jobs import IndexRow
from flows.publishing import Published
from warehouse.records import Fact
from warehouse.store import Store

UPSTREAM: dict[str, tuple[str, ...]] = {
    "documents": (),
    "sections": ("documents",),
    "facts": ("documents", "sections"),
    "samples": ("facts", "sections"),
    "snapshot": ("samples",),
}
MEANING = {
    "documents": "Documents of the corpus as text, those that are read and not retracted",
    "sections": "The documents' sections with their lengths",
    "facts": "Facts with their quotes",
    "samples": "Proved questions with their contexts, before the caps over the whole set",
    "snapshot": "The published version",
}


def asset_key(name: str, product: str) -> str:
    """Return the key of a product of the configuration that publishes `name`."""
    return f"longspan://{name}/{product}"


def record_product(name: str, product: str, metadata: dict[str, Any]) -> None:
    """Tell Prefect that a product was made; call it inside the flow."""
    key = asset_key(name, product)
    properties = AssetProperties(name=f"{name}: {product}", description=MEANING[product])

    @materialize(
        Asset(key=key, properties=properties), by="longspan", name=f"made-{product}",
        asset_deps=[asset_key(name, above) for above in UPSTREAM[product]],
        cache_policy=NO_CACHE, persist_result=False,
    )  # fmt: skip
    def made() -> None:
        add_asset_metadata(key, metadata)

    made()


def record_read(name: str, index: list[IndexRow], withdrawn: int) -> None:
    """Record the documents and their sections."""
    documents = {
        "documents": len(index), "words": sum(row.words for row in index), "retracted": withdrawn,
    }  # fmt: skip
    record_product(name, "documents", documents)
    sections = {
        "sections": sum(row.sections for row in index),
        "tokens": sum(row.tokens for row in index),
    }
    record_product(name, "sections", sections)


def record_facts(name: str, store: Store, fingerprint: str, index: list[IndexRow]) -> None:
    """Record the facts of the current documents."""
    keep = {"document_id": [row.document_id for row in index]}
    facts = store.scan("facts", {"extract": fingerprint}, keep=keep, record=Fact)
    count = facts.select("id").collect().height
    record_product(name, "facts", {"facts": count, "fingerprint": fingerprint})


def record_published(name: str, published: Published) -> None:
    """Record the samples and the snapshot."""
    made = sum(r.n_out for r in published.stages if (r.stage, r.status) == ("generate", "ok"))
    record_product(name, "samples", {"samples": made})
    version = {"version": published.version, "samples": published.samples}
    record_product(name, "snapshot", version)
