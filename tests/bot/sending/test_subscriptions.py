"""When subscriptions are sent, who may have which, and what is quiet where."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.installation import Installation
from bot.people.rights import Asker
from bot.render.text import plain_text
from bot.sending.due import due, missed
from bot.sending.letters import Letter, letter_of
from bot.sending.places import mute
from bot.sending.subscriptions import (
    NotSubscribedError,
    Subscription,
    Wanted,
    create,
    edit,
    end,
    next_run,
    own_subscriptions,
    pause,
    resume,
    subscriptions_of,
    trigger_of,
)
from bot.settings import Organisation, Roles
from bot.settings import Subscription as InSettings
from storage import outbox
from storage.facts import Contract
from storage.ingestion import replace_contracts
from storage.store import Store, open_store
from storage.subscriptions import stand
from tests.bot.company import NAMES, TODAY, fill, installation

NOON = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)  # a Wednesday
ROLES = Roles(administrators=["U0ADMIN"], leaders={"U0LEADER": ["Sales"]}, enablement=["U0ENABLE"])
ADMIN, LEADER, OTHER = (Asker(platform="slack", user=f"T0:{each}") for each in ("U0ADMIN", "U0LEADER", "U0OTHER"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('subscriptions') / 'store.db'}")
    fill(store)
    yield store
    store.close()


def one(**more: object) -> Subscription:
    given = {"key": "k", "number": "1", "what": "digest", "audience": "leaders", "platform": "slack", "place": "C1"}
    return Subscription(**given | more)  # type: ignore[arg-type]


def next_times(subscription: Subscription, start: datetime, count: int) -> list[str]:
    trigger, times, last = trigger_of(subscription), [], None
    for _ in range(count):
        last = trigger.get_next_fire_time(last, last or start)
        times.append(last.isoformat())
    return times


def test_a_digest_keeps_its_local_hour_when_the_clocks_change() -> None:
    assert next_times(one(timezone="Europe/Berlin"), datetime(2026, 3, 17, tzinfo=UTC), 2) == [
        "2026-03-23T09:00:00+01:00",
        "2026-03-30T09:00:00+02:00",
    ]


def test_a_digest_due_in_an_hour_that_does_not_exist_still_comes_that_day() -> None:
    sunday = one(day="sunday", at="02:30", timezone="Europe/Berlin")
    (at,) = next_times(sunday, datetime(2026, 3, 28, 12, tzinfo=UTC), 1)
    moment = datetime.fromisoformat(at).astimezone(UTC)
    assert datetime(2026, 3, 29, 0, 30, tzinfo=UTC) <= moment <= datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_alerts_come_on_working_days_or_every_day() -> None:
    friday = datetime(2026, 2, 13, 12, tzinfo=UTC)
    assert next_times(one(day="weekdays"), friday, 1) == ["2026-02-16T09:00:00+00:00"]
    assert next_times(one(day="daily"), friday, 1) == ["2026-02-14T09:00:00+00:00"]


@pytest.mark.parametrize(("hours", "expected"), [(1, True), (11, True), (13, False), (-1, False)])
def test_what_was_due_is_made_up_for_within_twelve_hours(hours: int, *, expected: bool) -> None:
    wednesday = one(day="wednesday", at="12:00")
    assert (due(wednesday, NOON + timedelta(hours=hours)) is not None) is expected


def test_what_was_dealt_with_is_not_due_again() -> None:
    wednesday = one(day="wednesday", at="12:00")
    done = replace(wednesday, standing=replace(wednesday.standing, done=NOON))
    assert due(wednesday, NOON + timedelta(hours=1)) == NOON
    assert due(done, NOON + timedelta(hours=1)) is None


def test_a_subscription_begins_when_it_is_made() -> None:
    later = one(day="wednesday", at="12:00", made=NOON + timedelta(minutes=10))
    assert due(later, NOON + timedelta(hours=1)) is None


def test_what_nobody_was_up_to_send_is_noticed_later() -> None:
    wednesday = one(day="wednesday", at="12:00", made=NOON - timedelta(days=1))
    assert missed(wednesday, NOON + timedelta(hours=11)) is None
    assert missed(wednesday, NOON + timedelta(hours=13)) == NOON


def test_the_settings_subscriptions_take_the_organisations_zone_and_keep_their_key(store: Store) -> None:
    installed = installation(
        store,
        organisation=Organisation(timezone="Asia/Kolkata"),
        subscriptions=[InSettings(to="C1", day="friday", at="07:15"), InSettings(what="alert", to="C1")],
    )
    first, second = subscriptions_of(installed)
    assert (first.key, first.number) == ("digest:leaders:C1", "f1")
    at = next_run(first, NOON)
    assert at is not None
    assert at.isoformat() == "2026-02-13T07:15:00+05:30"
    assert (second.key, second.day) == ("alert:leaders:C1", "daily")


def test_a_subscription_is_made_changed_paused_resumed_and_ended_at_run_time(store: Store) -> None:
    installed = installation(store, ROLES)
    made = create(Wanted(place="T0:C1", timezone="Europe/Berlin"), ADMIN, installed)
    assert [each.number for each in subscriptions_of(installed)] == [made.number]
    changed = edit(made.number, Wanted(place="T0:C1", day="friday", at="16:00"), ADMIN, installed)
    assert (changed.day, changed.at, changed.timezone, changed.key) == ("friday", "16:00", "UTC", made.key)
    assert next_run(pause(made.number, ADMIN, installed), NOON) is None
    assert next_run(resume(made.number, ADMIN, installed), NOON) is not None
    end(made.number, ADMIN, installed)
    assert subscriptions_of(installed) == ()


def test_what_fell_into_a_pause_is_not_made_up_for(store: Store) -> None:
    installed = installation(store, ROLES)
    wanted = Wanted(place="T0:C1", day="wednesday", at="12:00")
    made = create(wanted, ADMIN, installed, NOON - timedelta(days=1))
    pause(made.number, ADMIN, installed, NOON - timedelta(hours=1))
    back = resume(made.number, ADMIN, installed, NOON + timedelta(hours=1))
    assert due(back, NOON + timedelta(hours=2)) is None


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        (Wanted(place="T0:U0LEADER", departments=("Support",)), "no department"),
        (Wanted(place="T0:U0LEADER", audience="administrators"), "administrators"),
        (Wanted(place="T0:U0LEADER", day="someday"), "no day"),
        (Wanted(place="T0:U0LEADER", at="25:00"), "no time"),
        (Wanted(place="T0:U0LEADER", timezone="Mars/Base"), "no time zone"),
    ],
)
def test_a_leader_may_not_have_more_than_theirs_and_what_makes_no_sense_is_refused(
    filled: Store, wanted: Wanted, hint: str
) -> None:
    with pytest.raises(NotSubscribedError, match=hint):
        create(wanted, LEADER, installation(filled, ROLES))


def test_nobody_else_may_subscribe_or_touch_what_is_not_theirs(store: Store) -> None:
    installed = installation(store, ROLES)
    with pytest.raises(NotSubscribedError, match="no role"):
        create(Wanted(place="T0:U0OTHER"), OTHER, installed)
    made = create(Wanted(place="T0:C1"), ADMIN, installed)
    for act in (pause, resume, end):
        with pytest.raises(NotSubscribedError, match="no subscription"):
            act(made.number, LEADER, installed)
    assert own_subscriptions(LEADER, installed) == ()
    assert len(own_subscriptions(ADMIN, installed)) == 1


def test_the_same_is_not_sent_to_a_place_twice(store: Store) -> None:
    installed = installation(store, ROLES)
    create(Wanted(place="T0:C1"), ADMIN, installed)
    with pytest.raises(NotSubscribedError, match="one already"):
        create(Wanted(place="T0:C1", day="friday"), ADMIN, installed)


def test_one_of_the_settings_is_paused_here_and_ended_there(store: Store) -> None:
    installed = installation(store, ROLES, subscriptions=[InSettings(to="C1")])
    assert pause("f1", ADMIN, installed).standing.paused == "paused by hand"
    assert resume("F1", ADMIN, installed).standing.paused == ""
    with pytest.raises(NotSubscribedError, match="settings"):
        end("f1", ADMIN, installed)


def letter(subscription: Subscription, installed: Installation, today: date) -> Letter | None:
    return letter_of(subscription, today, frozenset(), installed)


def told(subscription: Subscription, store: Store) -> str:
    made = letter(subscription, installation(store, ROLES), TODAY)
    assert made is not None
    return " ".join(plain_text(each) + repr(each.chart) for each in (made.digest.card, *made.digest.views))


def made_by(who: Asker, **more: object) -> Subscription:
    return one(owner=who.user, made=NOON, place=who.user, **more)


def test_a_leaders_subscription_tells_of_the_company_and_their_department(filled: Store) -> None:
    words = told(made_by(LEADER), filled)
    assert "Sales leaves 15 of 30" in words
    assert not [name for name in NAMES if name != "Sales" and name in words]


def test_an_administrators_tells_of_all_or_of_the_departments_it_names(filled: Store) -> None:
    assert "Engineering and Sales leave 30 of 60" in told(made_by(ADMIN), filled)
    words = told(made_by(ADMIN, departments=("Engineering",)), filled)
    assert "Engineering leaves 15 of 30" in words
    assert "Sales" not in words


def test_the_settings_send_a_leader_what_a_leader_may_see_and_a_channel_what_they_say(filled: Store) -> None:
    assert "Support" not in told(one(place="U0LEADER"), filled)
    assert "Support" in told(one(place="C1"), filled)
    assert "Support" not in told(one(place="C1", departments=("Sales",)), filled)


def test_what_is_muted_in_a_place_is_left_out_there_and_nowhere_else(filled: Store) -> None:
    installed = installation(filled, ROLES)
    mute("C7", "finding", "unused_seats:Engineering|Sales:chatgpt", ADMIN, installed, TODAY, 4)
    assert "Engineering and Sales leave" not in told(one(place="C7"), filled)
    assert "Engineering and Sales leave" in told(one(place="C8"), filled)
    later = letter(one(place="C7"), installed, TODAY + timedelta(weeks=5))
    assert later is not None
    assert "unused" in plain_text(later.digest.card)


def test_a_muted_department_is_quiet_where_a_finding_is_about_it_alone(filled: Store) -> None:
    installed = installation(filled, ROLES)
    mute("C9", "department", "Sales", ADMIN, installed, TODAY, 4)
    leaders = letter(replace(made_by(LEADER), place="C9"), installed, TODAY)
    assert leaders is not None
    assert leaders.digest.card.advice == ()
    assert "Nothing notable" in leaders.digest.card.text


def test_nothing_is_sent_where_nothing_is_notable_and_that_is_wanted(filled: Store) -> None:
    installed = installation(filled, ROLES)
    mute("C10", "department", "Sales", ADMIN, installed, TODAY, 4)
    quiet = replace(made_by(LEADER), place="C10", skip_empty=True)
    assert letter(quiet, installed, TODAY) is None
    assert letter(replace(quiet, place="C11"), installed, TODAY) is not None


def test_an_alert_tells_what_is_bad_and_new(filled: Store) -> None:
    alert = letter(made_by(ADMIN, what="alert"), installation(filled, ROLES), TODAY)
    assert alert is not None
    assert [each.key for each in alert.digest.card.advice] == ["unused_seats:Engineering|Sales:chatgpt"]
    assert "turned for the worse" in alert.digest.card.text


def test_a_subscription_says_when_it_comes() -> None:
    assert one(timezone="Europe/Berlin").cadence == "Mondays at 09:00 (Europe/Berlin)"
    assert one(day="daily").cadence == "every day at 09:00 (UTC)"


def test_how_one_stands_is_kept_field_by_field(store: Store) -> None:
    installed = installation(store, ROLES, subscriptions=[InSettings(to="C1")])
    stand(store, "digest:leaders:C1", introduced=True)
    stand(store, "digest:leaders:C1", trouble="gone")
    (standing,) = (each.standing for each in subscriptions_of(installed))
    assert (standing.introduced, standing.trouble, standing.paused) == (True, "gone", "")


def test_a_renewal_is_told_of_when_it_begins_to_waste_and_as_its_notice_comes_near(store: Store) -> None:
    fill(store)
    installed, subscription = installation(store, ROLES), made_by(ADMIN, what="renewal")
    assert letter(subscription, installed, TODAY) is None
    renews = TODAY + timedelta(days=100)
    replace_contracts(store, [Contract(tool="chatgpt", seats=90, price=30.0, renews=renews, notice_days=60)])
    made = letter(subscription, installed, TODAY)
    assert made is not None
    assert made.period == f"chatgpt {renews}/1"
    assert made.digest.card.title == "More seats than needed · Renewal · ChatGPT"
    assert "above 15%" in made.digest.card.text
    assert made.digest.card.table is not None
    assert [each.label for each in made.digest.card.advice[0].buttons][:2] == ["Explain", "Assign to me"]
    assert letter(subscription, installed, TODAY) == made, "what did not go out is told again"
    outbox.note_told(store, subscription.key, [made.period], NOON, None)
    assert letter(subscription, installed, TODAY) is None
    nearer = letter(subscription, installed, TODAY + timedelta(days=20))
    assert nearer is not None
    assert nearer.period == f"chatgpt {renews}/2"
    assert nearer.digest.card.title.startswith("20 days to notice")
    assert letter(subscription, installed, TODAY + timedelta(days=41)) is None
