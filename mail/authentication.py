"""Whether the border server vouches for a letter's From (RFC 8601), read with a distrustful eye.

Only `Authentication-Results` under exactly the configured authserv-id are looked at, and of those only the topmost
group: the ones no `Received` stands between. This assumes what RFC 8601, section 5, demands: that the border removes
headers bearing its own name from what strangers send. Only a pass *aligned* with the From domain counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.messages import Proof
from mail.mime import Headers


@dataclass(frozen=True, slots=True)
class Result:
    """One method's verdict: "dkim", "pass", and properties such as "header.d" in lower case."""

    method: str
    verdict: str
    properties: dict[str, str]


def proof(headers: Headers, senders: list[str], authserv_id: str) -> Proof:
    """How sure the From is. ``senders`` are all addresses of all From fields: more than one proves nothing."""
    if not authserv_id:
        return Proof.CLAIMED
    if len(senders) != 1 or len(headers.all("from")) != 1:
        return Proof.DOUBTED
    domain = senders[0].rpartition("@")[2].lower()
    found = _uppermost([results(value) for value in _topmost(headers, authserv_id)])
    if any(result.method == "dmarc" and result.verdict == "fail" for result in found):
        return Proof.DOUBTED
    return Proof.SURE if any(_vouches(result, domain) for result in found) else Proof.DOUBTED


def results(value: str) -> list[Result]:
    """The methods of one header's value, the authserv-id and comments left out."""
    found = []
    for piece in _without_comments(value).split(";")[1:50]:
        words = piece.split()
        method, equals, verdict = words[0].partition("=") if words else ("", "", "")
        if not equals:
            continue
        pairs = (word.partition("=") for word in words[1:] if "=" in word)
        properties = {key.lower(): content.strip('"').lower() for key, _, content in pairs}
        found.append(Result(method.partition("/")[0].lower(), verdict.lower(), properties))
    return found


def _uppermost(stated: list[list[Result]]) -> list[Result]:
    """Of each method only what the uppermost header says that names it.

    A border that puts its own header below its own `Received` leaves none between that and a forged one beneath: what
    it said itself is then not overruled from below.
    """
    found: list[Result] = []
    for one in stated:
        known = {result.method for result in found}
        found += [result for result in one if result.method not in known]
    return found


def _vouches(result: Result, domain: str) -> bool:
    if result.verdict != "pass":
        return False
    if result.method == "dmarc":
        return result.properties.get("header.from", "").rpartition("@")[2] == domain
    if result.method == "dkim":
        identity = result.properties.get("header.i", "").rpartition("@")[2]
        return _aligned(result.properties.get("header.d") or identity, domain)
    if result.method == "spf":
        return _aligned(result.properties.get("smtp.mailfrom", "").rpartition("@")[2], domain)
    return False


def _aligned(vouched: str, domain: str) -> bool:
    """Relaxed alignment without a list of public suffixes: the same, or one below the other, of two labels at least."""
    vouched = vouched.rstrip(".")
    if "." not in vouched or "." not in domain:
        return False
    return vouched == domain or domain.endswith("." + vouched) or vouched.endswith("." + domain)


def _topmost(headers: Headers, authserv_id: str) -> list[str]:
    group: list[str] = []
    for name, value in headers.fields:
        if name == "received" and group:
            break
        if name != "authentication-results":
            continue
        text = value.decode("ascii", "replace")
        words = _without_comments(text).partition(";")[0].split()
        if words and words[0].strip('"').lower() == authserv_id.lower() and words[1:] in ([], ["1"]):
            group.append(text)
    return group


def _without_comments(value: str) -> str:
    """The value with comments out and quoted semicolons harmless; an unclosed comment swallows the rest."""
    out: list[str] = []
    depth, quoted, at = 0, False, 0
    while at < len(value):
        char = value[at]
        if char == "\\" and (depth or quoted):
            at += 2
            continue
        if char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and depth and not quoted:
            depth -= 1
            out.append(" ")
        elif not depth:
            out.append("_" if quoted and char in "; =" else char)
        at += 1
    return "".join(out)
