"""Shapes the articles' pictures are drawn with: each function returns a piece of SVG, 800 by 450 points to a picture.

One palette, one line weight, one typeface (DejaVu Sans, free and with Cyrillic), so that all pictures are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 800, 450
PAPER, SHADE, INK, GREY, PALE = "#f4f7fb", "#d5deea", "#22304a", "#b9c4d4", "#e6edf7"
BLUE, GREEN, RED, AMBER, CORD, WHITE = "#2f6fed", "#1fae6f", "#e5484d", "#f5a524", "#e0a800", "#fff"
LIT, FAULT, DARK = "#38d98f", "#ff5a5f", "#51617d"
MINT, ROSE, SAND, SKY = "#d8f5e7", "#fde2e3", "#fff4e0", "#e8effd"


def picture(*pieces: str) -> str:
    """A whole SVG file."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
    return "\n".join((head, rect(0, 0, WIDTH, HEIGHT, 0, PAPER), *pieces, "</svg>", ""))


def at(x: float, y: float, *pieces: str, s: float = 1) -> str:
    """Pieces moved to ``x``, ``y`` and scaled."""
    scale = f" scale({s:g})" if s != 1 else ""
    return f'<g transform="translate({x:g} {y:g}){scale}">\n' + "\n".join(pieces) + "\n</g>"


def rect(x: float, y: float, w: float, h: float, r: float, fill: str, stroke: str = "", width: float = 0) -> str:
    """A box with round corners."""
    edge = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}" fill="{fill}"{edge}/>'


def dot(x: float, y: float, r: float, fill: str, stroke: str = "", width: float = 0) -> str:
    """A disc."""
    edge = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"{edge}/>'


def line(path: str, colour: str = INK, width: float = 6, dashes: str = "", fill: str = "none") -> str:
    """A stroke along an SVG path."""
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="{path}" fill="{fill}" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"'
        f' stroke-linejoin="round"{dash}/>'
    )


def shape(path: str, fill: str) -> str:
    """A filled path."""
    return f'<path d="{path}" fill="{fill}"/>'


def words(
    x: float, y: float, text: str, size: float = 20, colour: str = INK, anchor: str = "start", bold: bool = True,
    mono: bool = False,
) -> str:  # fmt: skip
    """A line of text, its baseline at ``y``."""
    face = "DejaVu Sans Mono" if mono else "DejaVu Sans"
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{face}" font-size="{size:g}"{weight} text-anchor="{anchor}"'
        f' fill="{colour}" xml:space="preserve">{escape(text)}</text>'
    )


def card(x: float, y: float, w: float, h: float, fill: str = WHITE) -> str:
    """A white card with its shadow."""
    return rect(x, y + 4, w, h, 22, SHADE) + "\n" + rect(x, y, w, h, 22, fill)


def spot(x: float, y: float) -> str:
    """Look here. It has no number: the steps beside a picture are counted by themselves."""
    return dot(x, y, 17, AMBER, WHITE, 3) + dot(x, y, 6, WHITE)


def badge(x: float, y: float, letter: str, colour: str = BLUE, r: float = 20) -> str:
    """A letter or a sign by which something is called; never a number, which would read as that of a step."""
    return dot(x, y, r, colour) + words(x, y + r * 0.4, letter, r * 1.12, WHITE, "middle")


def tick(x: float, y: float, r: float = 22) -> str:
    """Good."""
    mark = line(
        f"M{x - r * 0.42:g} {y + r * 0.02:g} l{r * 0.3:g} {r * 0.32:g} l{r * 0.55:g} {-r * 0.62:g}", WHITE, r * 0.22
    )
    return dot(x, y, r, GREEN) + mark


def cross(x: float, y: float, r: float = 22) -> str:
    """Bad."""
    a = r * 0.34
    mark = f"M{x - a:g} {y - a:g} l{2 * a:g} {2 * a:g} m0 {-2 * a:g} l{-2 * a:g} {2 * a:g}"
    return dot(x, y, r, RED) + line(mark, WHITE, r * 0.22)


def warning(x: float, y: float, s: float = 1) -> str:
    """A triangle with an exclamation mark, about 50 points wide."""
    return at(
        x, y,
        line("M0 -22 L25 20 H-25 Z", AMBER, 8, fill=AMBER),
        line("M0 -8 V5", WHITE, 6), dot(0, 15, 3.6, WHITE), s=s,
    )  # fmt: skip


def arrow(x: float, y: float, dx: float, dy: float, colour: str = BLUE, width: float = 7) -> str:
    """A straight arrow from a point by a distance, along one axis."""
    head = 12
    if dy == 0:
        sign = 1 if dx > 0 else -1
        tip = f"m{-head * sign:g} {-head:g} l{head * sign:g} {head:g} l{-head * sign:g} {head:g}"
    else:
        sign = 1 if dy > 0 else -1
        tip = f"m{-head:g} {-head * sign:g} l{head:g} {head * sign:g} l{head:g} {-head * sign:g}"
    return line(f"M{x:g} {y:g} l{dx:g} {dy:g} {tip}", colour, width)


