"""Pictures of typical settings windows that show where to click, in each language."""

from __future__ import annotations

from tools.pictures.shapes import (
    AMBER,
    BLUE,
    DARK,
    GREEN,
    GREY,
    INK,
    MINT,
    PALE,
    SKY,
    WHITE,
    arrow,
    at,
    badge,
    bars,
    button,
    card,
    cursor,
    dot,
    dropdown,
    field,
    gauge,
    line,
    lock,
    picture,
    rect,
    shield,
    spot,
    tick,
    toggle,
    wifi,
    window,
    words,
)  # fmt: skip

LABEL = 19


def _said(language: str, ru: str, en: str) -> str:
    return ru if language == "ru" else en


def _menu(x: float, y: float, h: float, entries: tuple[str, ...], chosen: int, w: float = 200, size: float = 18) -> str:
    """The left-hand column of a window, one entry chosen."""
    rows = (
        (rect(x + 8, y + 14 + 50 * n, w - 16, 40, 8, SKY) if n == chosen else "")
        + words(x + 22, y + 40 + 50 * n, entry, size, BLUE if n == chosen else DARK, bold=n == chosen)
        for n, entry in enumerate(entries)
    )
    return rect(x, y, w, h, 0, "#f3f6fb") + "\n".join(rows)


def wan(language: str) -> str:
    """A router's page of the connection: type, login, password, save."""
    label = [_said(language, *pair) for pair in (
        ("Тип подключения", "Connection type"), ("Логин", "Login"), ("Пароль", "Password"), ("Сохранить", "Save"))]  # fmt: skip
    return picture(
        window(50, 34, 700, 380, "192.168.0.1"),
        _menu(50, 78, 320, ("WAN", "Wi-Fi", "LAN", _said(language, "Система", "System")), 0),
        words(268, 124, label[0], LABEL), dropdown(480, 98, 236, "PPPoE"),
        words(268, 194, label[1], LABEL), field(480, 168, 236, "sn401187"),
        words(268, 264, label[2], LABEL), field(480, 238, 236, "••••••••"),
        button(480, 326, 236, label[3], h=50, size=21), cursor(694, 366),
        spot(244, 92), spot(716, 98), spot(716, 168), spot(480, 326),
    )  # fmt: skip


def wifi_name(language: str) -> str:
    """A router's page of Wi-Fi: name, protection, password, save."""
    label = [_said(language, *pair) for pair in (
        ("Имя сети (SSID)", "Name (SSID)"), ("Защита", "Security"), ("Пароль", "Password"), ("Сохранить", "Save"))]  # fmt: skip
    return picture(
        window(50, 34, 700, 380, "192.168.0.1"),
        _menu(50, 78, 320, ("WAN", "Wi-Fi", "LAN", _said(language, "Система", "System")), 1),
        words(290, 124, label[0], LABEL), field(480, 98, 236, "Home"),
        words(290, 194, label[1], LABEL), dropdown(480, 168, 236, "WPA2 / WPA3", GREY),
        words(290, 264, label[2], LABEL), field(480, 238, 236, "t3nAuGood", BLUE),
        button(480, 326, 236, label[3], h=50, size=21), cursor(694, 366),
        spot(244, 142), spot(716, 98), spot(716, 238), spot(480, 326),
        wifi(340, 372, 0.8),
    )  # fmt: skip


def clone(language: str) -> str:
    """A router's page where the old router's MAC is written, or taken from the computer."""
    label = [_said(language, *pair) for pair in (
        ("MAC-адрес", "MAC address"), ("Клонировать MAC", "Clone MAC"), ("Сохранить", "Save"))]  # fmt: skip
    return picture(
        window(50, 34, 700, 380, "192.168.0.1"),
        _menu(50, 78, 320, ("WAN", "Wi-Fi", "LAN", _said(language, "Система", "System")), 0),
        words(290, 126, label[0], 21), field(290, 146, 426, "A4:2B:8C:5A:2C:01", BLUE, 24, 54),
        button(290, 226, 260, label[1], GREEN, 50, 20), bars(290, 302, 160, 3), button(520, 326, 196, label[2], h=50, size=21),
        cursor(694, 368), spot(244, 92), spot(716, 146), badge(550, 226, "?", AMBER), spot(520, 326),
    )  # fmt: skip


