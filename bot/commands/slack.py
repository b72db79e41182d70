"""`ai-usage slack`: what setting the Slack app up needs."""

import asyncio
from pathlib import Path

import click


@click.group("slack")
def command() -> None:
    """Set the Slack app up: its manifest, the key that seals its tokens, and where it is installed."""


@click.option("--socket", is_flag=True, help="For Socket Mode, which is the default.")
@click.option("--http", "http", metavar="ADDRESS", help="For HTTP at an address such as https://ai-usage.example.com.")
@click.option("--install", metavar="ADDRESS", help="Socket Mode, installed in several workspaces over this address.")
@click.option("--renewing", is_flag=True, help="With tokens that live twelve hours and are renewed by the bot.")
def _manifest(*, socket: bool, http: str | None, install: str | None, renewing: bool) -> None:
    """Print the manifest to paste at api.slack.com/apps."""
    from bot.slack.manifest import http_manifest, socket_manifest  # noqa: PLC0415

    if http is not None and (socket or install is not None):
        raise click.UsageError("--http serves installs too: leave --socket and --install out")
    if renewing and http is None and install is None:
        raise click.UsageError("renewed tokens need installs by OAuth: add --http ADDRESS or --install ADDRESS")
    if http is not None:
        click.echo(http_manifest(http, renewing=renewing), nl=False)
    else:
        click.echo(socket_manifest(install or "", renewing=renewing), nl=False)


def _key() -> None:
    """Print a new key for [slack] token_key. Keep it where you keep secrets: without it the tokens are lost."""
    from bot.slack.tokens import new_key  # noqa: PLC0415

    click.echo(new_key())


@click.pass_obj
def _seal(config: Path | None) -> None:
    """Seal every token kept with the first key of [slack] token_key, so that the old one can go."""
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.running.serving import slack_installs  # noqa: PLC0415
    from bot.settings import SettingsError  # noqa: PLC0415

    installation = open_installation(config)
    settings = installation.settings.slack
    installs = slack_installs(settings, installation) if settings is not None else None
    if installs is None:
        raise SettingsError("[slack] has no client_id: with a single bot_token no token is kept in the store")

    async def run() -> int:
        try:
            return await installs.kept.seal_again()
        finally:
            await installs.close()

    click.echo(f"{asyncio.run(run())} rows sealed with the first key; the others are not needed any more")


# said so, not by decorators: a command at module level would be found as one of its own
for name, does in (("manifest", _manifest), ("key", _key), ("seal", _seal)):
    command.command(name)(does)
