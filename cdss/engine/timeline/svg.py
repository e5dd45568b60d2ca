"""A timeline as a picture that can be dropped in a page: SVG that holds all it needs and runs nothing.

Colours differ in lightness and every kind has a pattern or form of its own, so that it can be read in black and white
too. The picture brings its own paper: on a dark page it turns dark where the reader prefers that, and in print it is
light. A page may set the variables on `.cdss-timeline` to its own colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from cdss.engine.timeline import words
from cdss.engine.timeline.layout import layout
from cdss.engine.timeline.model import Timeline
from cdss.engine.timeline.paper import Drawing, Label, Shape

_LIGHT: Final = (
    "--paper:#fff;--ink:#1b1b1b;--soft:#55595f;--faint:#d9dce1;--supply:#1f5c99;--gap:#a83200;--gap-paper:#fff3ea;"
    "--stay:#6b5b95;--band:#eeebf5;--mark:#1b1b1b"
)
_DARK: Final = (
    "--paper:#16191d;--ink:#f2f3f5;--soft:#b4bac3;--faint:#3a4048;--supply:#79b8ff;--gap:#ffb07c;--gap-paper:#2c1d12;"
    "--stay:#b9a7e6;--band:#242032;--mark:#f2f3f5"
)
_STYLE: Final = """\
.cdss-timeline{LIGHT;font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){.cdss-timeline{DARK}}
.cdss-timeline .paper{fill:var(--paper);stroke:var(--faint)}
.cdss-timeline text{fill:var(--ink)}
.cdss-timeline .soft{fill:var(--soft)}
.cdss-timeline .strong{font-weight:600}
.cdss-timeline .tells{font-weight:700}
.cdss-timeline .covered{fill:var(--supply)}
.cdss-timeline .edge{stroke:var(--paper);stroke-width:1.5}
.cdss-timeline .unknown{fill:none;stroke:var(--supply);stroke-width:1.5;stroke-dasharray:5 3}
.cdss-timeline .gap{fill:url(#ID-gap);stroke:var(--gap);stroke-width:1}
.cdss-timeline .patch{fill:var(--paper)}
.cdss-timeline .stay{fill:url(#ID-stay);stroke:var(--stay)}
.cdss-timeline .band{fill:var(--band)}
.cdss-timeline .thread{stroke:var(--faint)}
.cdss-timeline .grid{stroke:var(--faint)}
.cdss-timeline .axis{stroke:var(--soft)}
.cdss-timeline .tick{fill:var(--ink);stroke:var(--ink)}
.cdss-timeline .hollow{fill:var(--paper)}
.cdss-timeline .carried{fill:none;stroke:var(--ink);stroke-width:1.2}
.cdss-timeline .rule{stroke:var(--ink);stroke-width:1.2}
.cdss-timeline .now{stroke-width:2.4}
.cdss-timeline .possible_stop{stroke-dasharray:2 3}
.cdss-timeline .stopped{stroke-dasharray:7 3}
.cdss-timeline .planned_end{stroke-dasharray:9 3 2 3}
.cdss-timeline .due{stroke-dasharray:2 3}
.cdss-timeline .overdue{stroke-dasharray:7 3}
.cdss-timeline .sign{fill:none;stroke:var(--mark);stroke-width:1.8}
.cdss-timeline .dxa,.cdss-timeline .stop,.cdss-timeline .died{fill:var(--mark)}
""".replace("LIGHT", _LIGHT).replace("DARK", _DARK)
_PATTERNS: Final = """\
<pattern id="ID-gap" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect width="7" height="7" style="fill:var(--gap-paper)"/>\
<line x1="0" y1="0" x2="0" y2="7" style="stroke:var(--gap);stroke-width:3"/></pattern>
<pattern id="ID-stay" width="5" height="5" patternUnits="userSpaceOnUse">\
<rect width="5" height="5" style="fill:var(--paper)"/>\
<circle cx="2.5" cy="2.5" r="1.2" style="fill:var(--stay)"/></pattern>
"""


def svg(timeline: Timeline, lang: str) -> str:
    """The picture; the same timeline gives the same text."""
    drawing = layout(timeline, lang)
    body = "\n".join(_body(drawing))
    own = "t" + sha256(body.encode()).hexdigest()[:10]  # two pictures on a page must not share a pattern
    height = f"{drawing.height:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cdss-timeline" role="img" viewBox="0 0 960 {height}" '
        f'width="960" height="{height}" style="max-width:100%;height:auto" lang="{escape(lang)}" '
        f'aria-labelledby="{own}-title {own}-desc">\n'
        f'<title id="{own}-title">{escape(title(timeline, lang))}</title>\n'
        f'<desc id="{own}-desc">{escape(description(timeline, lang))}</desc>\n'
        f"<style>\n{_STYLE}</style>\n<defs>\n{_PATTERNS}</defs>\n".replace("ID-", f"{own}-")
        + f"{body}\n</svg>\n"
    )


def title(timeline: Timeline, lang: str) -> str:
    """What the picture is of."""
    return words.say("title", lang, words.long_day(timeline.on, lang))


def description(timeline: Timeline, lang: str) -> str:
    """What the picture shows, for who does not see it."""
    return " ".join(words.spoken(timeline, lang))


def _body(drawing: Drawing) -> Iterator[str]:
    width, height = f"{drawing.width - 1:.0f}", f"{drawing.height - 1:.0f}"
    yield f'<rect class="paper" x="0.5" y="0.5" width="{width}" height="{height}" rx="6"/>'
    yield from map(_shape, drawing.shapes)
    yield from map(_label, drawing.labels)


def _shape(shape: Shape) -> str:
    numbers = " ".join(f'{name}="{_number(value)}"' for name, value in shape.numbers)
    head = f'<{shape.tag} class="{shape.css}" {numbers}'
    return f"{head}><title>{escape(shape.says)}</title></{shape.tag}>" if shape.says else f"{head}/>"


def _label(label: Label) -> str:
    place = f'x="{_number(label.x)}" y="{_number(label.y)}" font-size="{_number(label.size)}"'
    anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
    return f'<text class="{label.css}" {place}{anchor}>{escape(label.text)}</text>'


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


_ESCAPES: Final = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("'"): "&#39;",
}
_NOT_XML: Final = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000),
     0xFFFE, 0xFFFF),
    "\ufffd",
) | {ord("\t"): " ", ord("\n"): " "}  # fmt: skip
"""What XML cannot hold, or what would turn the direction of reading."""


def escape(text: str) -> str:
    """The text as it may stand in XML: it comes from somebody's record."""
    return text.translate(_NOT_XML).translate(_ESCAPES)
