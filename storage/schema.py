"""The tables. Migrations in `storage/migrations` bring a store here; a test holds that both agree."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)

COUNTS = (
    "sessions",
    "messages",
    "prompts",
    "prompt_characters",
    "short_prompts",
    "long_prompts",
    "input_tokens",
    "output_tokens",
)
"""The measures of Usage that are whole numbers; with MONEY they are all that adds up."""

MONEY = ("credits", "cost")
MEASURES = COUNTS + MONEY


def _measures() -> list[Column[int] | Column[float]]:
    return [*(Column(name, BigInteger) for name in COUNTS), *(Column(name, Float) for name in MONEY)]


# Facts -----------------------------------------------------------------------------------------------------------

usage = Table(
    "usage",
    metadata,
    Column("source", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("person", LargeBinary(32), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("model", String(64), nullable=False),
    *_measures(),
    Column("tokens_estimated", Boolean, nullable=False, default=False),
    PrimaryKeyConstraint("source", "day", "person", "tool", "model"),
    sqlite_with_rowid=False,
)
Index(None, usage.c.day)

period_usage = Table(
    "period_usage",
    metadata,
    Column("source", String(64), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("person", LargeBinary(32), nullable=False),
    Column("model", String(64), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("active_days", Integer),
    *_measures(),
    PrimaryKeyConstraint("source", "tool", "first", "last", "person", "model"),
    sqlite_with_rowid=False,
    comment="totals of a whole period, of a vendor's manual export; they are never added to usage, which is by day",
)

company_day = Table(
    "company_day",
    metadata,
    Column("source", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("measure", String(48), nullable=False),
    Column("project", String(64), nullable=False, default="", server_default=""),
    Column("value", Float, nullable=False),
    PrimaryKeyConstraint("source", "day", "measure", "project"),
    sqlite_with_rowid=False,
    comment=(
        "what a vendor tells of the whole organisation alone, such as its median minutes to merge, or what it bills; "
        "project: the vendor's id of one of the organisation's projects"
    ),
)

seat = Table(
    "seat",
    metadata,
    Column("source", String(64), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("person", LargeBinary(32), nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date),
    Column("plan", String(64), nullable=False, default=""),
    Column("price", Float),
    PrimaryKeyConstraint("person", "tool", "source", "start"),
    sqlite_with_rowid=False,
)

member = Table(
    "member",
    metadata,
    Column("source", String(64), nullable=False),
    Column("person", LargeBinary(32), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("department", Text, nullable=False),
    Column("team", Text, nullable=False, default=""),
    Column("location", Text, nullable=False, default=""),
    Column("manager", LargeBinary(32)),
    Column("start", Date),
    Column("end", Date),
    PrimaryKeyConstraint("person", "since", "source"),
    sqlite_with_rowid=False,
)

alias = Table(
    "alias",
    metadata,
    Column("source", String(64), nullable=False),
    Column("alias", LargeBinary(32), nullable=False),
    Column("person", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("alias", "source"),
    sqlite_with_rowid=False,
)

contract = Table(
    "contract",
    metadata,
    Column("tool", String(32), primary_key=True),
    Column("seats", Integer),
    Column("price", Float),
    Column("currency", String(8), nullable=False),
    Column("renews", Date),
    Column("notice_days", Integer),
    Column("true_up", String(16), nullable=False, server_default="none"),
    Column("alert_above", Float, nullable=False, server_default="0.15"),
)

contract_said = Table(
    "contract_said",
    metadata,
    Column("tool", String(32), nullable=False),
    Column("change", Integer, nullable=False),
    Column("terms", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", String(128), nullable=False),
    PrimaryKeyConstraint("tool", "change"),
    comment="a row a change by an administrator; terms: JSON of the contract, '' where it was taken away; who: opaque",
)

renewal_told = Table(
    "renewal_told",
    metadata,
    Column("subscription", String(128), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("renews", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("on", Date, nullable=False),
    Column("days", Integer, nullable=False),
    Column("share", Float, nullable=False),
    Column("seats", Float, nullable=False),
    Column("above", Boolean, nullable=False),
    PrimaryKeyConstraint("subscription", "tool", "renews", "number"),
    comment="what was told of a contract before it renews; kind: 'crossed', 'near', 'worse' or 'resolved'",
)

# What ingestion remembers ------------------------------------------------------------------------------------------

event_batch = Table(
    "event_batch",
    metadata,
    Column("source", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("file", String(80), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", LargeBinary, nullable=False),
    PrimaryKeyConstraint("source", "day", "file"),
)

source_file = Table(
    "source_file",
    metadata,
    Column("source", String(64), nullable=False),
    Column("file", String(80), nullable=False),
    Column("stream", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    PrimaryKeyConstraint("source", "file"),
    comment="files of an event feed that were read whole: a file that is here is not read again",
)

source_day = Table(
    "source_day",
    metadata,
    Column("source", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", String(8), nullable=False),
    PrimaryKeyConstraint("source", "day"),
    comment=(
        "state: 'waiting' (events are in, facts not yet worked out), 'closed' (its events are gone) or 'late' (asked "
        "for before the vendor had published it)"
    ),
)

watermark = Table(
    "watermark",
    metadata,
    Column("source", String(64), nullable=False),
    Column("stream", String(64), nullable=False),
    Column("position", String(64), nullable=False),
    PrimaryKeyConstraint("source", "stream"),
    comment="position: the vendor's cursor, to be sent back as it came",
)

rollup_due = Table(
    "rollup_due",
    metadata,
    Column("week", Date, primary_key=True),
    Column("facts", Boolean, nullable=False),
    comment="weeks whose roll-ups no longer fit: their own facts changed, or only those of a week their windows see",
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("finished", DateTime(timezone=True)),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("asked_from", Date),
    Column("asked_to", Date),
    Column("pages", Integer, nullable=False, default=0, server_default="0"),
    Column("files", Integer, nullable=False, default=0),
    Column("rows", Integer, nullable=False, default=0),
    Column("skipped", Text, nullable=False, default="{}"),
    Column("warnings", Text, nullable=False, default="[]", server_default="[]"),
    Column("error", Text),
    Column("next_try", DateTime(timezone=True)),
    comment=(
        "first_day and last_day: of the facts that came; asked_from and asked_to: what the vendor was asked for; "
        "next_try: not before then, where the vendor said so"
    ),
)
Index(None, run.c.source, run.c.started)

# Weekly roll-ups ---------------------------------------------------------------------------------------------------

person_week = Table(
    "person_week",
    metadata,
    Column("week", Date, nullable=False),
    Column("person", LargeBinary(32), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("department", Text, nullable=False),
    Column("days", Integer, nullable=False),
    *_measures(),
    Column("tokens_estimated", Boolean, nullable=False),
    PrimaryKeyConstraint("week", "person", "tool", "department"),
    sqlite_with_rowid=False,
)

Index(None, person_week.c.person, person_week.c.tool, person_week.c.week)

LADDER = ("power", "habitual", "novice", "low", "non_users")
SEATS = (
    "seats_purchased",
    "seats_assigned",
    "seats_activated",
    "seats_active",
    "seats_never_used",
    "seats_in_grace",
)
"""`seats_in_grace`: never used so far, and too new to be called unused; a part of `seats_never_used`."""

SEVERAL = ("several_seats", "several_using_none", "several_using_one", "several_using_more")
"""Of tool '*': people who hold seats of two tools or more, and how many of these tools they used of late."""

group_week = Table(
    "group_week",
    metadata,
    Column("week", Date, nullable=False),
    Column("tool", String(32), nullable=False),
    Column("segment", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("people", Integer, nullable=False),
    *_measures(),
    Column("tokens_estimated", Boolean, nullable=False),
    Column("active_weeks", Integer),
    Column("top_ten_prompts", BigInteger),
    Column("top_decile_prompts", BigInteger),
    Column("top_decile_people", Integer),
    *(Column(name, Integer) for name in LADDER),
    *(Column(name, Integer) for name in SEATS),
    Column("seat_spend", Float),
    Column("unused_seat_spend", Float),
    *(Column(name, Integer) for name in SEVERAL),
    Column("several_unused_spend", Float),
    PrimaryKeyConstraint("week", "tool", "segment", "name"),
    sqlite_with_rowid=False,
    comment=(
        "tool '*' is every tool together, each person counted once; segment is 'company' (name '') or 'department'; "
        "people are those active in the week"
    ),
)

model_week = Table(
    "model_week",
    metadata,
    Column("week", Date, nullable=False),
    Column("tool", String(32), nullable=False),
    Column("segment", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("model", String(64), nullable=False),
    Column("people", Integer, nullable=False),
    Column("sessions", BigInteger),
    Column("messages", BigInteger),
    Column("prompts", BigInteger),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    PrimaryKeyConstraint("week", "tool", "segment", "name", "model"),
    sqlite_with_rowid=False,
)

COHORTS = ("kept", "newcomers", "returned", "lapsed")

cohort_week = Table(
    "cohort_week",
    metadata,
    Column("week", Date, nullable=False),
    Column("tool", String(32), nullable=False),
    Column("segment", String(16), nullable=False),
    Column("name", Text, nullable=False),
    *(Column(name, Integer, nullable=False) for name in COHORTS),
    PrimaryKeyConstraint("week", "tool", "segment", "name"),
    sqlite_with_rowid=False,
    comment="the people active in four weeks against those of the four before; lapsed are those of before alone",
)

seat_pair_week = Table(
    "seat_pair_week",
    metadata,
    Column("week", Date, nullable=False),
    Column("segment", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("tool", String(32), nullable=False),
    Column("other", String(32), nullable=False),
    Column("holders", Integer, nullable=False),
    Column("used_both", Integer, nullable=False),
    Column("used_tool", Integer, nullable=False),
    Column("used_other", Integer, nullable=False),
    Column("used_neither", Integer, nullable=False),
    PrimaryKeyConstraint("week", "segment", "name", "tool", "other"),
    sqlite_with_rowid=False,
    comment="people who hold a seat of both tools (tool before other, by name), and which of the two they used of late",
)

group_period = Table(
    "group_period",
    metadata,
    Column("source", String(64), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("segment", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    *_measures(),
    PrimaryKeyConstraint("source", "tool", "first", "last", "segment", "name"),
    sqlite_with_rowid=False,
    comment="period_usage by department and for the company; listed: everybody in the export, people: the active ones",
)

restated = Table(
    "restated",
    metadata,
    Column("tool", String(32), nullable=False),
    Column("week", Date, nullable=False),
    Column("measure", String(32), nullable=False),
    Column("before", Float, nullable=False),
    Column("after", Float, nullable=False),
    Column("noted", Date, nullable=False),
    PrimaryKeyConstraint("tool", "week", "measure"),
    sqlite_with_rowid=False,
    comment="company totals of weeks long complete that their source told otherwise later; before: as first told",
)

# Delivery ----------------------------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("subscription", String(128), nullable=False),
    Column("period", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("claimed", DateTime(timezone=True), nullable=False),
    Column("closed", DateTime(timezone=True)),
    Column("message", String(64)),
    Column("error", Text),
    Column("token", String(32)),
    PrimaryKeyConstraint("subscription", "period"),
    comment=(
        "state: 'claimed' (being made), 'sending' (perhaps posted), 'sent', 'failed' (known not to have gone out) or "
        "'unknown'; token: of the claim"
    ),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("what", String(16), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("platform", String(16), nullable=False),
    Column("place", String(128), nullable=False),
    Column("departments", Text, nullable=False),
    Column("day", String(16), nullable=False),
    Column("at", String(5), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("thread_only", Boolean, nullable=False),
    Column("skip_empty", Boolean, nullable=False),
    Column("owner", String(128), nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True)),
    comment="departments: a JSON list of those it tells of, empty for all its owner may see",
)

subscription_state = Table(
    "subscription_state",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("paused", Text, nullable=False),
    Column("paused_at", DateTime(timezone=True)),
    Column("paused_by", String(128), nullable=False),
    Column("introduced", Boolean, nullable=False),
    Column("done", DateTime(timezone=True)),
    Column("trouble", Text, nullable=False),
    comment="paused: why, or ''; done: the newest due moment dealt with; trouble: what its owner was told last",
)

place_mute = Table(
    "place_mute",
    metadata,
    Column("place", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("what", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("place", "kind", "what"),
    comment="kind: 'department' or 'finding' (by key); quiet in this place before the day `until`, for everyone in it",
)

# Who may ask ------------------------------------------------------------------------------------------------------

role_grant = Table(
    "role_grant",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("who", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    Column("department", Text, nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True)),
    Column("ended_by", String(128)),
    comment="who: an opaque user id, or 'group:' and a group's; one row a department, '' for the company alone",
)

heard = Table(
    "heard",
    metadata,
    Column("event", String(128), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    comment="events of a platform that were answered, by its own id; forgotten when it repeats them no more",
)

thread = Table(
    "thread",
    metadata,
    Column("thread", String(64), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("question", Text, nullable=False),
    comment="the last question of a thread as it was understood, never its text; forgotten after a day",
)

# What was told ----------------------------------------------------------------------------------------------------


def _pattern() -> list[Column[str] | Column[int]]:
    """What a finding is known by from week to week, besides its departments (a JSON list of names)."""
    return [
        Column("detector", String(64), nullable=False),
        Column("metric", String(64), nullable=False),
        Column("tool", String(32), nullable=False),
        Column("direction", Integer, nullable=False),
        Column("departments", Text, nullable=False),
    ]


finding_seen = Table(
    "finding_seen",
    metadata,
    Column("week", Date, nullable=False),
    Column("key", Text, nullable=False),
    *_pattern(),
    Column("state", String(16), nullable=False),
    Column("impact", Float, nullable=False),
    Column("value", Float, nullable=False),
    Column("told", Boolean, nullable=False),
    PrimaryKeyConstraint("week", "key"),
    comment=(
        "what the digest of a week found; told: it was in the digest; state: 'new', 'still', 'worse', 'reversed', or "
        "'resolved', which was told before and is not found any more"
    ),
)

finding_choice = Table(
    "finding_choice",
    metadata,
    Column("key", Text, primary_key=True),
    *_pattern(),
    Column("choice", String(16), nullable=False),
    Column("until", Date),
    Column("impact", Float, nullable=False),
    Column("at", Date, nullable=False),
    Column("who", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    comment="choice: 'snooze' (quiet before the day `until`) or 'dismiss'; impact: the finding's when it was chosen",
)

# What was done -----------------------------------------------------------------------------------------------------

action_taken = Table(
    "action_taken",
    metadata,
    Column("id", String(32), nullable=False),
    Column("change", Integer, nullable=False),
    Column("finding", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("metric", String(64), nullable=False),
    Column("tool", String(32), nullable=False),
    Column("departments", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(128), nullable=False),
    Column("due", Date),
    Column("done", Date),
    Column("until", Date),
    Column("reached", Text, nullable=False),
    Column("people", Integer),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", String(128), nullable=False),
    PrimaryKeyConstraint("id", "change"),
    comment=(
        "a row a change; state: 'open', 'assigned', 'done', 'snoozed' or 'dismissed'; finding: the key of what "
        "proposed it, or ''; owner and who: opaque ids of accounts; done: the day it was really done"
    ),
)

# Slack ------------------------------------------------------------------------------------------------------------
# The first three are read and written by slack_sdk's own stores, which name the columns; a test holds that they are
# all here. What is kept encrypted is longer than slack_sdk's 200 characters, which PostgreSQL would refuse.


def _slack_bot() -> list[Column[str] | Column[datetime] | Column[bool]]:
    return [
        Column("bot_token", Text),
        Column("bot_id", String(32)),
        Column("bot_user_id", String(32)),
        Column("bot_scopes", Text),
        Column("bot_refresh_token", Text),
        Column("bot_token_expires_at", DateTime),
    ]


slack_installations = Table(
    "slack_installations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String(64), nullable=False),
    Column("app_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("enterprise_name", Text),
    Column("enterprise_url", Text),
    Column("team_id", String(32)),
    Column("team_name", Text),
    *_slack_bot(),
    Column("user_id", String(32), nullable=False),
    Column("user_token", Text),
    Column("user_scopes", Text),
    Column("user_refresh_token", Text),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", Text),
    Column("incoming_webhook_channel", Text),
    Column("incoming_webhook_channel_id", Text),
    Column("incoming_webhook_configuration_url", Text),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("token_type", String(32)),
    Column("installed_at", DateTime, nullable=False),
)

slack_bots = Table(
    "slack_bots",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String(64), nullable=False),
    Column("app_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("enterprise_name", Text),
    Column("team_id", String(32)),
    Column("team_name", Text),
    *_slack_bot(),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", DateTime, nullable=False),
)

slack_oauth_states = Table(
    "slack_oauth_states",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime, nullable=False),
)

slack_turn = Table(
    "slack_turn",
    metadata,
    Column("install", String(80), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    comment="who renews the tokens of an install, until when at the longest: a refresh token works once",
)

slack_dead = Table(
    "slack_dead",
    metadata,
    Column("install", String(80), primary_key=True),
    Column("reason", String(64), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    comment="installs whose token Slack takes no more; reason: Slack's own code",
)

# Conversations ----------------------------------------------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(400), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("team", String(400), nullable=False),
    Column("person", String(400), nullable=False),
    Column("reference", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed", DateTime(timezone=True), nullable=False),
    Column("told", Boolean, nullable=False),
    Column("greeted", Boolean, nullable=False),
    comment=(
        "where the bot may speak by itself, by opaque ids; state: 'active', 'paused' (posts are refused) or 'removed'; "
        "told: somebody was told that it is no longer active"
    ),
)
Index(None, conversations.c.person)

shown_picture = Table(
    "shown_picture",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("png", LargeBinary, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    comment="pictures of cards that were posted, to be fetched by a name that nobody can guess",
)

shown_card = Table(
    "shown_card",
    metadata,
    Column("conversation", String(400), nullable=False),
    Column("message", String(64), nullable=False),
    Column("card", Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("conversation", "message"),
    comment="cards that were posted with buttons that change them, as they stand",
)
