"""Where members are, from what directories write, and which working days were lost there."""

from datetime import date, timedelta

import numpy as np
import pytest

from insights.guards.calendar import lost_by_row, lost_days
from insights.guards.places import Place, place_of, spoken

WEEKS = [date(2025, 11, 24) + timedelta(weeks=n) for n in range(7)]
"""From Thanksgiving to Epiphany."""


@pytest.mark.parametrize(
    ("location", "country", "subdivision"),
    [
        ("Germany", "DE", ""),
        ("germany", "DE", ""),
        ("DE", "DE", ""),
        ("DEU", "DE", ""),
        ("DE-BY", "DE", "BY"),
        ("Berlin, DE", "DE", ""),
        ("Munich, Germany", "DE", ""),
        ("Germany - Remote", "DE", ""),
        ("Remote (Germany)", "DE", ""),
        ("US-CA", "US", "CA"),
        ("Austin, TX", "US", "TX"),
        ("Texas", "US", "TX"),
        ("UK", "GB", ""),
        ("United Kingdom", "GB", ""),
        ("London", "GB", ""),
        ("Zürich", "CH", ""),
        ("São Paulo", "BR", ""),
        ("Guinea-Bissau", "GW", ""),
        ("DE-XX", "DE", ""),
    ],
)
def test_a_location_tells_its_country_in_many_ways(location: str, country: str, subdivision: str) -> None:
    assert place_of(location) == Place(country, subdivision)


@pytest.mark.parametrize("location", ["", "  ", "Office 3", "Munich", "in", "Headquarters", "XX", "Sales/EMEA"])
def test_a_location_that_tells_no_country_is_at_the_default_or_nowhere(location: str) -> None:
    assert place_of(location) is None
    assert place_of(location, "de-by") == Place("DE", "BY")
    assert place_of(location, "Atlantis") is None


def test_two_letters_behind_a_city_are_a_state_where_the_organisation_is_american() -> None:
    assert place_of("San Francisco, CA", "US") == Place("US", "CA")
    assert place_of("San Francisco, CA") == Place("CA")
    assert place_of("Toronto, CA", "US") == Place("CA")
    assert place_of("Berlin, DE", "US") == Place("DE")
    assert place_of("DE", "US") == Place("DE")


def test_countries_are_named_as_in_a_sentence() -> None:
    assert [spoken(each) for each in ("US", "GB", "DE")] == ["the US", "the UK", "Germany"]


def test_holidays_take_working_days_and_weekends_take_none() -> None:
    first_of_may_2025, _ = date(2025, 4, 28), "a Thursday"
    assert lost_days([first_of_may_2025], Place("DE")).tolist() == [0.2]
    assert lost_days([date(2027, 4, 26)], Place("DE")).tolist() == [0.0]
    assert lost_days([first_of_may_2025], Place("US")).tolist() == [0.0]
    assert lost_days([date(2025, 6, 16)], Place("DE", "BY")).tolist() == [0.2]
    assert lost_days([date(2025, 6, 16)], Place("DE", "BE")).tolist() == [0.0]


def test_the_turn_of_the_year_is_lost_wherever_anybody_is() -> None:
    assert lost_days(WEEKS, None).tolist() == [0, 0, 0, 0, 0.6, 0.8, 0]


def test_an_organisation_in_three_countries_loses_what_its_members_do() -> None:
    one = np.ones(7)
    members = {
        "Berlin, DE": np.array([one * 50, one * 40, one * 10]),
        "US": np.array([one * 40, one * 0, one * 40]),
        "Paris": np.array([one * 10, one * 10, one * 0]),
    }
    lost, countries = lost_by_row(WEEKS, members, "", 3)
    assert lost[:, 0] == pytest.approx([0.08, 0.0, 0.16])
    assert lost[:, 4] == pytest.approx([0.6, 0.6, 0.6])
    assert countries[0] == ("the US",)
    assert countries[1] == ()
    assert countries[4][0] == "Germany"
    assert set(countries[4]) == {"Germany", "the US", "France"}


def test_a_few_members_of_unknown_place_are_where_the_others_are_and_many_are_nowhere() -> None:
    thanksgiving, one = WEEKS[:1], np.ones((1, 1))
    assert lost_by_row(thanksgiving, {"US": one * 60, "HQ": one * 40}, "", 1)[0] == pytest.approx(0.2)
    assert lost_by_row(thanksgiving, {"US": one * 20, "HQ": one * 80}, "", 1)[0] == pytest.approx(0.04)
    assert lost_by_row(thanksgiving, {"US": one * 20, "HQ": one * 80}, "DE", 1)[0] == pytest.approx(0.04)


def test_without_a_directory_everybody_is_in_the_organisations_country() -> None:
    assert lost_by_row(WEEKS[:1], {}, "US", 2)[0].tolist() == [[0.2], [0.2]]
    assert lost_by_row(WEEKS[:1], {}, "", 2)[0].tolist() == [[0.0], [0.0]]


def test_a_department_that_the_directory_does_not_know_loses_what_the_company_does() -> None:
    members = {"US": np.array([[10.0], [10.0], [0.0]])}
    assert lost_by_row(WEEKS[:1], members, "", 3)[0].ravel() == pytest.approx([0.2, 0.2, 0.2])
