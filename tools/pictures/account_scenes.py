"""Pictures of moving, changing a plan, manipulated pages and spam. Without words."""

from __future__ import annotations

from tools.pictures.shapes import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    INK,
    MINT,
    PALE,
    RED,
    ROSE,
    SKY,
    WHITE,
    arrow,
    at,
    bars,
    calendar,
    card,
    cross,
    cursor,
    dot,
    envelope,
    gauge,
    globe,
    house,
    laptop,
    line,
    picture,
    rect,
    router,
    shape,
    shield,
    tick,
    warning,
    window,
    words,
)  # fmt: skip


def house_move() -> str:
    """From one house to another on a day."""
    return picture(
        rect(0, 380, 800, 70, 0, PALE),
        house(40, 210, 1.15, WHITE, GREY), house(560, 210, 1.15, WHITE, GREEN),
        at(282, 262, rect(0, 0, 140, 86, 10, BLUE), rect(146, 26, 64, 60, 10, INK), rect(166, 38, 32, 24, 4, SKY),
           dot(40, 92, 20, INK), dot(40, 92, 8, GREY), dot(164, 92, 20, INK), dot(164, 92, 8, GREY),
           router(36, 10, 0.32), s=1),
        calendar(340, 50, 1, "15"), arrow(290, 220, 220, 0, BLUE, 8), globe(652, 130, 0.75, GREEN),
        line("M652 172 V204", GREEN, 7, "2 14"), cross(132, 160, 22),
    )  # fmt: skip


def move_before() -> str:
    """Before the day: an application, the address, what to pack."""
    return picture(
        *(card(36 + 250 * n, 66, 228, 320) for n in range(3)),
        calendar(90, 118, 1, "−7"), bars(76, 290, 148, 3),
        at(400, 240, shape("M0 90 C-56 20 -60 -14 -60 -34 a60 60 0 0 1 120 0 C60 -14 56 20 0 90 Z", RED), dot(0, -34, 24, WHITE)),
        rect(560, 226, 180, 120, 10, "#d9b382"), line("M560 226 L590 186 M740 226 L710 186", "#b98d57", 7), rect(630, 226, 40, 34, 2, "#b98d57"),
        router(592, 128, 0.52),
    )  # fmt: skip


def plan_change() -> str:
    """The old plan to the end of the month, the new one from the first."""
    return picture(
        card(40, 70, 220, 310), card(540, 70, 220, 310), gauge(150, 190, 0.8, 0.4, AMBER), gauge(650, 190, 0.8, 0.9, GREEN),
        words(150, 252, "100", 40, INK, "middle"), words(650, 252, "500", 40, INK, "middle"),
        bars(76, 290, 148, 3), bars(576, 290, 148, 3), calendar(340, 90, 1, "1"), arrow(290, 270, 220, 0, BLUE, 9),
        at(400, 336, rect(-60, -26, 120, 52, 26, MINT), line("M-16 0 l12 13 l24 -28", GREEN, 8)),
    )  # fmt: skip


def malware_page() -> str:
    """A page one asked for, and the one that came."""
    return picture(
        window(44, 60, 330, 330, "", GREEN), rect(70, 124, 278, 90, 10, PALE), bars(70, 236, 278, 4, 30), tick(340, 366, 26),
        window(426, 60, 330, 330, "", RED), bars(452, 128, 278, 9, 28),
        rect(462, 140, 200, 96, 12, AMBER), words(562, 205, "WIN! $$$", 34, WHITE, "middle"),
        rect(540, 222, 196, 104, 12, RED), words(638, 290, "100 %", 40, WHITE, "middle"), cursor(640, 300, 1.1), cross(726, 366, 26),
    )  # fmt: skip


def spam_storm() -> str:
    """Letters fly off by themselves; the password stops them."""
    return picture(
        laptop(60, 196, 1.2, ROSE, at(80, 52, warning(0, 0, 1.2))),
        *(envelope(x, y, s, RED) for x, y, s in (
            (330, 110, 0.7), (420, 190, 0.7), (350, 270, 0.7), (510, 100, 0.55), (520, 270, 0.55))),
        line("M300 236 C340 180 330 160 330 150 M310 250 H410 M306 270 C330 290 336 292 340 294", GREY, 5, "2 12"),
        shield(680, 220, 1.5, GREEN),
    )  # fmt: skip


SCENES = {
    "moving/houses": house_move,
    "moving/before": move_before,
    "plan-change/plans": plan_change,
    "malware/pages": malware_page,
    "spam-from-you/storm": spam_storm,
}
