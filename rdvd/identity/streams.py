"""How a stream that was opened with a token learns that the token has ended."""

from collections.abc import Awaitable, Callable

from actors import Lagged, Topic
from rdvd.ground.errors import Unauthenticated

from .types import Principal, TokenRevoked, tokens_behind


async def wait_until_ended(
    principal: Principal,
    ended: Topic[TokenRevoked],
    check_still_good: Callable[[Principal], Awaitable[object]],
) -> None:
    """Return when a token that the principal stands on has ended; never, if it stands on none.

    It listens first and looks then, so that no end falls between the two.
    """
    while True:
        with ended.subscribe() as endings:
            try:
                await check_still_good(principal)
                async for end in endings:
                    if end.token in tokens_behind(principal):
                        return
            except Unauthenticated:
                return
            except Lagged:
                continue
