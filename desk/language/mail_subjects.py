"""Subjects of letters without what programs put before them."""

from __future__ import annotations

import re

_MARKS = re.compile(r"^\s{0,9}(?:(?:re|aw|fwd?|отв|пер|ответ)\s?:|\[[a-z0-9]{1,20}-\d{4}-\d{6,9}-\d\])", re.IGNORECASE)


def bare_subject(subject: str) -> str:
    """A subject without the marks of answers, and without a case number in brackets, which may be another's."""
    for _ in range(10):
        shorter = _MARKS.sub("", subject, count=1)
        if shorter == subject:
            break
        subject = shorter
    return subject.strip()
