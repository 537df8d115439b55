"""An article in a chat: its first steps, with the pictures that belong to them."""

from __future__ import annotations

import pytest

from kb.content.article_steps import pictures_in_short, short_and_rest

PICTURE = "![Two lamps](lamps.png)"


def steps(*pictured: int, count: int = 5) -> str:
    """An article of so many steps, some of them with a picture below."""
    return "\n".join(f"{at}. Look." + (f"\n{PICTURE}" if at in pictured else "") for at in range(1, count + 1))


def test_the_first_three_steps_are_shown_at_first() -> None:
    assert short_and_rest(steps()) == ("1. Look.\n2. Look.\n3. Look.", "4. Look.\n5. Look.")


@pytest.mark.parametrize(("pictured", "shown"), [((), 0), ((1,), 1), ((2, 3), 2), ((3, 4), 1), ((4, 5), 0)], ids=str)
def test_a_picture_goes_with_its_step(pictured: tuple[int, ...], shown: int) -> None:
    assert pictures_in_short(steps(*pictured)) == shown
