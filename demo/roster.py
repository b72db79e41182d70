"""Who the company's people are, as its systems tell: the vendor's users endpoint and the HR directory."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from demo.company import Company
from demo.profile import LOCATIONS

DIRECTORY_COLUMNS = (
    "employee_id",
    "work_email",
    "alias_emails",
    "department",
    "team",
    "location",
    "manager_email",
    "start_date",
    "end_date",
    "effective_from",
)
User = dict[str, str | int | bool | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class UsersPage:
    """One page of users, and where the next one starts."""

    data: tuple[User, ...]
    has_more: bool
    last_id: str | None

    def json(self) -> dict[str, object]:
        """Return the page as the vendor sends it."""
        return {"object": "list", "data": list(self.data), "has_more": self.has_more, "last_id": self.last_id}


def users(company: Company) -> tuple[User, ...]:
    """Return every account there is or was, oldest first: active ones are seats. Two deleted ones have no e-mail."""
    midnight = datetime.combine(company.first_day, time(9), UTC)
    rows: list[User] = []
    for n, person in enumerate(company.people):
        if (account := person.account) is None:
            continue
        rows.append(
            _user(
                account.user_id,
                account.email.title() if n % 23 == 0 else account.email,
                person.name,
                int((midnight + timedelta(days=account.created, seconds=n)).timestamp()),
                account.role,
                active=account.seat,
                managed=account.managed,
            )
        )
    for n in range(2):
        created = int((midnight - timedelta(days=170 + n)).timestamp())
        rows.append(
            _user(f"user-deleted{company.seed}{n}", None, None, created, "standard-user", active=False, managed=False)
        )
    return tuple(sorted(rows, key=lambda row: (row["created_at"], row["id"])))


def _user(
    user_id: str,
    email: str | None,
    name: str | None,
    created: int,
    role: str,
    *,
    active: bool,
    managed: bool,
) -> User:
    return {
        "object": "compliance.workspace.user",
        "id": user_id,
        "email": email,
        "name": name,
        "created_at": created,
        "role": role,
        "status": "active" if active else "inactive",
        "is_scim_managed": managed,
    }


def users_page(everybody: tuple[User, ...], after: str | None, limit: int) -> UsersPage:
    """Return up to `limit` users after the one with id `after`. Raises KeyError where there is no such user."""
    start = 0
    if after is not None:
        places = {row["id"]: i for i, row in enumerate(everybody)}
        start = places[after] + 1
    page = everybody[start : start + limit]
    last = page[-1]["id"] if page else None
    return UsersPage(
        data=page, has_more=start + limit < len(everybody), last_id=str(last) if last is not None else None
    )


def directory_csv(company: Company) -> str:
    """Return the HR directory: a row for each place a person held, from `effective_from` on.

    Aliases are separated by `;`. People who left are in it with their last day; accounts of outsiders are not.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(DIRECTORY_COLUMNS)
    for n, person in enumerate(company.people):
        if not person.listed:
            continue
        email = person.email.title() if n % 29 == 0 else person.email
        for place in person.places:
            manager = company.people[place.manager].email if place.manager is not None else ""
            writer.writerow(
                (
                    person.employee_id,
                    email,
                    ";".join(person.aliases),
                    place.department,
                    place.team,
                    LOCATIONS[person.location][0],
                    manager,
                    company.day(person.start),
                    company.day(person.end) if person.end is not None else "",
                    company.day(place.since),
                )
            )
    return out.getvalue()
