"""What a stranger's words could make the desk take for its own."""

from __future__ import annotations

import pytest

from desk.model.agent_operations import DeclareNoArticle, Resolve
from desk.model.events import OperationOrdered
from desk.model.messages import Address, ClaimedArrival
from desk.pipeline.internal_channel import ReceiveOnlyChannel, order_message
from mail.channel import inbound_of
from mail.mime.addresses import fold_address
from mail.reading.message import MailboxReadingOptions, read_message
from tests.bots.examples import AT, BOT, GROUP, inbound, message

NUMBER = "SN-2026-000123-4"
BOLD = [{"type": "bold", "offset": 0, "length": len(NUMBER)}]


@pytest.mark.parametrize(
    ("entities", "shown"),
    [(BOLD, NUMBER), ([], ""), ([BOLD[0] | {"length": 5}], ""), ([BOLD[0] | {"offset": 1}], "")],
)
def test_a_number_typed_by_a_subscriber_is_not_the_desks(entities: list[dict[str, object]], shown: str) -> None:
    """The second half of a relayed message begins with their words; only a number the desk set in bold names a case."""
    relayed = message(message_id=4, chat=GROUP, text=f"{NUMBER} и ещё", entities=entities, **{"from": BOT})
    one = inbound(**message(text="едем", chat=GROUP, reply_to_message=relayed))
    assert (one.reference.quoted_number, one.reference.number) == (shown, "")


def test_a_letter_like_k_is_not_a_k_of_somebodys_address() -> None:
    """Lower case is made of A to Z alone: a Kelvin sign makes another address, as it does for every mail server."""
    sender = "ANN\u212aA@example.test"
    letter = read_message(
        f"From: {sender}\r\n\r\nнет интернета\r\n".encode(), MailboxReadingOptions("support@sever.test")
    )
    arrival = ClaimedArrival(1, "mail:main", "k", "l", b"", AT)
    assert inbound_of(letter, arrival, "sever").sender == Address("mail", "mail:main", "ann\u212aa@example.test")
    assert fold_address("ANNA@Example.TEST") == "anna@example.test"


async def test_what_a_terminal_could_not_spell_is_kept_all_the_same() -> None:
    """Bytes that are no UTF-8 reach a command as halves of surrogate pairs, which no database takes."""
    order = Resolve("линия \udcff\0", DeclareNoArticle("\udcff"))
    raw = order_message(order, AT, provider="sever", number="1", agent="ivanova")
    one = await ReceiveOnlyChannel("desk", {}, nothing).hear(
        ClaimedArrival(1, raw.channel, raw.key, raw.lane, raw.body, AT)
    )
    assert one.event == OperationOrdered(Resolve("линия \ufffd\ufffd", DeclareNoArticle("\ufffd")))


async def nothing(arrival_id: int) -> ClaimedArrival:
    """Nothing is read again here."""
    raise LookupError(arrival_id)
