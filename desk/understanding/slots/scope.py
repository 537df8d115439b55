"""On what it fails: on all devices, on one, by Wi-Fi or cable only, on one site only."""

from __future__ import annotations

import re

from desk.language.normalize import word_set
from desk.understanding.reading.normalized_message import Clause, Reading
from desk.understanding.reading.observations import SAYS_LESS, ObservedValue
from desk.understanding.slots.sites import PLACE_IN_NET
from desk.understanding.slots.works_or_not import TROUBLE, WORKS, word_count, works

_Found = tuple[str, int, int]

_DEVICE = re.compile(
    r"\b(?:(?P<phone>телефон\w*|смартфон\w*|айфон\w*|андроид\w*|мобил(?:а|е|ка|ке|ьник\w*)|phones?|iphones?|"
    r"androids?|smartphones?|mobiles?)|"
    r"(?P<laptop>ноут\w*|лэптоп\w*|макбук\w*|laptops?|macbooks?|notebooks?)|"
    r"(?P<pc>комп\w{0,3}|компьютер\w*|пк|системник\w*|pcs?|computers?|desktops?)|(?P<tablet>планшет\w*|айпад\w*|tablets?|"
    r"ipads?)|"
    r"(?P<tv>телевизор\w*|телек\w*|телик\w*|тв|tvs?|tell(?:y|ies)|televisions?)|(?P<box>приставк\w+|плойк\w+|xbox|ps[345]|"
    r"playstation|consoles?)|"
    r"(?P<other>принтер\w*|камер[аеу]|колонк[аеу]|printers?|cameras?))\b"
)
_WIFI = re.compile(r"\b(?:вай\s?-?\s?фа\w*|wi-?\s?fi|вафл\w+|вифи|беспровод\w+|по воздуху|wireless)\b")
_BEFORE_WIFI = re.compile(r"\b(?:(?:только|лишь|по|через|на|only|just|over|by|on|via|the) ){1,3}$")
_WIRE = re.compile(r"\b(?:кабел\w+|провод(?:у|ом|а|ам)?|шнур\w*|витух\w+|патчкорд\w*|ethernet|lan|cable|wired|wire)\b")
_ALL = re.compile(
    r"\b(?P<sure>везде|нигде|(?:на|со|с) всех(?: (?:моих |наших |домашних )?(?:устройств\w*|девайс\w*|"
    r"телефон\w*|гаджет\w*|комп\w*|приборах))?|"
    r"вс[её]х? (?:устройств\w*|девайс\w*|гаджет\w*)|всех устройствах|ни (?:на|у) (?:одном|одной|чем|чом|ком|"
    r"кого)(?: (?:из )?(?:устройств\w*|девайс\w*|гаджет\w*))?|"
    r"ни од(?:но|ного|ин|на) (?:телефон\w*|ноут\w*|комп\w*|устройств\w*|девайс\w*)|на всем|всё сразу|все сразу|"
    r"everywhere|anywhere|all (?:of "
    r")?(?:my |our |the |)(?:devices|gadgets|computers|phones)|"
    r"all of them|every (?:single )?device|every (?:single )?one of (?:my|our|the) \w+|any (?:of (?:my|our|"
    r"the) )?devices?|none of (?:my|our|the) (?:devices|"
    r"gadgets|stuff|things|kit)|no devices? (?:can|is|are|has|have|work|connect)\w*|"
    r"nothing (?:in (?:the|my|our) (?:house|flat|home|place)|at home|here|in here) (?:loads|is loading)|"
    r"nothing (?:(?:in (?:the|my|our) (?:house|flat|home|place)|at home|here|in here) )?(?:connects|works|"
    r"is (?:online|connecting|working))|not a (?:single )?thing (?:connects|works|loads)|"
    r"every ?thing is (?:down|offline|dead|out))\b"
    r"|\b(?P<asked>полностью|вообще (?:нет|не|ничего|вс[её])|вс[её] (?:лежит|не работает|упало|отвалилось|"
    r"пропало|отключилось|сразу)|каждом|every single (?:one|thing)|nothing (?:online|loads|is loading)|"
    r"the whole family|each one|(?:on|across) (?:absolutely |literally )?everything(?! (?:but|except|else|apart))|"
    r"every ?thing ?(?:'?s|is) affected|"
    r"(?:весь|вс[яюей]{1,2}) (?:дом|квартир\w+)|вся "
    r"семья|всей семьи|у всех|по всему дому|"
    r"совсем (?:нет|не)|целиком|оба|обоих|both|all(?! (?:right|good|fine|set|ok|well|day|night|the time|i))|the "
    r"whole (?:house|flat|place))\b"
)
_AROUND_ALL = word_set("ну да это вот абсолютно вообще просто и а у нас меня дома устройствах on in my our it is")
_ONLY = re.compile(r"\b(?:только|лишь|один|одна|одном|одной|одного|одному|единственн\w+|only|just|one|a single)\b")
_REST = re.compile(
    r"\b(?:остальн\w+|други[ехм]\w*|другом|прочее|все прочее|rest|others?|everything else|anything else|elsewhere)\b"
)
_ONE = re.compile(
    r"\b(?:на )?(?:одном|одно|одной)(?: (?:из )?(?:устройств\w*|девайс\w*|гаджет\w*))?\b(?! (?:сайт|месте|"
    r"комнат))|\b(?:just )?one device(?: only)?\b|\bа single device\b"
)
_NAMED_ALL = re.compile(
    r"\s*(?:(?:yes|yep|yeah|yup|yh)[\s,]+)?(?P<all>everything|every one|all of them)\s*(?=[.,;!]|$)"
)
"""An answer that begins a message: "everything. started on saturday"."""
_TALK = re.compile(
    r"\b(?:typos?|typing|writing|texting|опечат\w+|печатаю|"
    r"пишу|звон\w+|позвон\w+|перезвон\w+|наберите|напиш\w+|номер|захожу|сижу с|раздаю|раздач\w+|смс|купи\w*|"
    r"куплю|парол\w+|"
    r"подключить|настроить|как|какой|can i|how|number|call|text me|buy|password|хочу|want|price|стоит|провести|"
    r"менял\w*|поменял\w*|"
    r"перезагр\w+|показыва\w+|двигал\w*|перегрыз\w*|задел\w*)\b"
)
_SEVERAL = re.compile(
    r"\b(?:оба|обе|обоих|обеих|дв[ае]|двух|три|трех|все|всех|both|two|three|all)\s+(?:(?:my|our|the|мои|наши)\s+)?$"
)
"""What stands before several devices of one kind: "оба телефона"."""
_NOT_BEFORE = re.compile(r"\b(?:не|not)\s+(?:только\s+)?$")


