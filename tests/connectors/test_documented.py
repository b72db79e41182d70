"""Answers in the shapes that vendors document or once documented, none of which is in a case: read, or refused."""

import json
from datetime import date
from typing import Any

import pytest

from connectors.connector import Scopes, Table, TableFeed
from connectors.rows import Request, TablePage
from tests.connectors.test_conformance import CONNECTORS

DAY = date(2026, 11, 18)
NOON = 1794960000 + 43200
SCOPES = Scopes(workspace="ws", organization="octo", admin="admin@example.com")


def asked(tool: str, name: str) -> tuple[Table, Request]:
    """Return a table and the question for one day."""
    feed = CONNECTORS[tool].feed
    assert isinstance(feed, TableFeed)
    table = next(each for each in (*feed.people, *feed.tables) if each.name == name)
    return table, table.ask(SCOPES, DAY, DAY)[0]


def read(tool: str, name: str, answer: object) -> TablePage:
    table, request = asked(tool, name)
    return table.parse(answer if isinstance(answer, bytes) else json.dumps(answer).encode(), request)


def rows(page: TablePage) -> list[tuple[str | None, dict[str, float]]]:
    return [(each.email or each.account, dict(each.measures)) for each in page.rows]


def whole(page: TablePage) -> list[dict[str, float]]:
    return [dict(each.measures) for each in page.company]


# Anthropic -----------------------------------------------------------------------------------------------------------


def test_claude_users_of_before_cowork_without_a_word_on_further_pages() -> None:
    told = [
        {"user": {"id": "u1", "email_address": "ana@example.com"}, "chat_metrics": {"message_count": 3}},
        {
            "user": {"id": "u2", "email_address": "bo@example.com"},
            "chat_metrics": None,
            "office_metrics": {"excel": {}},
        },
        {
            "user": {"id": "u3"},
            "chat_metrics": {"distinct_conversation_count": 2, "message_count": 9},
            "rbac_group_id": 7,
        },
    ]
    page = read("claude", "user activity", {"data": told, "next_page": None})
    assert rows(page) == [("ana@example.com", {"messages": 3}), ("u3", {"sessions": 2, "messages": 9})]
    assert page.then == ()


def test_claude_costs_in_fractions_of_cents_without_products() -> None:
    results = [{"amount": "41280.000000"}, {"amount": "0.000001", "currency": "usd", "cost_type": "web_search"}]
    buckets = [{"starting_at": "2026-11-18T00:00:00+00:00", "ending_at": None, "results": results}]
    page = read("claude", "the cost report", {"data": buckets, "data_refreshed_at": "2026-11-19T06:00:00Z"})
    assert sum(each["billed_cost"] for each in whole(page)) == pytest.approx(412.80)


def test_claude_summaries_of_nothing_and_of_a_month() -> None:
    assert read("claude", "the summaries", {"summaries": []}).company == ()
    month = {"starting_at": "2026-10-01T00:00:00Z", "ending_at": "2026-11-01T00:00:00Z", "assigned_seat_count": 9}
    page = read(
        "claude", "the summaries", {"summaries": [month, {"starting_at": "2026-11-18", "assigned_seat_count": 8}]}
    )
    assert (whole(page), sum(page.passed.values())) == ([{"assigned_seats": 8}], 1)


def test_claude_code_of_a_subscription_with_models_and_no_sessions() -> None:
    models = [{"model": "claude-opus-4-6", "tokens": {"input": 5, "output": 1}, "estimated_cost": {"amount": 1025}}]
    told = {
        "date": "2026-11-18T00:00:00Z",
        "actor": {"type": "user_actor", "email_address": "ana@example.com"},
        "customer_type": "subscription",
        "subscription_type": "enterprise",
        "is_remote": True,
        "core_metrics": {"num_sessions": 1, "lines_of_code": {"added": 1543, "removed": 892}},
        "tool_actions": {"edit_tool": {"accepted": 45, "rejected": 5}},
        "model_breakdown": models,
    }
    page = read("claude-code", "the usage report", {"data": [told], "has_more": False})
    measures = {"input_tokens": 5, "output_tokens": 1, "cost": 10.25}
    assert rows(page) == [("ana@example.com", {"sessions": 1}), ("ana@example.com", measures)]


# OpenAI --------------------------------------------------------------------------------------------------------------


def test_openai_costs_as_a_text_and_in_a_bucket_that_names_no_project() -> None:
    results = [
        {"object": "organization.costs.result", "amount": {"value": "0.06", "currency": "USD"}, "line_item": None}
    ]
    page = read(
        "openai-api", "the costs", {"object": "page", "data": [{"start_time": NOON - 43200, "results": results}]}
    )
    assert [(each.day, each.project, dict(each.measures)) for each in page.company] == [
        (DAY, "", {"billed_cost": 0.06})
    ]


def test_openai_usage_of_before_projects_were_told_and_with_every_split_of_tokens() -> None:
    splits = {f"input_{kind}_tokens": 1 for kind in ("cached", "cache_write", "uncached", "text", "audio", "image")}
    used = {"user_id": "user-1", "input_tokens": 6, "output_tokens": 2, "num_model_requests": 1, **splits}
    page = read("openai-api", "the usage of completions", {"data": [{"start_time": NOON - 43200, "results": [used]}]})
    assert rows(page) == [("user-1", {"input_tokens": 6, "output_tokens": 2})]


@pytest.mark.parametrize("name", ["the costs", "the usage of completions"])
def test_openai_says_there_is_more_but_not_where(name: str) -> None:
    with pytest.raises(ValueError, match="more, but not where"):
        read("openai-api", name, {"data": [], "has_more": True, "next_page": None})


# Cursor --------------------------------------------------------------------------------------------------------------


