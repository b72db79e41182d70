"""`ai-usage doctor`: each part is tried, and what is wrong is said with what to do about it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.installation import Installation
from bot.running.ingestion import sources_in_order, try_source
from bot.running.status import state_of
from bot.settings import DIRECTORY, SettingsError, nearest
from connectors.errors import ConnectorError
from insights.series import panel
from insights.words import counted
from storage.models import family
from storage.reading import Run, departments, last_runs, models
from storage.store import schema_version

State = Literal["ok", "look", "wrong"]
USUAL_GROUP = 5
NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What was tried, how it went, and, unless it went well, what to do."""

    part: str
    state: State
    said: str
    fix: str = ""


def examine(installation: Installation, part: str = "") -> Iterator[Check]:
    """Yield the checks of every part, or of one; a part that cannot be tried is a check that went wrong."""
    for name, check in PARTS.items():
        if part in ("", name):
            try:
                yield from check(installation)
            except (SettingsError, ConnectorError) as error:
                yield Check(part=name, state="wrong", said=str(error))


def _privacy(installation: Installation) -> Iterator[Check]:
    installation.identity_key()
    yield Check(part="privacy", state="ok", said="the organisation's key is there")
    least = installation.settings.organisation.min_group_size
    if least < USUAL_GROUP:
        yield Check(
            part="privacy",
            state="look",
            said=f"groups of {least} are shown: numbers about so few tell about single people",
            fix=f"organisation.min_group_size = {USUAL_GROUP}",
        )


def _store(installation: Installation) -> Iterator[Check]:
    yield Check(part="store", state="ok", said=f"opened, schema {schema_version(installation.store)}")


def _sources(installation: Installation) -> Iterator[Check]:
    settings = installation.settings
    if not settings.sources:
        yield Check(part="sources", state="look", said="no source is set up", fix="fill in [sources.chatgpt]")
    runs = {each.source: each for each in last_runs(installation.store)}
    for name in sources_in_order(installation):
        try:
            yield _source(installation, name, runs.get(name))
        except (SettingsError, ConnectorError) as error:
            yield Check(part="sources", state="wrong", said=str(error))


def _source(installation: Installation, name: str, run: Run | None) -> Check:
    settings = installation.settings
    source = settings.sources[name]
    if source.path and not (settings.folder / source.path).exists():
        return Check(part="sources", state="wrong", said=f"{name}: there is no {source.path}", fix="correct its path")
    if name != DIRECTORY and not source.path and source.schedule != NEVER:
        try_source(installation, name)
    if run is None:
        return Check(part="sources", state="look", said=f"{name}: never read", fix=f"run `ai-usage ingest {name}`")
    return _last_run(installation, run)


def _last_run(installation: Installation, run: Run) -> Check:
    when = f"{run.started:%Y-%m-%d %H:%M} UTC"
    state: State = "ok"
    fix = ""
    match state_of(installation.store, run):
        case "ok":
            said = f"read on {when}, {run.rows:,} rows"
        case "reading":
            said = f"being read since {when}"
        case "stopped":
            said = f"the run of {when} was stopped before its end"
            state, fix = "look", f"run `ai-usage ingest {run.source}` to go on"
        case "waits":
            said = f"the last run ended with: {run.error}"
            state, fix = "look", f"ask again from {run.next_try:%Y-%m-%d %H:%M} UTC on"
        case _:
            state, said = "wrong", f"the last run ended with: {run.error}"
    return Check(part="sources", state=state, said=f"{run.source}: {said}", fix=fix)


def _models(installation: Installation) -> Iterator[Check]:
    reference = installation.settings.organisation.reference_model
    if family(reference).rank is None:
        yield Check(
            part="models",
            state="wrong",
            said=f"the catalogue does not know organisation.reference_model = {reference!r}",
            fix='write a known one, such as "gpt-4o" or "gpt-5"',
        )
    unknown = [name for name in models(installation.store) if name and family(name).rank is None]
    if unknown:
        yield Check(
            part="models",
            state="look",
            said=f"{len(unknown)} unknown model names, shown as “other”: {', '.join(unknown[:10])}",
            fix="newer versions of ai-usage know newer models; until then nothing is lost",
        )
    else:
        yield Check(part="models", state="ok", said="every model name is known")


def _directory(installation: Installation) -> Iterator[Check]:
    shown = panel(installation.basis())
    if not shown.weeks:
        yield Check(part="directory", state="look", said="no complete week of data yet")
        return
    if tuple(shown.departments) in ((), ("Unmapped",)):
        yield Check(
            part="directory",
            state="look",
            said="nobody belongs to a department",
            fix="give an HR file: `ai-usage ingest directory --from people.csv`",
        )
        return
    active = shown.latest("weekly_active_users") or 0
    unmapped = shown.cell("weekly_active_users", "Unmapped")
    if unmapped.value and unmapped.value > 0.05 * active:
        yield Check(
            part="directory",
            state="look",
            said=f"{unmapped.value:,.0f} of {active:,.0f} active people are in no department",
            fix="add their addresses (or aliases) to the HR file",
        )
    else:
        yield Check(part="directory", state="ok", said=f"{len(shown.departments)} departments")


def _slack(installation: Installation) -> Iterator[Check]:
    if installation.settings.slack is None:
        yield Check(part="slack", state="look", said="not set up", fix="docs/slack.md has the five steps")
        return
    from bot.slack.doctor import examine_slack  # noqa: PLC0415

    yield from (
        Check(part="slack", state=each.state, said=each.said, fix=each.fix)
        for each in asyncio.run(examine_slack(installation))
    )


def _teams(installation: Installation) -> Iterator[Check]:
    if installation.settings.teams is None:
        yield Check(part="teams", state="look", said="not set up", fix="docs/teams.md has every step")
        return
    from bot.teams.doctor import checks  # noqa: PLC0415 - botbuilder takes half a second to import

    for state, said, fix in asyncio.run(checks(installation)):
        yield Check(part="teams", state=state, said=said, fix=fix)


def _roles(installation: Installation) -> Iterator[Check]:
    """Departments that the settings name and nobody is in: whoever should see them sees nothing."""
    settings, known = installation.settings, departments(installation.store)
    named = [(f"[roles.leaders] {who}", name) for who, names in settings.roles.leaders.items() for name in names]
    named += [(f"[[subscriptions]] to {each.to}", name) for each in settings.subscriptions for name in each.departments]
    spelt = {name.casefold() for name in known}
    unknown = [(where, name) for where, name in named if name.casefold() not in spelt]
    for where, name in unknown:
        fix = nearest(name, known) if known else "`ai-usage ingest directory` brings the departments"
        yield Check(part="roles", state="look", said=f"{where} names no known department: {name!r}", fix=fix)
    if named and not unknown:
        yield Check(part="roles", state="ok", said=f"{counted(len(named), 'department')} named, all of them known")


PARTS: dict[str, Callable[[Installation], Iterator[Check]]] = {
    "privacy": _privacy,
    "store": _store,
    "sources": _sources,
    "models": _models,
    "directory": _directory,
    "slack": _slack,
    "teams": _teams,
    "roles": _roles,
}
