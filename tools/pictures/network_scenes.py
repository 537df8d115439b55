"""Pictures of cables, speed, commands and aerials. Without words to translate."""

from __future__ import annotations

from tools.pictures.shapes import (
    AMBER,
    BLUE,
    DARK,
    FAULT,
    GREEN,
    GREY,
    INK,
    LIT,
    MINT,
    PALE,
    RED,
    ROSE,
    SHADE,
    SKY,
    WHITE,
    arrow,
    at,
    badge,
    card,
    cross,
    dot,
    gauge,
    globe,
    house,
    lamp,
    laptop,
    line,
    phone,
    picture,
    plug,
    rect,
    router,
    shape,
    stopwatch,
    terminal,
    tick,
    warning,
    wifi,
    window,
    words,
)  # fmt: skip


def speed_cable() -> str:
    """By cable and alone, not over Wi-Fi with everybody."""
    return picture(
        card(36, 50, 350, 350), card(414, 50, 350, 350),
        laptop(66, 200, 0.8), router(248, 176, 0.5), line("M158 300 V340 H303 V254", BLUE, 9),
        gauge(211, 160, 0.62, 0.94), tick(340, 92, 26),
        at(444, 214, phone(0, 0, 0.66)), at(528, 228, laptop(0, 0, 0.62)), router(640, 92, 0.46, (LIT, LIT, LIT)),
        wifi(690, 224, 0.6, AMBER), line("M468 192 C520 150 560 150 620 152", GREY, 5, "2 12"),
        line("M612 216 C628 196 640 186 652 180", GREY, 5, "2 12"),
        gauge(530, 150, 0.5, 0.3, AMBER), cross(718, 362, 26), at(470, 350, wifi(0, 14, 0.6, AMBER)),
        line("M604 326 v34 m-14 -14 l14 14 l14 -14 M580 372 h48", RED, 7),
    )  # fmt: skip


def speed_result() -> str:
    """What to read on the page: down, up, delay; written down thrice."""
    return picture(
        window(40, 40, 480, 366, ""), gauge(280, 220, 1.15, 0.86),
        words(280, 282, "94.2", 46, INK, "middle"),
        *(rect(72 + 142 * n, 306, 132, 76, 14, colour) for n, colour in enumerate((MINT, SKY, PALE))),
        arrow(94, 328, 0, 32, GREEN, 6), words(154, 354, "94.2", 24, INK, "middle"),
        arrow(236, 360, 0, -32, BLUE, 6), words(296, 354, "91.8", 24, INK, "middle"),
        stopwatch(382, 346, 0.3, ""), words(438, 354, "4", 24, INK, "middle"),
        card(556, 60, 208, 326),
        *(
            words(584, 138 + 84 * n, hour, 22, DARK) + words(736, 138 + 84 * n, value, 24, GREEN, "end")
            + line(f"M584 {160 + 84 * n} H736", PALE, 4)
            for n, (hour, value) in enumerate((("08:00", "93"), ("14:00", "94"), ("21:00", "88")))
        ),
        badge(556, 60, "3×", r=26),
    )  # fmt: skip


def drops_diary() -> str:
    """A list of drops: when, which lamps, how long."""
    rows = (("09:12", LIT, LIT, "2"), ("13:40", LIT, FAULT, "5"), ("20:05", LIT, FAULT, "1"))
    return picture(
        card(60, 40, 440, 366), line("M120 40 V406", ROSE, 4),
        *(dot(90, 90 + 68 * n, 9, PALE) for n in range(5)),
        *(
            words(150, 132 + 92 * n, hour, 30) + lamp(304, 121 + 92 * n, first, 11) + lamp(352, 121 + 92 * n, second, 11)
            + words(470, 132 + 92 * n, f"{minutes}′", 28, RED, "end") + line(f"M140 {162 + 92 * n} H474", PALE, 4)
            for n, (hour, first, second, minutes) in enumerate(rows)
        ),
        at(520, 84, router(0, 0, 1, (LIT, LIT, FAULT))),
        line("M528 330 q28 -44 56 0 t56 0", GREEN, 7), line("M664 330 h6", GREY, 7),
        line("M692 330 q28 -44 56 0", GREEN, 7), line("M656 310 l24 40 m0 -40 l-24 40", RED, 7),
    )  # fmt: skip