def test_cursors_members_of_before_ids_were_told() -> None:
    members = [
        {"name": "Ana", "email": "ana@example.com", "role": "owner"},
        {"email": "bo@example.com", "role": "free-owner"},
    ]
    page = read("cursor", "members", {"teamMembers": members})
    assert [(each.email, each.active) for each in page.accounts] == [
        ("ana@example.com", True),
        ("bo@example.com", True),
    ]


def test_cursors_days_of_before_there_were_pages() -> None:
    day = {"date": NOON * 1000, "isActive": True, "composerRequests": 2, "email": "ana@example.com", "bugbotUsages": 1}
    page = read("cursor", "daily usage", {"data": [day], "period": {"startDate": 1, "endDate": 2}})
    assert (rows(page), page.then) == ([("ana@example.com", {"prompts": 2})], ())
    with pytest.raises(ValueError, match="pages"):
        read("cursor", "daily usage", {"data": [day] * 1000})


def test_cursors_events_by_label_with_numbers_as_they_are_documented() -> None:
    event = {
        "timestamp": str(NOON * 1000),
        "kindLabel": "Usage-based",
        "model": "claude-4-opus",
        "userEmail": "ana@example.com",
        "requestsCosts": 5.5,
        "tokenUsage": {"inputTokens": 126, "outputTokens": 450, "cacheWriteTokens": 6112, "totalCents": 20.18232},
        "chargedCents": 21.36232,
        "cursorTokenFee": 1.18,
        "isHeadless": False,
    }
    page = read(
        "cursor",
        "usage events",
        {"usageEvents": [event], "pagination": {"numPages": 1, "currentPage": 1, "hasNextPage": False}},
    )
    ((who, measures),) = rows(page)
    assert (who, measures["input_tokens"], measures["cost"]) == ("ana@example.com", 126, pytest.approx(0.2136232))


def test_cursors_spend_of_before_it_was_told_as_a_whole_and_of_nobody() -> None:
    page = read(
        "cursor", "spend", {"teamMemberSpend": [{"email": "ana@example.com", "spendCents": 2450}], "totalPages": 1}
    )
    assert whole(page)[0] == {"cycle_spend_beyond_plan": 24.5}
    assert whole(read("cursor", "spend", {"teamMemberSpend": [], "totalPages": 0}))[0] == {}


# Google, GitHub, Microsoft -------------------------------------------------------------------------------------------


def activity(*parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"time": "2026-11-18T12:00:00.123Z", "uniqueQualifier": "-42", "applicationName": "gemini_in_workspace_apps"}
    event = {"type": "ai_usage_event", "name": "feature_utilization", "parameters": list(parameters)}
    return {
        "kind": "admin#reports#activity",
        "id": told,
        "actor": {"email": "ana@example.com"},
        "events": [event],
        **more,
    }


def test_gemini_with_parameters_of_other_kinds_and_one_without_any() -> None:
    name = CONNECTORS["gemini"].feed.tables[0].name  # type: ignore[union-attr]
    active = activity(
        {"name": "app_name", "value": "docs"},
        {"name": "event_category", "value": "active_generate"},
        {"name": "is_of_tomorrow", "boolValue": True},
        {"name": "many", "multiValue": ["a", "b"]},
        ipAddress="192.0.2.1",
    )
    page = read("gemini", name, {"kind": "admin#reports#activities", "etag": "x", "items": [active, activity()]})
    assert rows(page) == [("ana@example.com", {"prompts": 1})]
    assert sum([*page.passed.values(), *page.bad.values()]) == 1
    assert read("gemini", name, {"kind": "admin#reports#activities"}).rows == ()


def test_githubs_billing_without_what_is_pending() -> None:
    assert whole(read("github-copilot", "the billing", {"seat_breakdown": {"total": 12}})) == [{"assigned_seats": 12}]
    with pytest.raises(ValueError, match="seat_breakdown"):
        read("github-copilot", "the billing", {"message": "Not Found", "documentation_url": "https://docs.example.com"})


def test_githubs_seats_of_a_team_and_of_a_plan_that_is_unknown() -> None:
    seat = {
        "assignee": {"login": "octo-ana", "type": "User"},
        "created_at": "2026-01-01T00:00:00Z",
        "plan_type": "unknown",
    }
    page = read(
        "github-copilot", "the list of seats", {"total_seats": 1, "seats": [{**seat, "assigning_team": {"id": 1}}]}
    )
    assert [(each.id, each.plan) for each in page.accounts] == [("octo-ana", "unknown")]


def test_microsofts_report_as_a_first_preview_and_one_with_nobody() -> None:
    told = {"userPrincipalName": "ana@example.com", "lastActivityDate": "2026-11-18", "reportRefreshDate": "2026-11-19"}
    page = read("copilot", "usage report", {"@odata.context": "x", "value": [told]})
    assert [(each.account, each.day) for each in page.rows] == [("ana@example.com", DAY)]
    heading = "\ufeffReport Refresh Date,User Principal Name,Display Name,Last Activity Date,Report Period\r\n"
    assert read("copilot", "usage report", heading.encode()).rows == ()
    assert read("copilot", "usage report", {"value": []}).rows == ()


def test_microsofts_products_where_one_does_not_say_how_many_were_bought() -> None:
    sku = {"skuId": "1", "skuPartNumber": "Microsoft_365_Copilot", "consumedUnits": 3, "prepaidUnits": {"enabled": 5}}
    assert whole(read("copilot", "users", {"value": [sku]})) == [{"purchased_seats": 5, "assigned_seats": 3}]
    other = {"skuId": "2", "skuPartNumber": "COPILOT_OF_TOMORROW", "consumedUnits": 1, "prepaidUnits": None}
    assert whole(read("copilot", "users", {"value": [sku, other]})) == [{"assigned_seats": 4}]
