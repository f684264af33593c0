"""match: records in; cases, results and outcomes out. Every decision is asked of claims/."""

from collections.abc import Callable, Iterable
from weakref import WeakSet

from claims.agency_events import (
    Actions,
    FacilityClosed,
    FacilityRenamed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
    RulesChanged,
)
from claims.case_events import CASE_KINDS, Publisher
from claims.events import (
    BookReleased,
    DayClosed,
    ImportReported,
    Records,
    ResultStored,
    SweepFinished,
)
from claims.precheck_events import PrecheckAnswered, PrecheckChecked
from claims.recovery_events import BookMoved, HintFound, Loose
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.errors import BookFailed, PipelineError
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message, Released
from services.match.action_side import ActionSide
from services.match.aliases import Aliases, Regroup
from services.match.arrivals import AllCame, Arrivals, Arriving, Forwarded
from services.match.bodies import Straggler, cause_of, parked, unparked
from services.match.claim_side import ClaimSide
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facilities import Facilities
from services.match.facts import (
    CaseAct,
    CaseLines,
    Header,
    ResultRow,
    Withdrawal,
    acts_of,
    facts_of,
    header_of,
    is_book,
)
from services.match.handover import Handover
from services.match.hint_side import ForeignHint, HintSide, hint_fact
from services.match.milestones import Milestones
from services.match.neighbours import Neighbours
from services.match.outcomes import Outcomes
from services.match.packing import state_packer
from services.match.precheck import Precheck, Tried
from services.match.result_side import ResultSide
from services.match.state import CASES, RESULTS

AGENCY = (
    *(Actions, RoundOpened, RoundClosed, RulesChanged),
    *(PersonAliased, FacilityRenamed, FacilityClosed),
)
KINDS = (
    *(Records, DayClosed, BookReleased, ImportReported, ResultStored, SweepFinished),
    *(*AGENCY, *CASE_KINDS, BookMoved, HintFound, Loose, PrecheckChecked, PrecheckAnswered),
)


ABOUT_PERSONS, ABOUT_FACILITIES, MILESTONES = b"aliases", b"facilities", b"milestones"
MANY = 1_000


