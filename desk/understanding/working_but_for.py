"""Whether all works but a service that is not the internet: "всё работает кроме тв"."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import read

_SERVICE = (
    r"(?:тв|iptv|телевид\w+|телевизор\w*|телек\w*|телик\w*|(?:тв )?приставк\w*|каналы|"
    r"(?:городско\w+|домашн\w+|стационарн\w+) телефон\w*|"
    r"tv|telly|television|tv box|set[- ]top box|channels|landline|"
    r"home phone)"
)
_WORKS = (
    r"(?:\b(?:вс[её]|интернет|инет|сеть|вай ?фай|wi-?fi|internet|everything|all)\b[^.!?\n]{0,25}\b(?:работает|"
    r"заработал\w*|есть|появил\w+|в порядке|норм\w*|хорошо|ок|"
    r"works?|working|fine|good|ok|okay|back|up)\b)"
)
_BUT = r"(?:кроме|но|а|зато|только|не считая|вот только|except|but|apart from|other than|just|only)"
_PATTERN = re.compile(
    rf"{_WORKS}[^.!?\n]{{0,12}}\b{_BUT}\b[^.!?\n]{{0,25}}\b{_SERVICE}\b|"
    rf"\b{_SERVICE}\b[^.!?\n]{{0,40}}\b(?:не|нет|ошибк\w+|error|not?|won't|isn't|doesn't)\b[^.!?\n]{{0,40}}{_WORKS}"
)
_OF_A_DEVICE = re.compile(
    r"\b(?:устройств\w*|телефоне|смартфон\w*|ноут\w*|комп\w*|планшет\w*|devices?|phone|laptop|computer|tablet|ютуб\w*|"
    r"youtube|netflix)\b|"
    r"\b(?:на|к|в|с) (?:тв|телевизор\w*|телек\w*)|\b(?:on|to) (?:the |my )?(?:tv|telly|television)\b|\bsmart"
)


def works_but_for_other_service(text: str) -> bool:
    """Whether the internet works and television or the telephone does not; a TV as one of the devices is none."""
    reading = read(text)
    found = _PATTERN.search(reading.text)
    return found is not None and not _OF_A_DEVICE.search(reading.text)
