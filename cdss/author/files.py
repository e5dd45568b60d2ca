"""Small JSON files that go with a command: answers, and what was delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cdss.errors import CdssError, PatientError
from cdss.records.delivered import read_delivered


def read_object(path: Path) -> dict[str, object]:
    """The JSON object in a file. CdssError when it cannot be read, or is something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CdssError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise CdssError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise CdssError(f'{path} must hold an object, as in {{"smoking": false}}')
    return found


def read_delivered_file(path: Path, lang: str) -> Mapping[str, object]:
    """Which lists are complete, by a file. CdssError when it cannot say so: once, and not again for each patient."""
    found = read_object(path)
    try:
        read_delivered(found, {})
    except PatientError as error:
        raise CdssError(f"{path}: {error.text[lang]}") from error
    return found
