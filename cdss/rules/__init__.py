"""Text to Ruleset: load, validate, resolve, check. `load` and `check` are all that other rooms need."""

# The module `load` comes first: the function of that name must be what stays.
from cdss.rules import load as _text  # noqa: F401  # isort: skip
from cdss.rules.ruleset import check, load

__all__ = ["check", "load"]
