"""``python -m tests.people.random_report [COUNT] [SHOWN]``: plays random people, counts the faults and shows some."""

from __future__ import annotations

import re
import sys
from collections import Counter

from tests.people.random_people import play_random


def main() -> None:
    """Prints how many talks have which faults, and the first talks that do."""
    count, shown = (int(one) for one in (*sys.argv[1:3], *("1000", "3")[len(sys.argv) - 1 :]))
    people = play_random(count)
    bad = [one for one in people if one.faults]
    print(f"{count} people, {sum(one.cards for one in people)} lines of cards, {len(bad)} people with faults")
    for fault, times in Counter(re.sub(r"['\[].*", "", one) for each in people for one in each.faults).most_common():
        print(f"{times:5} {fault}")
    for one in bad[:shown]:
        print(f"\n--- person {one.seed}, {'mail' if one.by_mail else 'chat'}", *one.lines, *one.faults, sep="\n")


if __name__ == "__main__":
    main()
