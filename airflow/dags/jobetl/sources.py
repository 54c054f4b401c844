"""Which sources are enabled, read from the same file as job-etl reads."""

import os
from pathlib import Path

import yaml

PROJECT = Path(os.environ.get("JOB_ETL_PROJECT") or Path(__file__).resolve().parents[3])


def enabled():
    """Return the names of the enabled sources of sources.yml, in order."""
    folder = Path(os.environ.get("JOB_ETL_CONFIG") or "config")
    path = (PROJECT / folder / "sources.yml").resolve()
    sources = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    return [name for name, source in sources.items() if (source or {}).get("enabled", True) is not False]
