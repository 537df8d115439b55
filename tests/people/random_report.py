"""``python -m tests.people.random_report [COUNT] [SHOWN] [LANGUAGE]``: plays random people, counts and shows faults."""

from __future__ import annotations

import re
import sys
from collections import Counter

from tests.people.random_people import play_random
from tests.people.random_words import SPEECHES


def main() -> None:
    """Prints how many talks have which faults, and the first talks that do."""
    given = sys.argv[1:4]
    count, shown, language = (*given, *("1000", "3", "ru")[len(given) :])
    people = play_random(int(count), speech=SPEECHES[language])
    bad = [one for one in people if one.faults]
    print(f"{count} people, {sum(one.cards for one in people)} lines of cards, {len(bad)} people with faults")
    for fault, times in Counter(re.sub(r"['\[].*", "", one) for each in people for one in each.faults).most_common():
        print(f"{times:5} {fault}")
    for one in bad[: int(shown)]:
        print(f"\n--- person {one.seed}, {'mail' if one.by_mail else 'chat'}", *one.lines, *one.faults, sep="\n")


if __name__ == "__main__":
    main()
