"""What the two readers of OpenAI's reports do with answers that the cases do not show."""

import json
from datetime import date

import pytest

from connectors import codex, openai_api
from connectors.connector import Scopes
from connectors.errors import ConfigurationError
from connectors.rows import Request

REQUEST = Request(path="there", parameters={"limit": "1"})


@pytest.mark.parametrize("parse", [codex.parse, openai_api.parse_usage, openai_api.parse_costs, openai_api.parse_users])
def test_more_without_a_place_is_an_error(parse) -> None:
    with pytest.raises(ValueError, match="not where"):
        parse(b'{"data": [], "has_more": true}', REQUEST)


@pytest.mark.parametrize("parse", [codex.parse, openai_api.parse_usage, openai_api.parse_costs, openai_api.parse_users])
def test_an_empty_page_leads_nowhere(parse) -> None:
    page = parse(b'{"data": []}', REQUEST)
    assert (page.rows, page.accounts, page.then) == ((), (), ())


@pytest.mark.parametrize(
    ("start", "day"),
    [
        (1794960000, date(2026, 11, 18)),
        (1794960000.5, date(2026, 11, 18)),
        ("2026-11-18", date(2026, 11, 18)),
        ("2026-11-18T00:00:00", date(2026, 11, 18)),
        ("2026-11-18T00:00:00Z", date(2026, 11, 18)),
        ("2026-11-18T01:00:00+02:00", date(2026, 11, 17)),
    ],
)
def test_codex_days_may_be_seconds_or_text(start: object, day: date) -> None:
    answer = {"data": [{"start_time": start, "user_id": "u", "totals": {"turns": 1}}]}
    assert [row.day for row in codex.parse(json.dumps(answer).encode(), REQUEST).rows] == [day]


def test_codex_takes_from_the_totals_only_what_no_model_tells() -> None:
    totals = {"turns": 2, "credits": 9, "uncached_text_input_tokens": 70, "text_output_tokens": 7}
    models = [{"model": "a", "credits": 5}, {"model": "b", "credits": 4, "text_output_tokens": None}]
    answer = {"data": [{"start_time": 1794960000, "user_id": "u", "totals": totals, "models": models}]}
    rows = codex.parse(json.dumps(answer).encode(), REQUEST).rows
    assert [(row.model, dict(row.measures)) for row in rows] == [
        (None, {"prompts": 2, "input_tokens": 70, "output_tokens": 7}),
        ("a", {"credits": 5}),
        ("b", {"credits": 4}),
    ]


def test_codex_without_a_workspace_says_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match="workspace"):
        codex.ask(Scopes(), date(2026, 11, 18), date(2026, 11, 18))


def test_the_api_is_asked_by_project_user_and_model_until_the_end_of_the_last_day() -> None:
    (request,) = openai_api.ask_usage(Scopes(), date(2026, 11, 17), date(2026, 11, 18))
    assert request.parameters["group_by"] == ("project_id", "user_id", "model")
    assert (request.parameters["start_time"], request.parameters["end_time"]) == ("1794873600", "1795046400")
