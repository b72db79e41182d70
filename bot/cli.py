"""`ai-usage`: the command line. Every command is one file in `bot/commands/`."""

import sys
from pathlib import Path

import click

import bot.commands
from storage.discover import discover


class Commands(click.Group):
    """The commands of `bot/commands/`, found when first asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the alphabet."""
        del ctx
        return sorted(each.name or "" for each in discover(bot.commands, click.Command))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`, or None."""
        del ctx
        return next((each for each in discover(bot.commands, click.Command) if each.name == cmd_name), None)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        from bot.settings import nearest  # noqa: PLC0415

        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"there is no command {args[0]!r}: {nearest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings file (else AI_USAGE_CONFIG, else ./ai-usage.toml).",
)
@click.version_option(package_name="ai-usage", message="ai-usage %(version)s")
@click.pass_context
def app(ctx: click.Context, config: Path | None) -> None:
    """What your organisation gets from its AI tools: weekly digests, answers with charts, and what to do next.

    Start with `ai-usage demo`, then `ai-usage init`.
    """
    ctx.obj = config


def main() -> None:
    """Run the command line; a mistake of the operator's ends in one sentence, not in a trace."""
    from bot.settings import SettingsError  # noqa: PLC0415
    from connectors.errors import ConnectorError  # noqa: PLC0415
    from storage.errors import StoreError  # noqa: PLC0415

    try:
        app(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (SettingsError, StoreError, ConnectorError) as error:
        click.echo(f"ai-usage: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(141)