class MatchHandler:
    """A pipeline.handler.Handler over the books of a partition. ``silent``: only books are kept,
    nothing is told."""

    def __init__(self, codec: Codec, publisher: Publisher, silent: bool = False) -> None:
        self.packer = state_packer()
        self._codec, self._silent = codec, silent
        self._person_key = publisher.person_key
        self._outcomes = Outcomes()
        self._cases, self._results = Directory(CASES), Directory(RESULTS)
        desk = self._desk = Desk(codec, publisher, silent)
        self._claims = ClaimSide(desk, self._cases, self._outcomes, self.park)
        self._rows = ResultSide(desk, codec, self._results, self._outcomes, self.park)
        self._acts = ActionSide(desk, self._cases, self._outcomes, self.park)
        self._milestones = Milestones(desk, codec)
        self._neighbours = Neighbours(desk)
        self._aliases = Aliases(desk, publisher.person_key, self.park)
        self._facilities = Facilities(desk)
        parts = (desk, codec, self.packer, self._aliases, self._facilities)
        lists = (self._cases, self._results, self.park)
        self._arrivals = Arrivals(*parts, *lists)
        self._arrivals.take_whole = self._take_whole
        self._handover = Handover(*parts, *lists, self._arrivals)
        desk.watchers += [self._neighbours, self._aliases]
        desk.root, desk.with_closure = self._aliases.root, self._facilities.with_closure
        self._hints = HintSide(desk, self._facilities.successor_of)
        self._precheck = Precheck(codec, lambda: MatchHandler(codec, publisher))
        self._own: Header | None = None
        self._swept: WeakSet[Ledger] = WeakSet()
        self._more = False

    def _begin(self) -> None:
        self._desk.begin()
        self._neighbours.forget()
        self._aliases.forget()
        self._facilities.forget()

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]:
        """Raises what the codec raises for a message that is not ours to read."""
        self._outcomes.forget()
        self._cases.forget()
        self._results.forget()
        self._begin()
        self._own = None
        event = self._codec.decode(message.value)
        if not isinstance(event, Records):
            self._swept.discard(ledger)
        if isinstance(event, Forwarded) and self._handover.is_straggler(ledger, event):
            return (Fact(ABOUT_FACILITIES, Straggler(event)),)
        if isinstance(event, Records | Actions):
            self._own = header_of(event)
        return self._facts_of(ledger, event)

    def _facts_of(self, ledger: Ledger, event: object) -> Iterable[Fact]:
        match event:
            case Records():
                header = header_of(event)
                return facts_of(event, header, self._person_key, self._root(ledger))
            case Actions():
                return acts_of(event, header_of(event))
            case HintFound():
                return (hint_fact(event, self._aliases.root(ledger, event.person_key)),)
            case PrecheckChecked():
                return (self._precheck.fact(event),)
            case BookMoved():
                return self._arrivals.arrivals(event)
            case BookReleased():
                return (Fact(bytes.fromhex(event.book), Released()),)
            case PersonAliased():
                return (Fact(ABOUT_PERSONS, event),)
            case FacilityClosed() | FacilityRenamed():
                return (Fact(ABOUT_FACILITIES, event),)
        return (Fact(MILESTONES, event),)

    def _root(self, ledger: Ledger) -> Callable[[str], str]:
        return lambda person_key: self._aliases.root(ledger, person_key)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        match fact.body:
            case CaseLines() as case:
                self._claims.take_case(ledger, case)
            case ResultRow() as row if row.item.action == "note":
                self._acts.note(ledger, row)
            case ResultRow() as row:
                self._rows.take(ledger, row)
            case CaseAct() as action:
                self._acts.act(ledger, action)
            case Withdrawal() as withdrawal:
                self._claims.withdraw(ledger, withdrawal)
            case ForeignHint() as hint:
                self._hints.take(ledger, hint)
            case Tried() as tried:
                self._precheck.take(ledger, tried)
                return
            case DayClosed() | RoundOpened() | RoundClosed() | RulesChanged() as milestone:
                self._milestones.take(ledger, milestone)
                self._arrivals.take_waiting(ledger, MANY)
            case Released():
                self._released(ledger, fact.book)
            case body:
                self._take_rare(ledger, body)
        if self._neighbours.wait:
            self._neighbours.settle(ledger, cause_of(fact))

    def _take_rare(self, ledger: Ledger, body: object) -> None:
        """What concerns persons or facilities as such."""
        match body:
            case PersonAliased() as alias:
                self._aliases.take(ledger, alias)
            case Regroup() as regroup:
                self._aliases.regroup(ledger, regroup)
            case FacilityClosed() as closed:
                self._facilities.take_closed(ledger, closed)
            case FacilityRenamed() as renamed:
                self._facilities.take_renamed(ledger, renamed)
            case Arriving() as arriving:
                self._arrivals.arrive(ledger, arriving)
            case AllCame(facility_id=code, former=former):
                self._facilities.all_came(ledger, code, former)
            case Straggler(event=event):
                self._handover.forward(ledger, event)

    def _take_whole(self, ledger: Ledger, event: Forwarded) -> None:
        """A message that waited is taken as the stage would take it now."""
        if self._facilities.forward_of(ledger, event.facility_id) is not None:
            self._handover.forward(ledger, event)
            return
        for fact in self._facts_of(ledger, event):
            if quarantine.is_parked(ledger, fact.book):
                quarantine.park(ledger, fact.book, self.park(fact))
                continue
            try:
                self.take(ledger, fact)
            except PipelineError:
                raise
            except Exception as bad:
                raise BookFailed(fact.book) from bad

    def _released(self, ledger: Ledger, key: bytes) -> None:
        """Days that closed meanwhile were not swept over this book, aliases passed it by."""
        if not is_book(key) or ledger.get(key) is None:
            return
        self._desk.put_back(ledger, key, self._desk.open(ledger, key), ())
        self._neighbours.look_again(key)
        cause = self._milestones.cause(ledger)
        self._aliases.regroup(ledger, Regroup(key, cause.day, cause.id))
        self._handover.released(ledger, key)

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        self._neighbours.flush(ledger)
        self._cases.flush(ledger)
        self._results.flush(ledger)
        if message is None and not self._more:
            self._swept.add(ledger)  # the last thing: a slice that is undone is swept again
        if self._silent:
            self._outcomes.forget()
            return
        own = self._own if message is not None else None
        for report in self._outcomes.reports(own):
            ledger.emit("import-reported", report.facility_id.encode(), self._codec.encode(report))

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """Books on the move first: they must be there before a milestone is swept over them.

        Rows of a day leave nothing to sweep, and this is asked after every message: once a ledger
        is swept, it is looked at again after something other than rows came.
        """
        if ledger in self._swept:
            return False
        self._begin()
        more = self._handover.sweep(ledger, limit) or self._milestones.sweep(ledger, limit)
        self._neighbours.settle(ledger, self._milestones.cause(ledger))
        self._more = more
        return more

    def park(self, fact: Fact) -> bytes:
        return parked(fact, self._codec)

    def unpark(self, book: bytes, data: bytes) -> Fact:
        return unparked(book, data, self._codec)
