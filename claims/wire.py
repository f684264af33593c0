"""Every record of schemas/avro that the domain knows: the classes behind the codec."""

from claims import agency_events, events, precheck_events, recovery_events, reminder_events

MODULES = (events, agency_events, precheck_events, recovery_events, reminder_events)
WIRE: tuple[type[events.Wire], ...] = tuple(
    dict.fromkeys(
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, events.Wire) and kind is not events.Wire
    )
)
"""Parts of records (ClaimLine, Reason, ...) are among them; a codec takes those with a schema."""