def drops_compare() -> str:
    """Is it the Wi-Fi or the line: one ping to the router, another beyond it."""
    return picture(
        laptop(44, 150, 0.9, PALE, words(80, 60, "ping", 32, BLUE, "middle")), router(330, 134, 0.8), globe(690, 208, 0.95),
        line("M262 204 H318", GREEN, 9, "2 16"), line("M520 216 H628", RED, 9, "2 16"),
        badge(290, 160, "A", r=22), badge(574, 170, "B", r=22),
        words(418, 300, "192.168.0.1", 22, DARK, "middle"),
        card(232, 334, 150, 70), tick(272, 369, 20), words(346, 378, "A", 26, GREEN, "middle"),
        card(516, 334, 150, 70), cross(556, 369, 20), words(630, 378, "B", 26, RED, "middle"),
    )  # fmt: skip


def ping_window() -> str:
    """The black window: what to type, and what comes."""
    ping = "ping -n 20 192.0.2.1"
    rows = [("> " + ping, "#ffffff"), ("192.0.2.1   32   3 ms", LIT), ("192.0.2.1   32   4 ms", LIT),
            ("* * *", FAULT), ("192.0.2.1   32   3 ms", LIT), ("20 / 19   5 %", "#ffc857")]  # fmt: skip
    return picture(
        terminal(250, 40, 510, 366, rows, 22),
        card(40, 40, 176, 108), rect(58, 76, 104, 38, 8, WHITE, GREY, 3), words(70, 102, "cmd", 22, mono=True),
        dot(184, 92, 15, WHITE, BLUE, 6), line("M195 103 l12 12", BLUE, 7),
        card(40, 172, 176, 108), words(128, 238, "ping", 32, BLUE, "middle"),
        card(40, 304, 176, 102), at(92, 322, *_sheet()),
    )  # fmt: skip


def _sheet() -> tuple[str, ...]:
    return (
        rect(14, 12, 44, 54, 6, WHITE, INK, 5), rect(0, 0, 44, 54, 6, WHITE, INK, 5), line("M10 16 h24 M10 28 h24", BLUE, 5),
    )  # fmt: skip


def trace_path() -> str:
    """A way of hops, and where it breaks off."""
    hops = ((96, GREEN), (248, GREEN), (400, GREEN), (552, RED), (704, GREY))
    return picture(
        *(line(f"M{x + 34} 150 H{x + 118}", GREEN if n < 3 and n != 2 else (RED if n == 2 else GREY), 8, "" if n < 2 else "2 16")
          for n, (x, _) in enumerate(hops[:-1])),
        *(dot(x, 150, 34, WHITE, colour, 8) + words(x, 162, str(n), 32, colour, "middle")
          for n, (x, colour) in enumerate(hops, 1)),
        router(64, 22, 0.3), cross(552, 88, 18),
        terminal(60, 226, 680, 188, _HOPS, 20),
    )  # fmt: skip


_HOPS = [
    ("1   1 ms   192.168.0.1", LIT), ("2   3 ms   192.0.2.1", LIT), ("3   7 ms   198.51.100.1", LIT), ("4   * * *", FAULT),
]  # fmt: skip


def address() -> str:
    """169.254 means that nobody gave an address; 192.168 that the router did."""
    return picture(
        card(44, 46, 340, 356), card(416, 46, 340, 356),
        laptop(104, 92, 0.95, ROSE, at(80, 52, warning(0, 0, 1.2))), laptop(476, 92, 0.95, MINT, tick(80, 50, 32)),
        rect(76, 270, 276, 62, 14, ROSE), words(214, 311, "169.254.12.7", 30, RED, "middle"),
        rect(448, 270, 276, 62, 14, MINT), words(586, 311, "192.168.0.15", 30, GREEN, "middle"),
        cross(214, 362, 22), tick(586, 362, 22),
    )  # fmt: skip