def scope(reading: Reading, asked: bool) -> ObservedValue | None:
    """What the words say of where it fails."""
    found = next(
        (found for finder in (_site, _by_wifi_or_wire, _devices, _all) if (found := finder(reading, asked))), None
    )
    if found is None:
        return None
    value, start, end = found
    if value in ("one", "wifi", "wired") and (everywhere := _surely_all(reading, start, end)):
        if value != "one" or _ONLY.search(reading.text):
            return None  # "on all, and by Wi-Fi only": nobody can tell
        value, start, end = "all", *everywhere.span()
    if value == "wifi" and not _WIRE.search(reading.text):
        before = _BEFORE_WIFI.search(reading.text[:start])
        return reading.value("scope", value, before.start() if before else start, end, {SAYS_LESS: True})
    less = {SAYS_LESS: True} if _says_less(reading, start, end, value) else {}
    return reading.value("scope", value, start, end, less)


def _says_less(reading: Reading, start: int, end: int, value: str) -> bool:
    """Whether devices are named, and nothing is said of the others: "телефон и планшет", "ноутбук"."""
    if not _DEVICE.search(reading.text, start, end) or any(one["sure"] for one in reading.matches(_ALL)):
        return False
    if value == "all":
        return True
    contrast = _ONLY.search(reading.text) or _REST.search(reading.text) or works(reading.text[:start]) is True
    return value == "one" and not (contrast or works(reading.text[end:]) is True)


def _surely_all(reading: Reading, start: int, end: int) -> re.Match[str] | None:
    """Where all devices are named besides what stands there."""
    matches = (one for one in reading.matches(_ALL) if one["sure"] and not start <= one.start() < end)
    return next((one for one in matches if not _is_negated(reading, one.start())), None)


def _is_negated(reading: Reading, place: int) -> bool:
    return bool(_NOT_BEFORE.search(reading.text[max(0, place - 12) : place]))