def thunderbird(language: str) -> str:
    """The settings of an account: the menu, the server's page, the fields."""
    label = [_said(language, *pair) for pair in (
        ("Параметры учётной записи", "Account Settings"), ("Сервер", "Server"), ("Порт", "Port"),
        ("Защита", "Security"), ("Имя", "User Name"))]  # fmt: skip
    entries = tuple(_said(language, *pair) for pair in (
        ("anna@…", "anna@…"), ("Параметры сервера", "Server Settings"), ("Копии и папки", "Copies & Folders"), ("SMTP", "SMTP")))  # fmt: skip
    return picture(
        window(30, 34, 740, 380, label[0]), line("M712 50 h30 M712 58 h30 M712 66 h30", WHITE, 4),
        _menu(30, 78, 320, entries, 1, 226, 16),
        words(280, 132, label[1], LABEL), field(420, 106, 316, "imap.…", BLUE),
        words(280, 196, label[2], LABEL), field(420, 170, 110, "993", BLUE),
        words(280, 260, label[3], LABEL), dropdown(420, 234, 316, "SSL/TLS", BLUE), words(280, 324, label[4], LABEL),
        field(420, 298, 316, "anna@…"), spot(700, 36), spot(254, 146), spot(738, 106),
        spot(738, 234), spot(738, 298),
    )  # fmt: skip


def thunderbird_smtp(language: str) -> str:
    """The outgoing server: the list's last entry, edit, the fields."""
    edit = _said(language, "Изменить…", "Edit…")
    label = [_said(language, *pair) for pair in (
        ("Сервер", "Server"), ("Порт", "Port"), ("Защита", "Security"), ("Имя", "User Name"))]  # fmt: skip
    return picture(
        card(30, 60, 260, 330), words(160, 108, _said(language, "Исходящая почта", "Outgoing mail"), 21, INK, "middle"),
        rect(54, 132, 212, 52, 10, SKY), words(74, 166, "smtp.…", 22, BLUE), button(54, 220, 212, edit, h=50), cursor(240, 262),
        arrow(304, 232, 40, 0, BLUE, 8), window(364, 60, 406, 330, "SMTP"),
        *(words(388, 150 + 62 * n, one, LABEL) for n, one in enumerate(label)),
        field(520, 124, 226, "smtp.…", BLUE), field(520, 186, 110, "465", BLUE), dropdown(520, 248, 226, "SSL/TLS", BLUE),
        field(520, 310, 226, "anna@…"), spot(54, 132), spot(54, 220), spot(744, 124),
    )  # fmt: skip


def windows_ip(language: str) -> str:
    """The page of a connection in the settings: how the address and the DNS are given, each with its button."""
    entries = tuple(_said(language, *pair) for pair in (
        ("Система", "System"), ("Сеть и Интернет", "Network & internet"), ("Приложения", "Apps"), ("Время", "Time")))  # fmt: skip
    label = [_said(language, *pair) for pair in (
        ("Назначение IP", "IP assignment"), ("Автоматически (DHCP)", "Automatic (DHCP)"),
        ("Назначение DNS-сервера", "DNS server assignment"), ("Автоматически (DHCP)", "Automatic (DHCP)"))]  # fmt: skip
    edit = _said(language, "Изменить", "Edit")
    return picture(
        window(30, 34, 740, 380, _said(language, "Параметры", "Settings")), _menu(30, 78, 320, entries, 1, 234, 17),
        *(
            rect(286, 106 + 104 * n, 462, 84, 14, PALE) + words(306, 140 + 104 * n, label[2 * n], 19)
            + words(306, 170 + 104 * n, label[2 * n + 1], 18, DARK, bold=False) + button(614, 126 + 104 * n, 120, edit, h=44, size=17)
            for n in range(2)
        ),
        bars(286, 330, 300, 2), spot(262, 146), spot(748, 108), spot(748, 212),
    )  # fmt: skip


def phone_ip(language: str) -> str:
    """Two telephones with the page of a Wi-Fi network: where it says "automatic"."""
    ip, auto = _said(language, "Настройка IP", "Configure IP"), _said(language, "Автоматически", "Automatic")
    settings = _said(language, "Настройки IP", "IP settings")

    def screen(name: str, row: str, value: str) -> tuple[str, ...]:
        return (
            rect(0, 0, 240, 330, 10, WHITE), words(120, 40, name, 22, INK, "middle"), line("M14 60 H226", PALE, 3),
            wifi(40, 104, 0.5), words(80, 104, "Home", 22), line("M14 130 H226", PALE, 3),
            rect(10, 146, 220, 82, 10, SKY), words(24, 178, row, 19), words(24, 208, value, 20, BLUE), bars(16, 258, 200, 2),
        )  # fmt: skip

    return picture(
        *(rect(x, 22, 272, 404, 34, INK) + dot(x + 136, 406, 8, GREY) for x in (90, 438)),
        at(106, 50, *screen("iPhone", ip, auto)), at(454, 50, *screen("Android", settings, "DHCP")),
        cursor(316, 266, 1.1), cursor(664, 266, 1.1), tick(362, 60, 24), tick(710, 60, 24),
    )  # fmt: skip


