"""Text to Ruleset: load, validate, resolve, check. `load` and `check`, or both at once, are all that others need."""

# The module `load` comes first: the function of that name must be what stays.
from cdss.rules import load as _text  # noqa: F401  # isort: skip
from cdss.rules.ruleset import check, check_and_load, load

__all__ = ["check", "check_and_load", "load"]
