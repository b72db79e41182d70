"""OpenAI API: the organization's usage of completions by project and user, and its costs by project, a UTC day each.

- `input_tokens` includes cached ones, as the vendor counts them. Prompts are absent: `num_model_requests` counts calls
  of a program, and one question of a person may take dozens.
- The report of costs knows projects, no users: cost is a number of the organization and its projects, which is never
  shared out among people. Users therefore have tokens and no cost.
- Of a project are kept its id, tokens (those of keys and service accounts too), cost, and how many people were in it.
- Users of the API platform are not those of ChatGPT and hold no seats: their list only says which address an id has.
- Embeddings, images and audio have usage reports of their own and are not read; what they cost is in the costs.

Sources: OpenAI's published OpenAPI description and reference of the Admin API, read in 2026.
"""

from collections import Counter
from dataclasses import replace
from datetime import date

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parts.openai_admin import ask_buckets, parse_users, read_costs, read_use
from connectors.parts.parsing import always, known
from connectors.rows import CompanyRow, DayRow, Request, TablePage

PROJECT_KEYS = "use by a project's key: no user is named"
IDLE = "no request that day"

ask_users = always(Request(path="organization/users", parameters={"limit": "100"}))
"""The key says which organization's."""


def ask_usage(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask what each user's calls took, by project and model."""
    del scopes
    return ask_buckets("organization/usage/completions", first, last, ("project_id", "user_id", "model"))


def ask_costs(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask what each project is billed."""
    del scopes
    return ask_buckets("organization/costs", first, last, ("project_id",))


def parse_usage(answer: bytes, request: Request) -> TablePage:
    """Return what users' and projects' calls took. ValueError for a page that says there is more, but not where."""
    used, then = read_use(answer, request)
    rows, company, passed = [], [], Counter[str]()
    for day, each in used:
        measures = known(input_tokens=each.input_tokens, output_tokens=each.output_tokens)
        if each.num_model_requests == 0:
            passed[IDLE] += 1
            continue
        company.append(CompanyRow(day=day, project=each.project_id or "", measures=measures, adds=True))
        if each.user_id:
            rows.append(
                DayRow(day=day, account=each.user_id, model=each.model, measures=measures, project=each.project_id)
            )
        else:
            passed[PROJECT_KEYS] += 1
    return TablePage(rows=tuple(rows), company=tuple(company), then=then, passed=passed)


def parse_costs(answer: bytes, request: Request) -> TablePage:
    """Return what each project is billed. ValueError for a page that says there is more, but not where."""
    costs, page = read_costs(answer, request)
    company = (
        CompanyRow(day=day, project=project, measures={"billed_cost": dollars}, adds=True)
        for day, project, dollars in costs
    )
    return replace(page, company=tuple(company))


_WHERE = "OpenAI Platform: Settings, Organization, Admin keys (only an owner can make one)"
_USAGE = Permission(name="an Admin key (sk-admin-…) with api.usage.read", where=_WHERE)
_PEOPLE = Permission(name="an Admin key (sk-admin-…) that may read the organization's users", where=_WHERE)

openai_api = Connector(
    tool="openai-api",
    title="OpenAI API",
    base_url="https://api.openai.com/v1",
    users=_PEOPLE,
    reads=(
        "tokens of completions by user, model and day",
        "tokens, cost and the number of people by project and day",
        "ids and e-mail addresses of the organization's users",
    ),
    never_reads=("prompts, answers and files: the API does not give them", "names of people, projects and keys"),
    measures=frozenset({"input_tokens", "output_tokens"}),
    retention_days=365,
    restatement_days=3,
    lag_hours=24,
    active="at least one request to a model that day",
    cost="the report of costs, by project and never by person",
    feed=TableFeed(
        people=(Table(name="the list of users", permission=_PEOPLE, ask=ask_users, parse=parse_users),),
        tables=(
            Table(
                name="the usage of completions",
                permission=_USAGE,
                ask=ask_usage,
                parse=parse_usage,
                whole=frozenset({"input_tokens", "output_tokens", "people"}),
            ),
            Table(
                name="the costs",
                permission=_USAGE,
                ask=ask_costs,
                parse=parse_costs,
                optional=True,
                whole=frozenset({"billed_cost"}),
            ),
        ),
        seats=False,
    ),
)