def _all(reading: Reading, asked: bool) -> _Found | None:
    if asked and re.fullmatch(
        r"\s*(?:(?:да|ага|угу|yes|yep|yeah|yup|yh)[\s,]+)?"
        r"(?:все|всё|на всех|all|everything|every one|all of them)[\s.!,]*",
        reading.text,
    ):
        return "all", 0, len(reading.text)
    if asked and (named := _NAMED_ALL.match(reading.text)):
        return "all", *named.span("all")
    for found in reading.matches(_ALL):
        clause = reading.clause_at(found.start())
        if _is_negated(reading, found.start()) or _is_well(reading, clause, found):
            continue
        if found["asked"]:
            if asked and word_count(clause.text) <= 7 and not _ends_well(reading):
                return "all", *found.span()
        elif (
            asked
            or _is_about_trouble(reading, clause)
            or re.match(r"нигде|ни |none|no |nothing|every ?thing", found.group())
        ):
            return "all", *found.span()
    return None


def _is_well(reading: Reading, clause: Clause, found: re.Match[str]) -> bool:
    """Whether it is said that it works everywhere."""
    said = reading.text[found.start() : clause.end]
    return works(said) is True and not re.match(r"нигде|ни |none|no |nothing", found.group())


def _ends_well(reading: Reading) -> bool:
    return bool(
        re.search(r"\bзаработал|(?<!не )\bработает\b|\bworks?\b|\bworking\b|\bgood\b|\bfine\b", reading.text)
    ) and not (TROUBLE.search(reading.text))


def _is_about_trouble(reading: Reading, clause: Clause) -> bool:
    if TROUBLE.search(clause.text):
        return True
    rest = [word for word in re.findall(r"[^\W\d_]+", _ALL.sub(" ", clause.text)) if word not in _AROUND_ALL]
    return not rest and not clause.asks


def _by_wifi_or_wire(reading: Reading, asked: bool) -> _Found | None:
    wifi, wire = _mention(reading, _WIFI), _mention(reading, _WIRE)
    both = [place for place in (wifi, wire) if place]
    if not both:
        return None
    start, end = min(place[1] for place in both), max(place[2] for place in both)
    wifi_works, wire_works = wifi and wifi[0], wire and wire[0]
    if wifi and wire:
        if wifi_works is wire_works:
            return ("all", start, end) if wifi_works is False else None
        is_wifi = wifi_works is False or (wifi_works is None and wire_works is True)
        return ("wifi" if is_wifi else "wired"), start, end
    state = wifi_works if wifi else wire_works
    clause = reading.clause_at(start)
    if not asked and (state is True or not _ONLY.search(clause.text) or not TROUBLE.search(reading.text)):
        return None
    if clause.asks or _TALK.search(clause.text) or (asked and word_count(clause.text) > 9):
        return None
    fails = state is not True
    return ("wifi" if (wifi is not None) is fails else "wired"), start, end


def _mention(reading: Reading, pattern: re.Pattern[str]) -> tuple[bool | None, int, int] | None:
    """The first mention of a thing about which something is said, or the first at all: whether it works, and where."""
    first: tuple[bool | None, int, int] | None = None
    for found in reading.matches(pattern):
        clause = reading.clause_at(found.start())
        if _TALK.search(clause.text):
            continue
        state = _state_of(reading, clause, found)
        if state is not None:
            return state, *found.span()
        first = first or (None, *found.span())
    return first


def _state_of(reading: Reading, clause: Clause, found: re.Match[str]) -> bool | None:
    """Whether that thing works: what follows it in its clause says it, else what goes before."""
    other = _next_thing(reading, found.end(), clause.end)
    after = works(reading.text[found.end() : other])
    if after is not None:
        return after
    head = reading.text[clause.start : found.start()]
    cut = max((thing.end() for pattern in (_WIFI, _WIRE) for thing in pattern.finditer(head)), default=0)
    return works(head[cut:])


def _next_thing(reading: Reading, start: int, end: int) -> int:
    places = [found.start() for pattern in (_WIFI, _WIRE) if (found := pattern.search(reading.text, start, end))]
    return min(places, default=end)


def _devices(reading: Reading, asked: bool) -> _Found | None:
    found = list(reading.matches(_DEVICE))
    spoken = [one for one in found if not _TALK.search(reading.clause_at(one.start()).text)]
    if not spoken:
        return _one_of_no_name(reading, asked)
    states = {one: _device_state(reading, one) for one in spoken}
    bad = [one for one in spoken if states[one] is not True]
    if not bad:
        return None
    kinds = {one.lastgroup for one in bad}
    start, end = bad[0].start(), bad[-1].end()
    has_good = any(state is True for state in states.values()) or _others_work(reading)
    if len(kinds) > 1:
        return ("all", start, end) if _is_several(reading, start, end, asked) and not has_good else None
    if _excepts(reading, bad[0]) or reading.clause_at(start).asks:
        return None
    is_contrast = has_good and any(states[one] is False for one in bad)
    is_only = any(_is_marked_only(reading, one) for one in bad)
    is_answer = asked and word_count(reading.text) <= 8 and not re.search(r"ах$|ы$|[a-z]{2}s$", bad[0].group())
    if several := _SEVERAL.search(reading.text, max(0, start - 20), start):
        return ("all", several.start(), end) if is_answer and not (is_contrast or is_only or has_good) else None
    is_over = asked and _ends_well(reading) and not has_good
    return ("one", start, end) if (is_contrast or is_only or is_answer) and not is_over else None


