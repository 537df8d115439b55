"""The engine's own words: buttons of its questions, and how an answer reads that has none of its own."""

from __future__ import annotations

UNKNOWN = "unknown"
"""What stands in a field of the case that nobody could fill (B9)."""

SKIPPED = "\u2014"
"""How an answer reads that was left out."""

LABELS = {
    "ru": {
        "yes": "Да",
        "no": "Нет",
        "unknown": "Не знаю",
        "on_file": "Да, верно",
        "now": "Только что",
        "today_morning": "Сегодня с утра",
        "yesterday": "Вчера",
        "days_ago": "Несколько дней",
        "week_ago": "Неделю назад",
        "skipped": SKIPPED,
        "shown how": "показали, как: не помогло",
        "service.address": "адрес из договора",
        "as on file": "как в договоре",
        "a number": "Число",
        "from": "от",
        "to": "до",
        "maybe": "(если подходит) ",
        "photo": "Фото:",
        "evidence": "Проверка:",
    },
    "en": {
        "yes": "Yes",
        "no": "No",
        "unknown": "I don't know",
        "on_file": "Yes, that's right",
        "now": "Just now",
        "today_morning": "Since this morning",
        "yesterday": "Yesterday",
        "days_ago": "For some days",
        "week_ago": "A week ago",
        "skipped": SKIPPED,
        "shown how": "shown how: it did not help",
        "service.address": "the address on file",
        "as on file": "as on file",
        "a number": "A number",
        "from": "from",
        "to": "to",
        "maybe": "(if it applies) ",
        "photo": "Photo:",
        "evidence": "Test:",
    },
}
"""By language."""
