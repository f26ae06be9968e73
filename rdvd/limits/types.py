"""How often somebody may ask."""

from typing import Literal, TypeAlias, get_args

from attrs import field, frozen, validators

from rdvd.ground.errors import Limited

Category: TypeAlias = Literal["read", "write", "exec", "agent_event", "auth_failure"]
CATEGORIES: tuple[Category, ...] = get_args(Category)


@frozen
class Rate:
    """So many at once, and so many per period in the long run."""

    limit: int = field(validator=[validators.ge(1), validators.le(1_000_000)])
    period: float = field(default=60.0, validator=[validators.gt(0), validators.le(86_400)])

    @property
    def interval(self) -> float:
        """One more every so many seconds."""
        return self.period / self.limit


@frozen
class LimitSettings:
    """The rates by category, and how many keys of each are kept in memory at most."""

    read: Rate = Rate(3_000)
    write: Rate = Rate(300)
    exec: Rate = Rate(60)
    agent_event: Rate = Rate(600)
    auth_failure: Rate = Rate(5)
    longest_back_off: float = 300.0
    most_keys: int = field(default=10_000, validator=validators.ge(1))

    def rate(self, category: Category) -> Rate:
        rates: dict[Category, Rate] = {
            "read": self.read,
            "write": self.write,
            "exec": self.exec,
            "agent_event": self.agent_event,
            "auth_failure": self.auth_failure,
        }
        return rates[category]


class TooOften(Limited):
    """With the headers that tell how much is left (nothing) and when to come back."""

    def __init__(self, detail: str, *, retry_after: float, headers: dict[str, str]) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.headers = headers
