"""The oracle: a log of what was taken, and what is so after each entry of it."""

from dataclasses import replace

from claims.agency_events import RoundOpened
from tests.support.oracle.entries import Entry
from tests.support.oracle.reading import View, verdict
from tests.support.oracle.world import World

Moment = dict[str, View]


class Life:
    """One partition. ``moments[k]`` is what was so after k entries, each read from the start."""

    def __init__(self) -> None:
        self.log: list[Entry] = []
        self.listed: list[frozenset[str]] = []
        self.moments: list[Moment] = [{}]
        self.world = World((), ())

    @property
    def now(self) -> Moment:
        return self.moments[-1]

    def take(self, *entries: Entry) -> None:
        for entry in entries:
            self.log.append(entry)
            named = self._named_by(entry) if isinstance(entry, RoundOpened) else ()
            self.listed.append(frozenset(named))
            self.world = World(self.log, self.listed)
            views = {case_id: verdict(self.world, case_id) for case_id in self.world.claims}
            self.moments.append({case: self._kept(case, view) for case, view in views.items()})

    def _named_by(self, opened: RoundOpened) -> list[str]:
        """R-4: late cases of the programme, visited in the period."""
        return [
            case_id
            for case_id, view in self.now.items()
            if view.state == "late"
            and (line := self.world.claims[case_id].line).programme == opened.programme
            and opened.service_from <= (line.visit_date or 0) <= opened.service_to
        ]

    def _kept(self, case_id: str, view: View) -> View:
        """A match that goes on by the same result keeps the day on which it was made."""
        before = self.now.get(case_id)
        if before is None or view.state != "matched" or before.state != "matched":
            return view
        if before.result_id != view.result_id:
            return view
        return replace(view, completed_on=before.completed_on, is_late=before.is_late)
