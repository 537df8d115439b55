"""Headers of an older message, as programs copy them into a reply: "From: ... Sent: ... To: ...".

A value may be in the line below or continue there; blank lines may be between; all may be in one line.
"""

from __future__ import annotations

from collections.abc import Sequence

from mail.replies.line_features import NUMERIC_DATE, TIME_OF_DAY, has_address, has_date
from mail.replies.phrase_tables import get_header_labels, normalize_line

MAX_LINES = 24
MAX_CONTINUATION_LINES = 6


def find_header_label(line: str) -> str:
    """The field that a line of a quoted head gives ("from", "date", "to", "subject", "cc"), "" for none."""
    head, colon, _ = line[:60].replace("\uff1a", ":").partition(":")
    return get_header_labels().get(normalize_line(head).strip(" *_|>\u2022"), "") if colon else ""


def find_headers_end(lines: Sequence[str], at: int) -> int:
    """Where a head of labelled lines that begins here ends, 0 for none."""
    first = find_header_label(lines[at])
    if not first:
        return 0
    if first == "from" and _is_on_one_line(lines[at]):
        return at + 1
    fields: dict[str, str] = {}
    end, since, last = at, 0, ""
    for here in range(at, min(len(lines), at + MAX_LINES)):
        line = lines[here]
        if field := find_header_label(line):
            last, since, end = field, 0, here + 1
            fields.setdefault(field, normalize_line(line).partition(":")[2].strip(" *"))
        elif not line.strip():
            since += 1
        elif last and since < MAX_CONTINUATION_LINES and _continues_field(line, fields[last], since):
            fields[last] += " " + normalize_line(line)
            since, end = since + 1, here + 1
        else:
            break
        if since > 2 and last not in ("to", "cc"):
            break
    return end if _is_header_block(fields) else 0


def _is_on_one_line(line: str) -> bool:
    """A head whose line ends were lost: "From: ... Sent: ... To: ... Subject: ..."."""
    pieces = normalize_line(line, 1000).split(":")[1:-1]
    found = {get_header_labels().get(" ".join(piece.split()[-count:])) for piece in pieces for count in (1, 2)}
    return {"date", "to", "subject"} <= found


def _continues_field(line: str, value: str, since: int) -> bool:
    """Whether a line goes on with the field above: its value, if that had none yet, or more of a long one."""
    if not value:
        return since <= 1
    return since == 0 and (line[:1] in " \t" or value.endswith((",", ";", "<")) or line.rstrip().endswith((">", ";")))


def _is_header_block(fields: dict[str, str]) -> bool:
    count = len(fields.keys() & {"from", "date", "to", "subject"})
    if "from" not in fields or count < 2:
        return False
    post = has_address(" ".join(fields.get(one, "") for one in ("from", "to", "cc")))
    when = has_date(fields.get("date", ""))
    if not post and not TIME_OF_DAY.search(NUMERIC_DATE.sub(" ", fields.get("date", ""))):
        return False  # a form or a formal statement, which a person filled in
    if count >= 3:
        return count == 4 or post or (when and "subject" in fields)
    return has_address(fields["from"]) and (when or "subject" in fields or has_address(fields.get("to", "")))


def is_unknown_header_block(lines: Sequence[str], at: int) -> bool:
    """Three lines of a label and a value, with an address and a day among them, in a language not known here."""
    found = [line for line in lines[at : at + 8] if line.strip()][:3]
    pairs = [normalize_line(line).partition(":") for line in found]
    if len(pairs) < 3 or not all(colon and 0 < len(head) <= 24 and value for head, colon, value in pairs):
        return False
    return any(has_address(value) for _, _, value in pairs) and any(has_date(value) for _, _, value in pairs)
