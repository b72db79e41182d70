"""The app package against Microsoft's own schemas."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from PIL import Image

from bot.cli import app
from bot.teams.package import COMMANDS, PackageError, Publisher, manifest, package
from insights.catalogue import views
from storage.conversations import Conversation, remember_conversation, suspend
from storage.store import open_store
from tests.bot.teams.fake_teams import APP

SCHEMAS = Path(__file__).resolve().parents[4] / "shared" / "schemas"
SITE = "https://northwind.example"
NORTHWIND = Publisher(name="Northwind", website=SITE, privacy=f"{SITE}/privacy", terms=f"{SITE}/terms")
VERSIONS = ["1.29", "1.22"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifest_is_valid(version):
    schema = SCHEMAS / f"teams-manifest.{version}.json"
    if not schema.exists():
        pytest.skip("Microsoft's schema is not here")
    jsonschema.Draft4Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(
        manifest(APP, NORTHWIND, version)
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_package_holds_manifest_and_icons_and_is_the_same_every_time(version):
    made = package(APP, NORTHWIND, version)
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert sorted(opened.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(opened.read("manifest.json"))["manifestVersion"] == version
        color, outline = (Image.open(io.BytesIO(opened.read(f"{name}.png"))) for name in ("color", "outline"))
    assert (color.size, outline.size) == ((192, 192), (32, 32))
    assert color.convert("RGBA").getextrema()[3] == (255, 255)
    for *shade, alpha in outline.convert("RGBA").get_flattened_data():
        assert alpha == 0 or shade == [255, 255, 255]
    assert package(APP, NORTHWIND, version) == made


def test_every_command_in_the_menu_can_be_asked():
    titles = {title for title, _ in COMMANDS}
    assert titles - {"help", "subscriptions"} <= set(views())
    assert len(titles) == len(COMMANDS) <= 10


def test_an_app_id_that_is_none_and_an_address_that_is_not_https_are_explained():
    with pytest.raises(PackageError, match="app_id"):
        manifest("my-bot", NORTHWIND)
    with pytest.raises(PackageError, match="--website"):
        manifest(APP, Publisher(name="x", website="http://x", privacy=SITE, terms=SITE))


def test_the_command_writes_both_packages(tmp_path):
    config = tmp_path / "ai-usage.toml"
    config.write_text(f'[teams]\napp_id = "{APP}"\npublic_url = "{SITE}"\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["--config", str(config), "teams", "package", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert {each.name for each in tmp_path.glob("*.zip")} == {"ai-usage-teams.zip", "ai-usage-teams-1.22.zip"}


def test_the_command_lists_where_the_bot_may_speak(tmp_path):
    config = tmp_path / "ai-usage.toml"
    config.write_text("", encoding="utf-8")
    run = CliRunner().invoke(app, ["--config", str(config), "teams", "places"])
    assert "Nobody has added the app yet" in run.output
    store = open_store(f"sqlite:///{tmp_path}/ai-usage.db")
    seen = Conversation(id="19:general@thread.tacv2", kind="channel", tenant=APP, reference={"serviceUrl": SITE})
    remember_conversation(store, seen, datetime.now(UTC))
    suspend(store, seen.id, "paused", "403 MessageWritesBlocked", datetime.now(UTC))
    store.close()
    run = CliRunner().invoke(app, ["--config", str(config), "teams", "places"])
    assert run.output == "channel   paused   19:general@thread.tacv2  403 MessageWritesBlocked\n"