def lamp(x: float, y: float, colour: str = LIT, r: float = 12) -> str:
    """A lamp on a case; `DARK` is off."""
    glow = "" if colour == DARK else f'<circle cx="{x:g}" cy="{y:g}" r="{2 * r:g}" fill="{colour}" opacity=".22"/>'
    return glow + dot(x, y, r, colour)


def wifi(x: float, y: float, s: float = 1, colour: str = BLUE) -> str:
    """Waves from a point upwards, 88 points wide."""
    return at(
        x, y,
        line("M-44 -34 a62 62 0 0 1 88 0", colour, 9), line("M-26 -17 a38 38 0 0 1 52 0", colour, 9), dot(0, 2, 8, colour),
        s=s,
    )  # fmt: skip


def router(x: float, y: float, s: float = 1, lamps: Sequence[str] = (LIT, LIT, LIT)) -> str:
    """A router 220 points wide with its aerials, 156 high; ``y`` is the top of the aerials."""
    return at(
        x, y,
        line("M40 84 V8 M180 84 V8", INK, 10), rect(0, 78, 220, 78, 16, INK),
        *(lamp(46 + 34 * number, 117, colour, 9) for number, colour in enumerate(lamps)), s=s,
    )  # fmt: skip


def laptop(x: float, y: float, s: float = 1, screen: str = PALE, *shown: str) -> str:
    """A laptop 230 points wide, 140 high; ``shown`` is drawn from the corner of its screen, 160 by 98."""
    return at(
        x, y,
        rect(27, 0, 176, 114, 10, INK), rect(35, 8, 160, 98, 4, screen),
        shape("M0 118 H230 L214 138 H16 Z", GREY), *((at(35, 8, *shown),) if shown else ()), s=s,
    )  # fmt: skip


def phone(x: float, y: float, s: float = 1, screen: str = PALE, *shown: str) -> str:
    """A telephone 92 points wide, 170 high; ``shown`` is drawn from the corner of its screen, 76 by 134."""
    return at(
        x, y,
        rect(0, 0, 92, 170, 16, INK), rect(8, 14, 76, 134, 6, screen), dot(46, 159, 4, GREY),
        *((at(8, 14, *shown),) if shown else ()), s=s,
    )  # fmt: skip


def window(x: float, y: float, w: float, h: float, title: str = "", bar: str = BLUE) -> str:
    """A window of a program that nobody ever saw."""
    return "\n".join(
        (
            rect(x, y + 4, w, h, 16, SHADE),
            rect(x, y, w, h, 16, WHITE),
            shape(f"M{x:g} {y + 44:g} v-28 a16 16 0 0 1 16 -16 h{w - 32:g} a16 16 0 0 1 16 16 v28 z", bar),
            *(dot(x + 24 + 20 * n, y + 22, 6, WHITE) for n in range(3)),
            words(x + w / 2, y + 29, title, 20, WHITE, "middle"),
        )
    )


def field(x: float, y: float, w: float, value: str = "", colour: str = GREY, size: float = 19, h: float = 42) -> str:
    """An input with what was typed."""
    return rect(x, y, w, h, 8, WHITE, colour, 3) + words(x + 14, y + h / 2 + 7, value, size, INK, bold=False, mono=True)


def dropdown(x: float, y: float, w: float, value: str, colour: str = BLUE, size: float = 19, h: float = 42) -> str:
    """A choice from a list, with the little arrow."""
    arrow_ = line(f"M{x + w - 30:g} {y + h / 2 - 3:g} l8 8 l8 -8", colour, 4)
    return rect(x, y, w, h, 8, WHITE, colour, 3) + words(x + 14, y + h / 2 + 7, value, size, INK) + arrow_


def button(x: float, y: float, w: float, text: str = "", colour: str = BLUE, h: float = 42, size: float = 19) -> str:
    """A button to be pressed."""
    return rect(x, y, w, h, 10, colour) + words(x + w / 2, y + h / 2 + 7, text, size, WHITE, "middle")


def toggle(x: float, y: float, on: bool = True) -> str:
    """A switch, 64 points wide."""
    return rect(x, y, 64, 34, 17, GREEN if on else GREY) + dot(x + (47 if on else 17), y + 17, 12, WHITE)


def cursor(x: float, y: float, s: float = 1) -> str:
    """The mouse's arrow; its tip is at the point."""
    return at(x, y, line("M0 0 V38 L9 30 L16 45 L23 42 L16 27 L28 26 Z", WHITE, 5, fill=INK), s=s)


def lock(x: float, y: float, s: float = 1, colour: str = GREEN) -> str:
    """A padlock about 44 points wide."""
    return at(
        x, y, line("M-13 -6 v-14 a13 13 0 0 1 26 0 v14", colour, 7), rect(-22, -8, 44, 36, 8, colour), dot(0, 8, 5, WHITE),
        s=s,
    )  # fmt: skip


