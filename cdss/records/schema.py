"""The JSON Schema of a patient record, as it is committed: for editors, and for builders in other languages.

It is made from the models in `cdss.models.patient_record`; a test holds that the committed file is current,
and that jsonschema and the models accept and refuse the same records.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from cdss.models.patient_record import patient_schema

FILE: Final = "patient.schema.json"


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(patient_schema(), ensure_ascii=False, indent=1) + "\n"


def write_schema(folder: Path) -> Path:
    """Writes the schema to this folder; gives the file."""
    place = folder / FILE
    place.write_text(schema_text(), encoding="utf-8")
    return place
