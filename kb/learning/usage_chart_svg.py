"""Draws a bar chart of how articles were used, as SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LABEL_WIDTH, NOTE_WIDTH, BAR_HEIGHT, BAR_GAP, TOP_MARGIN = 960, 350, 110, 20, 12, 92
MAX_BARS = 30
"""Bars of one picture; the articles used least are left out, and the picture says so."""
SERIES_COLOURS = ("#2f7d4f", "#3b6fb0", "#d9a441", "#b8493f", "#c9ccd1")
_FONT = "font-family='DejaVu Sans, Arial, sans-serif'"


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One article: its label, the counts in the legend's order, and what stands to the right of the bar."""

    label: str
    counts: tuple[int, ...]
    note: str = ""


def draw_chart(title: str, legend: Sequence[str], bars: Sequence[ChartBar], left_out: str = "") -> str:
    """The chart as SVG. Counts that are 0 have no piece; ``left_out`` is written below, for bars that did not fit."""
    shown = bars[:MAX_BARS]
    longest = max((sum(bar.counts) for bar in shown), default=1) or 1
    height = TOP_MARGIN + len(shown) * (BAR_HEIGHT + BAR_GAP) + 34
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}'>",
        f"<rect width='{WIDTH}' height='{height}' fill='#ffffff'/>",
        _text(24, 36, title, 20, "#1f2328", weight="600"),
        *_legend(legend),
    ]
    for number, bar in enumerate(shown):
        parts += _bar(bar, TOP_MARGIN + number * (BAR_HEIGHT + BAR_GAP), (WIDTH - LABEL_WIDTH - NOTE_WIDTH) / longest)
    if len(bars) > len(shown):
        parts.append(_text(24, height - 14, left_out, 12, "#57606a"))
    return "\n".join([*parts, "</svg>", ""])


def _legend(legend: Sequence[str]) -> list[str]:
    parts, x = [], 24.0
    for name, colour in zip(legend, SERIES_COLOURS, strict=False):
        parts.append(f"<rect x='{x:.0f}' y='54' width='14' height='14' rx='3' fill='{colour}'/>")
        parts.append(_text(x + 20, 66, name, 13, "#57606a"))
        x += 20 + 8 * len(name) + 26
    return parts


def _bar(bar: ChartBar, y: int, unit: float) -> list[str]:
    middle = y + BAR_HEIGHT - 5
    parts = [_text(LABEL_WIDTH - 12, middle, _shorten(bar.label, 40), 13, "#1f2328", anchor="end")]
    x = float(LABEL_WIDTH)
    for count, colour in zip(bar.counts, SERIES_COLOURS, strict=False):
        if count:
            wide = count * unit
            parts.append(f"<rect x='{x:.1f}' y='{y}' width='{wide:.1f}' height='{BAR_HEIGHT}' fill='{colour}'/>")
            if wide > 9 * len(str(count)) + 6:
                ink = "#1f2328" if colour in SERIES_COLOURS[2::2] else "#ffffff"
                parts.append(_text(x + wide / 2, middle, str(count), 12, ink, anchor="middle"))
            x += wide
    return [*parts, _text(x + 10, middle, bar.note, 13, "#57606a")]


def _text(x: float, y: float, words: str, size: int, ink: str, anchor: str = "start", weight: str = "400") -> str:
    return (
        f"<text x='{x:.1f}' y='{y}' {_FONT} font-size='{size}' font-weight='{weight}' fill='{ink}' "
        f"text-anchor='{anchor}'>{escape(words)}</text>"
    )


def _shorten(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
