"""Who lives in which process: a number that no session has any more is anybody's."""

from attrs import evolve

from rdvd.sessions import Active, Exit, Exited, Lost, Pane, Roster, Starting

from .sample import PANE, a_session

ENDED = Exited(Exit(0, None, 1), PANE)


def test_the_process_of_a_session_that_lives_is_its_own():
    roster = Roster()

    roster.put(a_session(Active(PANE)))

    assert {PANE.pid: "s"} == roster.panes()


def test_a_process_counts_from_before_the_row_says_so():
    roster, session = Roster(), a_session(Starting(1))
    roster.put(session)

    roster.register(17, session.id)
    roster.put(evolve(session, name="renamed meanwhile"))

    assert {17: "s"} == roster.panes()


def test_the_process_of_a_start_that_failed_is_nobodys():
    roster, session = Roster(), a_session(Starting(1))
    roster.put(session)
    roster.register(17, session.id)

    roster.remove(session.id)

    assert {} == roster.panes()


def test_the_process_of_a_start_that_was_given_up_is_nobodys():
    roster, session = Roster(), a_session(ENDED)
    roster.put(session)
    roster.put(evolve(session, state=Starting(1, again=True)))
    roster.register(17, session.id)

    roster.put(evolve(session, state=Lost("it could not be started", 1)))

    assert {} == roster.panes()


def test_a_session_that_begins_anew_has_its_new_process_alone():
    roster, session = Roster(), a_session(Active(PANE))
    roster.put(session)
    roster.put(evolve(session, state=Starting(1, again=True)))
    assert {} == roster.panes()

    roster.register(17, session.id)
    roster.put(evolve(session, state=Active(Pane(0, "%2", 17, 5))))

    assert {17: "s"} == roster.panes()


def test_a_number_that_another_session_has_by_now_stays_with_that_one():
    roster, first = Roster(), a_session(Active(PANE))
    second = evolve(a_session(Active(PANE)), id="other")
    roster.put(first)
    roster.put(second)

    roster.put(evolve(first, state=ENDED))

    assert {PANE.pid: "other"} == roster.panes()