def address_cable() -> str:
    """Plug in anew, then off and on."""
    return picture(
        *(card(36 + 250 * n, 66, 228, 320) for n in range(3)),
        at(150, 150, rect(-56, -20, 112, 84, 10, WHITE, BLUE, 6), rect(-32, 0, 64, 44, 5, INK),
           plug(0, 104, 1), line("M0 158 V192 q0 20 20 20 h30", BLUE, 10), arrow(64, 150, 0, -44, GREEN, 7)),
        stopwatch(400, 196, 0.95), router(340, 278, 0.54, (DARK, DARK, DARK)),
        laptop(550, 150, 0.86, MINT, words(80, 60, "192.168", 30, GREEN, "middle")), tick(650, 330, 26),
    )  # fmt: skip


def roof_aerial() -> str:
    """The aerial looks at the tower; a tree, ice or a turn stands in its way."""
    return picture(
        rect(0, 380, 800, 70, 0, MINT),
        house(60, 180, 1.35), line("M250 262 V120", INK, 8), at(254, 116, *_dish()),
        line("M290 112 L660 92", GREEN, 7, "2 16"), tick(476, 66, 24),
        at(690, 60, line("M0 0 L-46 320 M0 0 L46 320 M-20 140 H20 M-30 210 H30 M-38 270 H38", INK, 8), dot(0, -6, 11, FAULT),
           line("M-22 -22 a30 30 0 0 0 0 36 M22 -22 a30 30 0 0 1 0 36", RED, 6)),
        at(520, 250, rect(-11, 60, 22, 74, 4, "#8a6a4a"), dot(0, 20, 60, "#8fd3ae"), dot(-34, 46, 36, "#8fd3ae"),
           dot(36, 46, 36, "#8fd3ae")), warning(520, 268, 0.95),
    )  # fmt: skip


def _dish() -> tuple[str, ...]:
    return (
        shape("M-6 -44 C44 -40 44 40 -6 44 C14 20 14 -20 -6 -44 Z", GREY),
        line("M-6 -44 C44 -40 44 40 -6 44", INK, 6), line("M14 0 H42", INK, 6), dot(44, 0, 8, BLUE),
    )  # fmt: skip


def aerial_power() -> str:
    """Socket, injector with its lamp, cable to the aerial, cable to the router."""
    return picture(
        card(40, 150, 130, 130), dot(105, 215, 42, PALE, GREY, 5), dot(92, 215, 6, INK), dot(118, 215, 6, INK),
        line("M146 215 H248", INK, 10),
        rect(250, 150, 220, 130, 18, INK), lamp(360, 186, LIT, 13),
        rect(276, 224, 62, 44, 6, AMBER), rect(290, 236, 34, 24, 3, INK), words(307, 216, "POE", 18, WHITE, "middle"),
        rect(382, 224, 62, 44, 6, BLUE), rect(396, 236, 34, 24, 3, INK), words(413, 216, "LAN", 18, WHITE, "middle"),
        line("M307 272 V372 H560 V110 H632", AMBER, 10), line("M413 272 V330 H680", BLUE, 10),
        at(640, 106, *_dish(), s=1.15), router(580, 240, 0.9),
    )  # fmt: skip


def weather() -> str:
    """Rain, snow and thunder pass; the storm unplugs."""
    cloud = "M-60 30 a34 34 0 0 1 4 -66 a50 50 0 0 1 94 -8 a38 38 0 0 1 20 74 z"
    return picture(
        *(card(36 + 250 * n, 66, 228, 320) for n in range(3)),
        at(150, 186, shape(cloud, GREY), line("M-34 50 l-8 22 M0 50 l-8 22 M34 50 l-8 22", BLUE, 7)), stopwatch(150, 322, 0.6, "30"),
        at(400, 186, shape(cloud, SHADE), *(words(x, 80, "✻", 30, BLUE, "middle") for x in (-36, 0, 36))),
        at(392, 318, *_dish(), s=0.9), warning(446, 330, 0.8),
        at(650, 186, shape(cloud, DARK), line("M6 34 l-18 30 h22 l-14 30", AMBER, 8)),
        at(600, 336, rect(0, -20, 46, 36, 8, INK), line("M46 -10 h16 M46 8 h16", INK, 7)),
        rect(688, 306, 56, 56, 10, WHITE, GREY, 5), dot(708, 334, 5, INK), dot(724, 334, 5, INK),
        arrow(680, 376, -64, 0, RED, 6),
    )  # fmt: skip


