"""FHIR R4 resources as a Patient."""

from cdss.records.fhir_r4.patient import read_fhir

__all__ = ["read_fhir"]
