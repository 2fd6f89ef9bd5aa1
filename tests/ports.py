"""Ports for servers that tests start: each is given out once on this machine.

To bind port 0, close, and hope is a race: the same number may come up again for the next server,
for another worker, or for somebody's outgoing connection. So a number comes from below the range
that systems give to outgoing connections (Linux from 32768, Windows and macOS from 49152), and a
UDP socket on the same number, held until this process ends, says to all others that it is taken.
"""

import os
import socket

_FIRST, _COUNT = 20_000, 12_000
_held: list[socket.socket] = []
_next = os.getpid() * 131 % _COUNT


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on and no other test is given."""
    global _next
    for _ in range(_COUNT):
        port = _FIRST + _next
        _next = (_next + 1) % _COUNT
        held = socket.socket(type=socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                # A connection that has just ended doesn't make a port taken for a server.
                if os.name != "nt":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        _held.append(held)
        return port
    raise RuntimeError(f"no free port from {_FIRST} to {_FIRST + _COUNT - 1}")
