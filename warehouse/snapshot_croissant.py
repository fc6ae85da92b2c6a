"""The snapshot as Croissant 1.0 metadata (JSON-LD), which data catalogues and mlcroissant read.

Each Parquet file is a file object with its hash. The two record sets read all files of their kind
from the folder that `croissant.json` stands in, through a file set, and repeat the field docs.
"""

from typing import Any

import polars as pl
from pydantic import BaseModel

from warehouse.shards import frame_schema
from warehouse.snapshot_manifest import SnapshotManifest
from warehouse.snapshot_rows import ContextRow, SampleRow

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
PARQUET = "application/x-parquet"
_TYPES = {
    pl.String: "sc:Text",
    pl.Int64: "sc:Integer",
    pl.Float64: "sc:Float",
    pl.Boolean: "sc:Boolean",
}
_TERMS = (
    "citeAs column extract field fileObject fileProperty fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate "
    "separator source subField transform"
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS.split()},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def croissant(manifest: SnapshotManifest) -> dict[str, Any]:
    """Return the metadata of a snapshot whose data files are all in its manifest."""
    origin = manifest.provenance
    urn = f"urn:sha256:{manifest.content_id}"
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": manifest.name,
        "alternateName": f"{manifest.name}-{manifest.version}",
        "description": origin.description,
        "identifier": urn,
        "url": origin.homepage or urn,
        "license": origin.licence,
        "creator": {"@type": "sc:Organization", "name": origin.creator},
        "datePublished": manifest.created[:10],
        "citeAs": f"{manifest.name}, version {manifest.version}, {urn}",
        "distribution": [*_files(manifest), *_file_sets()],
        "recordSet": [_record_set("samples", SampleRow), _record_set("contexts", ContextRow)],
    }


def _files(manifest: SnapshotManifest) -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": PARQUET,
            "sha256": file.sha256,
        }
        for file in manifest.files
        if file.path.endswith(".parquet")
    ]


def _file_sets() -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:FileSet",
            "@id": f"{name}-files",
            "name": f"{name}-files",
            "encodingFormat": PARQUET,
            "includes": pattern,
        }
        for name, pattern in (("samples", "data/*/*.parquet"), ("contexts", "contexts/*.parquet"))
    ]


def _record_set(name: str, record: type[BaseModel]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": (record.__doc__ or "").strip(),
        "key": {"@id": f"{name}/id"},
        "field": [
            _field(f"{name}/{column}", column, dtype, f"{name}-files", record)
            for column, dtype in frame_schema(record).items()
        ],
    }


def _field(
    path: str, column: str, dtype: pl.DataType, files: str, record: type[BaseModel]
) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": path,
        "name": path,
        "description": record.model_fields[column].description or "",
    }
    source = {"fileSet": {"@id": files}, "extract": {"column": column}}
    inner: Any = dtype
    if isinstance(dtype, pl.List):
        field["repeated"] = True
        inner = dtype.inner
    if not isinstance(inner, pl.Struct):
        return {**field, "dataType": _type(inner), "source": source}
    parts = [
        {
            "@type": "cr:Field",
            "@id": f"{path}/{part.name}",
            "name": f"{path}/{part.name}",
            "dataType": _type(part.dtype),
            "source": {**source, "transform": {"jsonPath": part.name}},
        }
        for part in inner.fields
    ]
    return {**field, "subField": parts}


def _type(dtype: Any) -> str:
    return _TYPES[dtype if isinstance(dtype, type) else type(dtype)]
