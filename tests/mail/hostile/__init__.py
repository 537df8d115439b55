"""Mail that means harm: a generator for each attack. ``GENERATORS`` has them all by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tests.mail.hostile import bodies, headers, structure

Generator = Callable[[Random], bytes]
GENERATORS: Mapping[str, Generator] = {**structure.ATTACKS, **headers.ATTACKS, **bodies.ATTACKS}
SENDER = "enemy@mail.test"