def wall_to_wan() -> str:
    """The cable from the wall into WAN, the computer into LAN."""
    return picture(
        rect(0, 0, 90, 450, 0, PALE), rect(60, 150, 60, 90, 10, WHITE, GREY, 5), rect(76, 176, 28, 36, 4, INK),
        rect(250, 110, 330, 150, 22, INK), line("M290 110 V40 M540 110 V40", INK, 10),
        rect(280, 170, 60, 52, 8, BLUE), rect(294, 184, 32, 26, 3, INK), words(310, 156, "WAN", 20, WHITE, "middle"),
        *(rect(376 + 48 * n, 170, 40, 52, 6, AMBER) + rect(384 + 48 * n, 184, 24, 26, 3, INK) for n in range(4)),
        words(468, 156, "LAN", 20, WHITE, "middle"),
        plug(310, 214, 0.9), line("M104 196 H170 V330 H310 V264", BLUE, 11), tick(240, 330, 22),
        plug(396, 214, 0.9, "#c98512"), line("M396 264 V330 H590", AMBER, 11), laptop(580, 254, 0.85),
    )  # fmt: skip


def public_ip() -> str:
    """The internet sees the router's address; the port leads to one device."""
    return picture(
        globe(104, 210, 1.2), router(290, 130, 0.9), laptop(584, 70, 0.8), phone(620, 250, 0.8),
        arrow(176, 216, 92, 0, GREEN, 8), words(222, 196, "8080", 24, GREEN, "middle"),
        line("M498 216 C540 216 540 140 576 130 m-16 -6 l16 6 l-10 15", GREEN, 8),
        line("M498 230 C540 230 560 310 606 316", GREY, 6, "2 14"),
        rect(292, 300, 196, 50, 12, MINT), words(390, 333, "203.0.113.7", 24, GREEN, "middle"),
        rect(574, 194, 206, 40, 10, PALE), words(677, 221, "192.168.0.50", 22, INK, "middle"), line("M390 276 v16", GREEN, 6),
    )  # fmt: skip


def sticker() -> str:
    """The label underneath a router: address, name, key, MAC."""
    rows = (("http://", "192.168.0.1"), ("SSID", "Home-5A2C"), ("KEY", "48151623"), ("MAC", "A4:2B:8C:5A:2C:01"))
    return picture(
        rect(60, 60, 680, 330, 34, INK), *(rect(100 + 560 * (n % 2), 84 + 250 * (n // 2), 40, 30, 15, DARK) for n in range(4)),
        rect(170, 96, 460, 258, 14, WHITE),
        *(words(206, 154 + 56 * n, name, 22, BLUE) + words(312, 154 + 56 * n, value, 26, mono=True)
          for n, (name, value) in enumerate(rows)),
        *(line(f"M190 {172 + 56 * n} H610", PALE, 4) for n in range(3)),
    )  # fmt: skip


SCENES = {
    "shared/sticker": sticker,
    "speed-test/cable": speed_cable,
    "speed-test/result": speed_result,
    "drops/diary": drops_diary,
    "drops/compare": drops_compare,
    "ping-tracert/ping": ping_window,
    "ping-tracert/trace": trace_path,
    "no-address/address": address,
    "no-address/cable": address_cable,
    "wireless-access/roof": roof_aerial,
    "wireless-access/power": aerial_power,
    "wireless-access/weather": weather,
    "shared/wall-to-wan": wall_to_wan,
    "public-ip/ports": public_ip,
}
