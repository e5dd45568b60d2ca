"""The version of the engine, as every answer names it."""

VERSION = "0.1.0"
