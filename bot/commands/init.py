"""`ai-usage init`: a commented settings file and the organisation's key."""

import secrets
import stat
from pathlib import Path

import click

from bot.settings import DEFAULT_PATH, find_config

KEY_FILE = "ai-usage.key"

TEMPLATE = """\
# ai-usage: the settings. Secrets are references, "env:NAME" or "file:PATH" (a file only you may read), never values.
# `ai-usage doctor` checks every part and says what to fix.

[organisation]
name = "Our organisation"
timezone = "UTC"                # IANA name, such as "Europe/Lisbon": digests go out in this zone
min_group_size = 5              # nothing about fewer people than this is ever shown
reference_model = "gpt-4o"      # "on the reference model or above" is measured against this one
country = ""                    # "DE", "US-CA": whose holidays count for people whose location names no country

[store]
url = "sqlite:///ai-usage.db"   # one file beside this one

[privacy]
# The organisation's own key, under which every identity is hashed. Keep a copy somewhere safe: without it, new
# logs can't be matched with old ones.
key = "file:ai-usage.key"

# --- Sources: one table a tool -------------------------------------------------------------------------------------

# ChatGPT Enterprise or Edu, read through the Compliance Logs Platform (read-only key).
# [sources.chatgpt]
# workspace = "00000000-0000-0000-0000-000000000000"
# organization = "org-..."      # tokens from COSTS files of this organisation; without it, from the usage analytics
# key = "env:CHATGPT_COMPLIANCE_KEY"
# schedule = "hourly"           # "hourly", "daily", or "every 6 hours"
# path = "logs/"                # instead of the API: a folder of downloaded log files

# Other tools are the same, one table each; `ai-usage sources` says what each one reads and which key it needs.
# [sources.claude]
# key = "env:CLAUDE_ANALYTICS_KEY"
#
# [sources.codex]
# workspace = "00000000-0000-0000-0000-000000000000"
# key = "env:CODEX_ANALYTICS_KEY"
# kind = "logs"                    # instead of the analytics: CODEX_LOG files, with the compliance key
#
# [sources.github-copilot]
# organization = "your-organisation"
# enterprise = "your-enterprise"  # where Copilot belongs to one: its reports and seats are read instead
# logins = "logins.csv"           # login,email of those whose address neither SAML nor a verified domain gives
# key = "env:GITHUB_TOKEN"
#
# [sources.copilot]                # Microsoft 365 Copilot, by an application registered in Entra
# tenant = "00000000-0000-0000-0000-000000000000"
# client_id = "00000000-0000-0000-0000-000000000000"
# key = "env:COPILOT_CLIENT_SECRET"
# also = ["interactions"]        # prompts and their lengths, not only active days: see `ai-usage sources`
#
# [sources.gemini]                 # Gemini in Google Workspace, by a service account with domain-wide delegation
# admin = "admin@example.com"      # in whose name it asks
# key = "file:service-account.json"

# Who belongs to which department: a CSV from HR with the columns employee_id, work_email, alias_emails, department,
# team, location, manager_email, start_date, end_date, effective_from.
# [sources.directory]
# kind = "csv"
# path = "people.csv"

# --- Contracts -----------------------------------------------------------------------------------------------------

# [contracts.chatgpt]
# seats = 600
# price = 30.0                  # a seat and month
# currency = "USD"
# renews = 2027-03-31
# notice_days = 60

# --- Where the bot speaks ------------------------------------------------------------------------------------------

# Slack over Socket Mode: create the app from manifest.yml, then put its two tokens into the environment.
# [slack]
# mode = "socket"
# bot_token = "env:SLACK_BOT_TOKEN"
# app_token = "env:SLACK_APP_TOKEN"

# Microsoft Teams: docs/teams.md says where these are found. `ai-usage teams package` writes the app to upload.
# [teams]
# app_id = "00000000-0000-0000-0000-000000000000"
# app_password = "env:TEAMS_APP_PASSWORD"
# tenant_id = "00000000-0000-0000-0000-000000000000"
# public_url = "https://bot.example.com"

[web]                           # the chat page
host = "127.0.0.1"
port = 8080

# Who may ask: user ids, "group:S0123…" for a Slack user group, or "*" for everybody. Administrators give others a role
# while the bot runs: `/ai-usage grant @somebody sales`. See docs/people.md.
[roles]
administrators = []             # see everything, and say who may ask
enablement = []                 # see every department
# [roles.leaders]               # see the company and these departments
# U0123456789 = ["Sales"]

# What is sent by itself. People subscribe as well: `/ai-usage subscribe here mondays 9:00`.
# [[subscriptions]]
# what = "digest"               # or "alert": what turned bad between digests; "renewal": before notice is due
# audience = "leaders"          # or "administrators", "enablement"
# to = "C0123456789"            # a channel's or person's id
# day = "monday"                # or "weekdays", "daily"
# at = "09:00"
# timezone = "Europe/Lisbon"    # else the organisation's
"""


@click.command("init")
@click.option("--force", is_flag=True, help="Write the settings anew even if the file is there. The key is kept.")
@click.pass_obj
def command(config: Path | None, *, force: bool) -> None:
    """Write a commented ai-usage.toml and the organisation's key."""
    path = find_config(config or DEFAULT_PATH)
    key = path.parent / KEY_FILE
    if path.exists() and not force:
        raise click.ClickException(f"{path} is there already; --force writes it anew")
    if not path.absolute().parent.is_dir():
        raise click.ClickException(f"there is no folder {path.parent}")
    path.write_text(TEMPLATE, encoding="utf-8")
    click.echo(f"wrote {path}")
    if key.exists():
        click.echo(f"kept {key}: it is the key your store was made with")
    else:
        key.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        key.write_text(secrets.token_urlsafe(48) + "\n", encoding="utf-8")
        click.echo(f"wrote {key} (only you may read it; keep a copy somewhere safe)")
    click.echo("Next: fill in a source in the settings, then run `ai-usage doctor`.")