def _one_of_no_name(reading: Reading, asked: bool) -> _Found | None:
    found = _ONE.search(reading.text)
    ok = found and (
        asked
        or (
            TROUBLE.search(reading.text) and "устройств" in found.group() + reading.text[found.end() : found.end() + 12]
        )
    )
    if (
        found
        and ok
        and not re.search(r"\bни\s*$", reading.text[: found.start()])
        and "ни на" not in reading.text[: found.start()][-6:]
    ):
        return "one", *found.span()
    return None


def _device_state(reading: Reading, found: re.Match[str]) -> bool | None:
    """Whether that device works: what its clause says behind it, up to the next device, or else before it."""
    clause = reading.clause_at(found.start())
    following = _DEVICE.search(reading.text, found.end(), clause.end)
    after = works(reading.text[found.end() : following.start() if following else clause.end])
    if after is not None:
        return after
    head = reading.text[clause.start : found.start()]
    cut = max((one.end() for one in _DEVICE.finditer(head)), default=0)
    return works(head[cut:])


def _is_marked_only(reading: Reading, found: re.Match[str]) -> bool:
    """Whether "only" stands at the device, or "one": "только на телефоне", "телевизор один"."""
    clause = reading.clause_at(found.start())
    near = reading.text[max(clause.start, found.start() - 22) : min(clause.end, found.end() + 9)]
    return bool(_ONLY.search(near)) and not re.search(r"\bне только\b|\bnot (?:only|just)\b|\bни (?:на )?одно", near)


def _others_work(reading: Reading) -> bool:
    """Whether the rest is said to work: "остальное работает", "у меня всё ок"."""
    for clause in reading.clauses:
        is_rest = _REST.search(clause.text) or re.search(r"\bу (?:меня|мужа|жены|всех)\b", clause.text)
        if is_rest and not _DEVICE.search(clause.text) and works(clause.text) is True:
            return True
    return False


def _is_several(reading: Reading, start: int, end: int, asked: bool) -> bool:
    clause = reading.clause_at(start)
    joined = re.search(r"\b(?:и|ни|both|neither|and|nor|также|тоже)\b", reading.text[max(0, start - 14) : end])
    if asked and len({one.lastgroup for one in _DEVICE.finditer(reading.text, start, end)}) > 2:
        return True
    return bool(joined) and (asked or bool(TROUBLE.search(reading.text[clause.start : reading.clause_at(end - 1).end])))


def _excepts(reading: Reading, found: re.Match[str]) -> bool:
    return bool(
        re.search(
            r"\b(?:кроме|except|everything but|all but|apart from)\s+(?:на\s+|the\s+|my\s+)?$",
            reading.text[: found.start()][-20:],
        )
    )


def _site(reading: Reading, asked: bool) -> _Found | None:
    for found in reading.matches(PLACE_IN_NET):
        clause = reading.clause_at(found.start())
        state = works(reading.text[found.end() : clause.end])
        state = works(clause.text) if state is None else state
        if clause.asks or _TALK.search(clause.text) or state is True:
            continue
        is_only = bool(_ONLY.search(reading.text[max(clause.start, found.start() - 30) : found.end() + 8]))
        is_short = asked and word_count(reading.text) <= 8 and not _WIFI.search(reading.text)
        if is_short or (state is False and _rest_works(reading)) or (is_only and (state is False or asked)):
            return "site", *found.span()
    return None


def _rest_works(reading: Reading) -> bool:
    rest = next((one for one in reading.clauses if _REST.search(one.text)), None)
    if rest:
        said = rest.text[_REST.search(rest.text).start() :]  # type: ignore[union-attr]
        return bool(WORKS.search(said)) and works(said) is True
    return bool(re.search(r"\bинтернет (?:есть|работает)\b|\binternet works\b|\bвсе работает\b", reading.text))
