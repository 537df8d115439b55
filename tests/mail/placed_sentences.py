"""What people said, placed where words get lost in letters: below a sign-off, before signatures, after logs.

``python -m tests.mail.placed_sentences --count 10000`` prints how many of so many letters lost the sentence, and which.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from mail.replies.phrase_tables import get_phrases
from tests.mail.held import letters

NAME = "Иван Петров"
BEGINNINGS = ("Интернет не работает.", "Здравствуйте!\n\nНет связи второй день.", "Hi,\n\nno internet since morning.")
CLOSINGS = (
    "С уважением,\nИван Петров", "Спасибо!\nИван", "Best regards,\nIvan Petrov", "Заранее спасибо", "Kind regards",
    "С уважением, Иван Петров\n+7 912 345-67-89", "Иван Петров", "Mit freundlichen Grüßen\nIvan", "Cordialement,\nIvan",
    "--\nИван Петров\nглавный инженер ООО «Ромашка»",
)  # fmt: skip
LOGS = (
    "Nov 20 10:15:02 pppd[311]: login (ivan@isp)\nNov 20 10:15:03 pppd[311]: Supported modes:\nCHAP PAP",
    "20.11.2026 10:15 Служба обновления пишет:\nошибка 651\n20.11.2026 10:17 Служба обновления пишет:\nошибка 651",
    "From: 192.168.1.1\nTo: 192.0.2.1\nStatus: lost\nDate: 2026-11-20 10:15",
    "[20.11.2026 10:15] Светлана: добрый день\n[20.11.2026 10:16] Светлана: ждите:",
    "> PPPoE timeout\n> retry 3",
)
PLACES = {
    "below a sign-off": "{begins}\n\n{closes}\n\n{said}",
    "right below a sign-off": "{begins}\n\n{closes}\n{said}",
    "below a sign-off and before an advertisement": "{begins}\n\n{closes}\n\n{said}\n\nОтправлено с iPhone",
    "before a sign-off": "{begins}\n\n{said}\n\n{closes}",
    "right before a sign-off": "{begins}\n{said}\n{closes}",
    "before a signature": "{begins}\n\n{said}\n\n-- \nИван Петров\n+7 912 345-67-89",
    "after a log": "{begins} Вот:\n\n{log}\n\n{said}",
    "right after a log": "{begins} Вот:\n{log}\n{said}",
    "after a log and before a sign-off": "{begins} Вот:\n\n{log}\n\n{said}\n\n{closes}",
}
QUOTES = (
    "",
    "\n\nпт, 20 нояб. 2026 г. в 10:15, Северная сеть <help@sever.test>:\n> Проверьте кабель.\n> Северная сеть",
    "\n\nFrom: Sever Net <help@sever.test>\nSent: Friday, November 20, 2026 10:15 AM\nTo: Ivan <ivan@c.test>\n"
    "Subject: RE: No internet\n\nPlease check the cable.",
)
"""What stands below all that: nothing in a first letter, else the desk's letter."""


@dataclass(frozen=True, slots=True)
class PlacedSentence:
    """A letter with one of people's sentences in it."""

    place: str
    said: str
    raw: bytes

    def is_lost(self) -> bool:
        """Whether the new text has not got it."""
        return self.said not in " ".join(letters.read(self.raw).text.split())


def sentences() -> list[str]:
    """Whatever people said in the labelled sets in a line of words.

    A bare number, name, address or formula of thanks is no sentence: below a name it is a signature by its form.
    """
    found = (" ".join(one.split()) for one in letters.sentences() if "\n" not in one.strip())
    formulas = get_phrases("thanks") | get_phrases("closing")
    return sorted({one for one in found if len(_small_words(one)) > 1 and one.lower().strip(" .,!") not in formulas})


def _small_words(said: str) -> list[str]:
    """Its words that begin with a small letter; those of names and addresses begin with others."""
    return [word for word in said.split()[1:] if word[0].islower()]


def placed(count: int, seed: int = 1) -> Iterator[PlacedSentence]:
    """So many letters, always the same for a seed; each place in turn."""
    chosen = random.Random(seed)
    said_by_people = sentences()
    for number in range(count):
        place = list(PLACES)[number % len(PLACES)]
        said, quote = chosen.choice(said_by_people), chosen.choice(QUOTES)
        text = PLACES[place].format(
            begins=chosen.choice(BEGINNINGS), closes=chosen.choice(CLOSINGS), log=chosen.choice(LOGS), said=said
        )
        message = EmailMessage()
        message["From"], message["To"] = f"{NAME} <ivan@c.test>", letters.DESK.address
        message["Subject"] = "Re: Нет интернета" if quote else "Нет интернета"
        message.set_content(f"{text}{quote}\n")
        yield PlacedSentence(place, said, message.as_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mail.placed_sentences", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="letters (10000)")
    parser.add_argument("--seed", type=int, default=1, help="of the choice (1)")
    chosen = parser.parse_args()
    lost = [one for one in placed(chosen.count, chosen.seed) if one.is_lost()]
    for one in lost:
        print(f"{one.place}: {one.said}")
    for place, count in Counter(one.place for one in lost).items():
        print(f"{count:5} {place}")
    print(f"lost: {len(lost)} of {chosen.count}")


if __name__ == "__main__":
    main()
