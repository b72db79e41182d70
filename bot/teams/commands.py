"""The commands under `ai-usage teams`."""

from pathlib import Path

import click

from bot.options import as_json, print_json


@click.command("package")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The folder to write to.")
@click.option("--publisher", help="Who publishes the app; else the organisation's name.")
@click.option("--website", help="An https address about the app; else [teams] public_url.")
@click.option("--privacy", help="The address of your privacy notice; else the website.")
@click.option("--terms", help="The address of your terms of use; else the website.")
@click.pass_obj
def package_command(
    config: Path | None, out: Path, publisher: str | None, website: str | None, privacy: str | None, terms: str | None
) -> None:
    """Write the app package to upload: ai-usage-teams.zip, and one of an older schema for older tenants."""
    from bot.settings import SettingsError, find_config, load  # noqa: PLC0415
    from bot.teams.package import PackageError, Publisher, package  # noqa: PLC0415

    settings = load(find_config(config))
    if settings.teams is None or not settings.teams.app_id:
        raise SettingsError("there is no [teams] app_id in the settings: docs/teams.md says where to get it")
    site = website or settings.teams.public_url
    who = Publisher(
        name=publisher or settings.organisation.name, website=site, privacy=privacy or site, terms=terms or site
    )
    try:
        made = {
            "ai-usage-teams.zip": package(settings.teams.app_id, who),
            "ai-usage-teams-1.22.zip": package(settings.teams.app_id, who, "1.22"),
        }
    except PackageError as error:
        raise SettingsError(str(error)) from error
    for name, content in made.items():
        out.joinpath(name).write_bytes(content)
        click.echo(f"wrote {out / name}")
    click.echo("Upload the first in the Teams admin centre: Teams apps, Manage apps, Upload. docs/teams.md goes on.")


@click.command("places")
@as_json
@click.pass_obj
def places_command(config: Path | None, *, json_wanted: bool) -> None:
    """List the conversations that the bot was added to, with the ids that subscriptions want."""
    from bot.installation import open_installation  # noqa: PLC0415
    from storage.conversations import all_conversations  # noqa: PLC0415

    places = all_conversations(open_installation(config).store)
    if json_wanted:
        print_json([{"id": each.id, "kind": each.kind, "person": each.person, "state": each.state} for each in places])
        return
    if not places:
        click.echo("Nobody has added the app yet. docs/teams.md says how.")
    for each in places:
        click.echo(
            f"{each.kind:9} {each.state:8} {each.person or each.id}" + (f"  {each.reason}" if each.reason else "")
        )
