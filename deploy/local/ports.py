"""Free TCP ports on the loopback address."""

import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connections linger in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nobody uses now; the kernel does not give it out again at once."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_near(usual: int, taken: frozenset[int] = frozenset()) -> int:
    """The usual port, else one of the 20 after it, else any free one.

    taken      ports already promised to somebody who does not listen yet
    """
    for port in range(usual, usual + 20):
        if port not in taken and is_free(port):
            return port
    return free_port()