def ports(language: str) -> str:
    """A router's page of port forwarding: outer port, address, inner port, protocol."""
    label = [_said(language, *pair) for pair in (
        ("Внешний порт", "External port"), ("Адрес устройства", "Device address"), ("Внутренний порт", "Internal port"),
        ("Протокол", "Protocol"))]  # fmt: skip
    title = _said(language, "Проброс портов", "Port forwarding")
    values = ("8080", "192.168.0.50", "8080")
    return picture(
        window(80, 34, 640, 386, title),
        *(words(120, 124 + 62 * n, one, 20) for n, one in enumerate(label)),
        *(field(400, 98 + 62 * n, 280, one, BLUE) for n, one in enumerate(values)), dropdown(400, 284, 280, "TCP"),
        button(500, 350, 180, _said(language, "Сохранить", "Save"), h=48, size=20), cursor(662, 388),
        *(spot(92, 118 + 62 * n) for n in range(4)), spot(488, 374),
    )  # fmt: skip


def scan(language: str) -> str:
    """Protection from viruses: look through everything now."""
    entries = tuple(_said(language, *pair) for pair in (
        ("Главная", "Home"), ("Защита от вирусов", "Virus protection"), ("Сеть", "Network")))  # fmt: skip
    return picture(
        window(50, 40, 700, 370, _said(language, "Безопасность Windows", "Windows Security")), _menu(50, 84, 310, entries, 1, 230, 17),
        shield(400, 196, 1.15), words(480, 176, _said(language, "Угроз нет", "No threats"), 26, GREEN),
        words(480, 210, _said(language, "Проверка: сегодня", "Last scan: today"), 18, DARK, bold=False),
        button(330, 306, 320, _said(language, "Полное сканирование", "Full scan"), h=56, size=21), cursor(630, 354),
        spot(274, 150), spot(330, 306),
    )  # fmt: skip


def new_password(language: str) -> str:
    """A mailbox's page of safety: a new password, out everywhere, a second step."""
    label = [_said(language, *pair) for pair in (
        ("Новый пароль", "New password"), ("Выйти на всех устройствах", "Sign out everywhere"),
        ("Вход по коду", "Two-step sign-in"))]  # fmt: skip
    return picture(
        window(110, 40, 580, 370, _said(language, "Безопасность почты", "Mailbox security")),
        lock(180, 138, 1.1), words(230, 126, label[0], 20), field(230, 140, 300, "••••••••••••", BLUE), tick(574, 161, 20),
        line("M140 206 H660", PALE, 4), line("M166 256 h34 m-12 -12 l12 12 l-12 12 M176 232 h-20 v48 h20", BLUE, 6),
        words(230, 263, label[1], 20), toggle(592, 239), line("M140 306 H660", PALE, 4),
        rect(164, 328, 32, 52, 7, INK), rect(169, 335, 22, 34, 2, MINT), words(230, 362, label[2], 20), toggle(592, 338),
        spot(110, 138), spot(110, 256), spot(110, 354),
    )  # fmt: skip


def cabinet_plan(language: str) -> str:
    """The account's page of plans: choose, see from when, confirm."""
    entries = tuple(_said(language, *pair) for pair in (
        ("Счёт", "Balance"), ("Тариф", "Plan"), ("Услуги", "Services"), ("История", "History")))  # fmt: skip
    month = _said(language, "с 1-го числа", "from the 1st")
    return picture(
        window(40, 34, 720, 380, _said(language, "Личный кабинет", "My account")), _menu(40, 78, 320, entries, 1, 180),
        rect(250, 102, 228, 196, 16, WHITE, GREY, 3), rect(504, 102, 228, 196, 16, SKY, BLUE, 4),
        gauge(364, 196, 0.66, 0.4, AMBER), gauge(618, 196, 0.66, 0.9), words(364, 258, "100", 34, INK, "middle"),
        words(618, 258, "500", 34, INK, "middle"), words(618, 286, month, 17, DARK, "middle", bold=False),
        button(504, 330, 228, _said(language, "Сменить тариф", "Change plan"), h=52, size=20), cursor(714, 374),
        spot(212, 142), spot(732, 104), spot(504, 330),
    )  # fmt: skip


SCENES = {
    "shared/wan-window": wan, "shared/windows-ip": windows_ip, "wifi-password/window": wifi_name, "new-router/clone": clone,
    "thunderbird-settings/server": thunderbird, "thunderbird-settings/outgoing": thunderbird_smtp,
    "ip-settings/phones": phone_ip, "public-ip/window": ports, "malware/scan": scan, "spam-from-you/password": new_password,
    "plan-change/cabinet": cabinet_plan,
}  # fmt: skip
