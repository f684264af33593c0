"""Python's cyclic collector, told what kind of process this is."""

import gc

NEW_CONTAINERS = 50_000  # between two collections


def collect_seldom() -> None:
    """For a process that has imported and opened what it needs: that stays for good, and what it
    makes from now on has few cycles. Looking for them took a stage a twentieth of its time, and
    the objects of an SDK held up single calls for 0.4 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_CONTAINERS, 20, 20)
