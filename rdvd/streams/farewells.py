"""The close code that says what an HTTP status would have said. Pure."""

from rdvd.ground.problems import Trouble, leaves_of, trouble_of

from .types import FAILED, LONGEST_REASON, RESTARTING, Farewell, Gone

OF_STATUS = {401: 4401, 403: 4403, 404: 4404, 408: 4408, 409: 4409, 412: 4409, 413: 1009, 429: 4429}
POLICY_VIOLATION = 1008


def farewell_of(trouble: Trouble) -> Farewell:
    """A refusal of the same meaning, after the upgrade."""
    if trouble.status == 503:
        return RESTARTING
    if trouble.status >= 500:
        return FAILED
    code = OF_STATUS.get(trouble.status, POLICY_VIOLATION)
    return Farewell(code, clip(trouble.detail or trouble.title))


def clip(reason: str) -> str:
    """As much of it as fits into a close frame."""
    return reason.encode()[:LONGEST_REASON].decode(errors="ignore")


def trouble_beside_gone(error: Exception) -> Trouble | None:
    """What went wrong, apart from the client's having left."""
    leaves = [leaf for leaf in leaves_of(error) if not isinstance(leaf, Gone)]
    if not leaves:
        return None
    return trouble_of(leaves[0] if len(leaves) == 1 else error)
