"""What lives to the end of the process."""

import gc

import pytest

from desk.gc_freeze import frozen_after


def test_nothing_is_collected_while_it_is_made_and_it_is_not_looked_through_afterwards() -> None:
    try:
        with frozen_after():
            assert not gc.isenabled()
            made = [[number] for number in range(3)]
        assert gc.isenabled()
        looked_at = {id(one) for one in gc.get_objects()}
        assert not looked_at & {id(one) for one in made}
    finally:
        gc.unfreeze()


def test_whatever_goes_wrong_collecting_goes_on() -> None:
    with pytest.raises(ImportError), frozen_after():
        raise ImportError
    assert gc.isenabled()
