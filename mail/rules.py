"""What is peculiar to letters: machines are never answered, and a letter that proves nothing changes nothing. Pure."""

from __future__ import annotations

from desk.language.rich_text import literal
from desk.model.acts import Act, Decision, Drop, Facts, Hold, Names, Record, Say, To, decide
from desk.model.case import Case
from desk.model.facts import Picked
from desk.model.messages import Heard, Policy, Proof, Role, Verb
from mail.sending.compose import UNSUBSCRIBE
from mail.sending.loop_guard import Decline, peer_of

_MEANINGLESS = frozenset({"own", "feedback"})


def bounce(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A report that carries no token of ours for the address it names may be anybody's: it changes nothing (T30)."""
    if heard.automatic != "bounce" or heard.verb is not Verb.UNDELIVERED or facts.need(Picked).how == "token":
        return None
    return decide(Drop("bounce"))


def declines(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Who answers a notice with "unsubscribe" gets no more of them: its own token tells that they got it."""
    asked = heard.subject.strip().lower().removeprefix("re:").strip() == UNSUBSCRIBE
    if not asked or heard.role is not Role.SUBSCRIBER or heard.sender.channel != "mail":
        return None
    if facts.need(Picked).how != "token" or heard.proof is Proof.DOUBTED:
        return None
    return decide(Decline(peer_of(heard.sender.value)), Drop("declined"))


def machine(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Automatic mail gets no answer. What it says still reaches its case, or waits where agents see it."""
    if not heard.automatic or heard.role is not Role.SUBSCRIBER or heard.detail.get("vouched"):
        return None
    picked = facts.need(Picked)
    if heard.automatic in _MEANINGLESS:
        return decide(Drop(heard.automatic))
    if heard.detail.get("report") in ("delayed", "delivered"):
        return decide(Drop("bounce"))  # a server still tries, or has done it: nothing for anybody to do
    if picked.how in ("new", "none") or picked.doubt:
        return decide(Drop("bounce") if heard.automatic == "bounce" else Hold(f"automatic mail: {heard.automatic}"))
    acts: list[Act] = [Record("finding", f"automatic mail: {heard.automatic}")]
    if case.registered and case.open:
        names: Names = {"text": literal(heard.text[:1500]), "kind": heard.automatic}
        acts.append(Say("staff_automatic_mail", names, To.STAFF, policy=Policy.HOLD))
    return decide(*acts)


def unproved(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A letter that does not prove it belongs to the case waits for an agent, with no effect before (rule 8)."""
    picked = facts.need(Picked)
    if heard.role is not Role.SUBSCRIBER or not picked.doubt:
        return None
    return decide(Hold(picked.doubt, case.id if picked.how != "new" else 0))


def incomplete(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """What could not be read of a letter is told beside it, so that nobody takes a part for the whole."""
    lost = heard.detail.get("lost", "")
    return decide(Record("finding", f"not all of the letter could be read: {lost}"), done=False) if lost else None
