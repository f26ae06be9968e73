"""Which bytes of a log a request means."""

import pytest

from rdvd.bytelog import LogProblem
from rdvd.sessions.logs import MOST, parse_range

END = 10 * MOST


@pytest.mark.parametrize(
    ("header", "offset"),
    [("bytes=0-", 0), (f"bytes=5-{END}", 5), (f"bytes=-{2 * MOST}", END - 2 * MOST)],
)
def test_who_asks_for_more_than_is_given_at_once_gets_the_beginning_of_it(header: str, offset: int):
    assert (offset, MOST) == parse_range(header, END)


def test_who_asks_for_less_gets_that():
    assert (7, 3) == parse_range("bytes=7-9", END)
    assert (END - 1, 1) == parse_range("bytes=-1", END)


@pytest.mark.parametrize("header", ["bytes=9-7", f"bytes={END}-", "bytes=-", "lines=1-2"])
def test_what_is_not_there_or_makes_no_sense_is_refused(header: str):
    with pytest.raises(LogProblem):
        parse_range(header, END)
