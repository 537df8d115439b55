"""Serves one desk folder until a signal, with nothing around it: python -m tests.kills.runner DIR [ROLE ...]."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path

from console.serving import ROLES, Serving
from console.wiring import build
from desk.settings import load


async def serve(root: Path, roles: list[str]) -> None:
    """Serves until SIGTERM or SIGINT; what is in hand is finished."""
    house = await build(load(root))
    serving = Serving(house, roles or ROLES)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.stop)
    await serving.run()
    await house.close()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2:]))


if __name__ == "__main__":
    main()