def shield(x: float, y: float, s: float = 1, colour: str = GREEN, good: bool = True) -> str:
    """A shield 96 points wide."""
    mark = line("M-20 2 l14 15 l26 -30", WHITE, 10) if good else line("M-15 -15 l30 30 m0 -30 l-30 30", WHITE, 10)
    return at(x, y, shape("M0 -58 L48 -40 V2 C48 34 22 52 0 62 C-22 52 -48 34 -48 2 V-40 Z", colour), mark, s=s)


def envelope(x: float, y: float, s: float = 1, colour: str = INK) -> str:
    """A letter 100 by 70, its corner at the point."""
    return at(x, y, rect(0, 0, 100, 70, 8, WHITE, colour, 5), line("M4 6 L50 42 L96 6", colour, 5), s=s)


def house(x: float, y: float, s: float = 1, wall: str = WHITE, roof: str = BLUE) -> str:
    """A house 160 wide, 150 high, its corner at the point."""
    return at(
        x, y,
        rect(16, 62, 128, 88, 4, wall, INK, 5), line("M0 68 L80 4 L160 68 Z", roof, 8, fill=roof),
        rect(34, 84, 34, 32, 3, SKY, INK, 4), rect(92, 92, 34, 58, 3, GREY), s=s,
    )  # fmt: skip


def calendar(x: float, y: float, s: float = 1, day: str = "1", colour: str = BLUE) -> str:
    """A leaf of a calendar, 120 by 130."""
    return at(
        x, y,
        rect(0, 14, 120, 116, 14, WHITE, INK, 5), shape("M2 46 v-18 a14 14 0 0 1 14 -14 h88 a14 14 0 0 1 14 14 v18 z", colour),
        line("M34 4 v20 M86 4 v20", INK, 8), words(60, 108, day, 48, INK, "middle"), s=s,
    )  # fmt: skip


def gauge(x: float, y: float, s: float = 1, share: float = 0.75, colour: str = GREEN) -> str:
    """A speedometer 200 points wide; ``share`` is where its needle points, 0 to 1."""
    a = pi * (1 - share)
    tip = (round(70 * cos(a), 1), round(-70 * sin(a), 1))
    end = (round(92 * cos(a), 1), round(-92 * sin(a), 1))
    return at(
        x, y,
        line("M-92 0 A92 92 0 0 1 92 0", PALE, 20), line(f"M-92 0 A92 92 0 0 1 {end[0]:g} {end[1]:g}", colour, 20),
        line(f"M0 0 L{tip[0]:g} {tip[1]:g}", INK, 8), dot(0, 0, 13, INK), s=s,
    )  # fmt: skip


def globe(x: float, y: float, s: float = 1, colour: str = BLUE) -> str:
    """The internet, 100 points across."""
    return at(
        x, y,
        dot(0, 0, 48, WHITE, colour, 7), line("M-48 0 H48 M0 -48 V48", colour, 5),
        line("M0 -48 C-34 -24 -34 24 0 48 M0 -48 C34 -24 34 24 0 48", colour, 5), s=s,
    )  # fmt: skip


def stopwatch(x: float, y: float, s: float = 1, number: str = "30") -> str:
    """A stopwatch 120 points across."""
    return at(
        x, y,
        dot(0, 0, 56, WHITE, BLUE, 9), line("M0 -72 v8 M-12 -74 h24", BLUE, 9), words(0, 15, number, 42, INK, "middle"), s=s,
    )  # fmt: skip


def plug(x: float, y: float, s: float = 1, colour: str = BLUE) -> str:
    """A network plug pointing up, 40 wide and 56 high, its tip at the point; the cable goes on below."""
    return at(
        x,
        y,
        rect(-18, 0, 36, 44, 6, colour),
        line("M-8 8 v8 M0 8 v8 M8 8 v8", WHITE, 3),
        rect(-9, 42, 18, 14, 3, colour),
        s=s,
    )


def bars(x: float, y: float, w: float, n: int, step: float = 26, colour: str = PALE) -> str:
    """Lines of text nobody needs to read."""
    widths = (1, 0.82, 0.93, 0.7)
    return "\n".join(rect(x, y + step * one, w * widths[one % 4], 10, 5, colour) for one in range(n))


def terminal(x: float, y: float, w: float, h: float, lines: Sequence[tuple[str, str]], size: float = 19) -> str:
    """A black window of commands: each line with its colour."""
    told = (words(x + 24, y + 72 + number * size * 1.62, text, size, colour, bold=False, mono=True)
            for number, (text, colour) in enumerate(lines))  # fmt: skip
    return "\n".join(
        (
            rect(x, y + 4, w, h, 16, SHADE),
            rect(x, y, w, h, 16, INK),
            *(dot(x + 24 + 20 * n, y + 22, 6, DARK) for n in range(3)),
            *told,
        )
    )
