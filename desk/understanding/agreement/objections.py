"""What stands against closing: a denial, a reservation, a request for time. Likeness is enough: it closes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from desk.understanding.agreement.lexicon import ClassifiedPhrase, compiled, lexicon
from desk.understanding.reading.observations import Act, ObservedAct

_GOOD = """<works working worked loads appeared back came revived powered came_on switched_on mended solved closed
    gone there good stable did made close all worked_once ability can_now action service favour have consents
    restored settled given restart made_for_us they succeeded reached work arrived other closing_noun mood>"""
_LEAD = "<greet mood heard name you me please thanks good>*"
_PATTERNS: Mapping[str, str] = {
    "no": f"\\A {_LEAD} <yes>? <no zero> (?! <trouble troubles>)",
    "denied": f"""<not> (?: (?! <not thanks>) . ){{0,3}}? {_GOOD} | <not> .? <yes right agreed truth>
        | <not> <has> .? <service there>
        | <zero> <very good>? <service more works there did> | <service hardware action person> .? <zero> | <zero> \\Z
        | <not> <more now soon me all pronoun that>* \\Z | <needless> .? <close> | <close> .? <needless> | <against>""",
    "fails": "<fail down still>",
    "misbehaves": "<misbehaves>",
    "calm": "<not> .{0,2} <misbehaves>",
    "gone": "<gone lost>",
    "poor": "<poor>",
    "hedge": """<hedge> | <all> <exclusion reserve but> | \\A <exclusion>""",
    "reserve": "<reserve exclusion but>",
    "mixed": "<exclusion> | <yes> .+ <zero> \\Z",
    "waits": "<waiting>",
    "when": "\\A <time> \\Z",
    "yes": f"\\A {_LEAD} <yes agreed>",
    "good": """<works working worked back came revived powered came_on switched_on mended solved there stable restored
            settled>
        | <all hedge> <be me now>* <good> | <not> .{0,2} <misbehaves>""",
    "trouble_gone": "<trouble> .{0,3}? <gone lost> | <misbehave> | <troubles> .{0,2} <zero> | <zero> .? <troubles>",
}


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    codes = lexicon().codes
    return {name: compiled(pattern, codes) for name, pattern in _PATTERNS.items()}


def doubts(pieces: Sequence[ClassifiedPhrase], asked: bool) -> Iterator[ObservedAct]:
    """The acts of denying, reserving and waiting, each with the words that show it.

    A time alone ("вечером") asks for patience only where the desk ``asked`` whether all is well.
    """
    codes = "".join(piece.code for piece in pieces)
    seen = {name: found for name, pattern in _patterns().items() if (found := pattern.search(codes))}
    if waits := seen.get("waits") or (seen.get("when") if asked else None):
        yield _act(Act.WAIT, pieces, waits)
    if "trouble_gone" in seen:
        seen.pop("gone", None)
    if "calm" in seen:
        seen.pop("misbehaves", None)
    against = _first(seen, "no", "denied", "fails", "misbehaves", "gone")
    weak = _first(seen, "hedge", "poor", "reserve")
    left = _patterns()["denied"].sub(",", codes)
    agrees = _patterns()["good"].search(left) is not None or ("yes" in seen and weak is not None)
    if against and not agrees and "mixed" not in seen:
        yield _act(Act.DENY, pieces, against)
    elif "hedge" in seen or (agrees and (weak or against)) or ("mixed" in seen and against):
        yield _act(Act.RESERVED, pieces, weak or against or seen["hedge"])
    elif "poor" in seen:
        yield _act(Act.DENY, pieces, seen["poor"])


def _first(seen: Mapping[str, re.Match[str]], *names: str) -> re.Match[str] | None:
    return next((seen[name] for name in names if name in seen), None)


def _act(act: Act, pieces: Sequence[ClassifiedPhrase], found: re.Match[str]) -> ObservedAct:
    return ObservedAct(act, pieces[found.start()].start, pieces[max(found.start(), found.end() - 1)].end)
