"""One patient's treatments as days: read (`draw.py`), laid out (`layout.py`), and shown as a picture or as text."""

from cdss.engine.timeline.model import Timeline

__all__ = ["Timeline"]
