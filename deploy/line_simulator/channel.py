"""The channel's state: what every endpoint, page and control shares."""

from dataclasses import dataclass, field

from deploy.line_simulator.faults import Faults
from deploy.line_simulator.journal import Journal
from deploy.line_simulator.phones import Phones
from deploy.line_simulator.quota import Quota
from deploy.line_simulator.rates import Rates
from deploy.line_simulator.reply_tokens import ReplyTokens
from deploy.line_simulator.retry_keys import RetryKeys
from deploy.line_simulator.webhook import Webhook
from pipeline.clock import Clock


@dataclass
class Channel:
    """One LINE Official Account and everybody who knows it."""

    clock: Clock
    token: str
    webhook: Webhook
    reply_tokens: ReplyTokens
    quota: Quota
    rates: Rates = field(default_factory=Rates)
    phones: Phones = field(default_factory=Phones)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    name: str = "預保行政助手通"
    basic_id: str = "@hpa888"

    def __post_init__(self) -> None:
        self.retry_keys = RetryKeys(self.journal)
