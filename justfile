# What a contributor does here, in one word each. `just` is a convenience: every line works without it.

python := if path_exists(".venv") == "true" { ".venv/bin/python" } else { "python3" }

# what can be done
default:
    @just --list

# a virtual environment with all that tests need
install:
    python3 -m venv .venv
    .venv/bin/pip install -e '.[dev]'

# exactly what CI runs
all:
    {{python}} tests/all.py

# the unit tests only
unit *words:
    {{python}} -m pytest tests/unit {{words}}

# look for counter-examples among examples that were not tried before
search *words:
    {{python}} -m pytest -n auto tests/properties tests/differential {{words}}

# format the code, and repair what the linter can repair
fmt:
    {{python}} -m ruff format .
    {{python}} -m ruff check --fix .

# check and test the guidelines
guidelines:
    {{python}} -m cdss.cli check guidelines
    {{python}} -m cdss.cli test guidelines

# write docs/safety/hazards.md anew from hazards.yaml
hazards:
    {{python}} -m cdss.author.safety docs/safety/hazards.yaml
