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
        "now": "Сейчас",
        "today": "Сегодня",
        "today_morning": "Сегодня утром",
        "yesterday": "Вчера",
        "days_ago": "Несколько дней назад",
        "week_ago": "Неделю назад",
        "skipped": SKIPPED,
        "tried": "пробовали, не помогло",
        "as on file": "как в договоре",
        "nothing": "ничего не менялось",
        "a number": "Число",
        "from": "от",
        "to": "до",
        "photo": "Фото:",
        "evidence": "Проверка:",
    },
    "en": {
        "yes": "Yes",
        "no": "No",
        "unknown": "I don't know",
        "on_file": "Yes, that's right",
        "now": "Just now",
        "today": "Today",
        "today_morning": "This morning",
        "yesterday": "Yesterday",
        "days_ago": "A few days ago",
        "week_ago": "A week ago",
        "skipped": SKIPPED,
        "tried": "tried, didn't help",
        "as on file": "as on file",
        "nothing": "nothing changed",
        "a number": "A number",
        "from": "from",
        "to": "to",
        "photo": "Photo:",
        "evidence": "Test:",
    },
}
"""By language."""
