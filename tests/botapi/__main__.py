"""``python -m tests.botapi --port 0``: prints the server's address and token, then serves."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

from tests.botapi.server import Server
from tests.botapi.world import TOKEN, World


async def serve(world: World, host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    server = Server(world, host=host, port=port, control=True)
    await server.start()
    print(json.dumps({"url": world.url, "token": world.token}), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await server.stop()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--privacy", action="store_true", help="privacy mode on")
    parser.add_argument("--no-inline", action="store_true", help="inline mode off")
    parser.add_argument("--seed", type=int, default=0, help="of faults and ids")
    options = parser.parse_args()
    world = World(
        token=options.token,
        privacy=options.privacy,
        inline=not options.no_inline,
        seed=options.seed,
    )
    asyncio.run(serve(world, options.host, options.port))


if __name__ == "__main__":
    main()
