import os
from pathlib import Path

import pytest

from bot.commands.init import TEMPLATE
from bot.settings import SettingsError, find_config, load, secret


def written(folder: Path, text: str) -> Path:
    path = folder / "ai-usage.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_that_init_writes_is_valid(tmp_path: Path) -> None:
    assert load(written(tmp_path, TEMPLATE)).web.port == 8080


def test_every_commented_setting_of_init_is_valid_too(tmp_path: Path) -> None:
    lines = []
    for line in TEMPLATE.splitlines():
        bare = line.removeprefix("# ")
        is_setting = line.startswith("# ") and (bare.startswith("[") or " = " in bare.partition("#")[0])
        lines.append(bare if is_setting else line)
    settings = load(written(tmp_path, "\n".join(lines)))
    assert settings.sources["chatgpt"].schedule == "hourly"
    assert settings.contracts["chatgpt"].price == 30.0
    assert settings.slack is not None
    assert settings.subscriptions[0].to.startswith("C")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[organisation]\nnmae = 'x'", ["[organisation]", "'nmae'", '"name"']),
        ("[organization]\nname = 'x'", ["'organization'", '"organisation"']),
        ("[sources.chatgtp]\nworkspace = 'x'", ["[sources.chatgtp]", '"chatgpt"']),
        ("[sources.chatgpt]\nworkspcae = 'x'", ["[sources.chatgpt]", "'workspcae'", '"workspace"']),
        ("[contracts.copliot]\nseats = 3", ["copliot", '"copilot"']),
        ("[[subscriptions]]\nto = 'C1'\ndya = 'monday'", ["[subscriptions]", "'dya'", '"day"']),
        ("[[subscriptions]]\nwhat = 'digest'", ["subscriptions", "to"]),
        ("[slack]\nbot_tokn = 'env:X'", ["[slack]", '"bot_token"']),
        ("[organisation]\nmin_group_size = 'five'", ["organisation.min_group_size", "int"]),
        ("[organisation]\nmin_group_size = 0", ["organisation.min_group_size", "5 is usual"]),
        ("[organisation]\ntimezone = 'Europe/Lisboa'", ["organisation.timezone", "Europe/Lisbon"]),
        ("[organisation]\ncountry = 'Germany'", ["organisation.country", '"DE"']),
        ("[web]\nport = 99999", ["web.port", "65535"]),
        ("[contracts.chatgpt]\nprice = -1", ["contracts.chatgpt", "negative"]),
        ("[[subscriptions]]\nto = 'C1'\nat = '9 am'", ["subscriptions.at", "09:00"]),
        ("[[subscriptions]]\nto = 'C1'\n[[subscriptions]]\nto = 'C1'\nday = 'friday'", ["digest:leaders:C1 twice"]),
        ("[[subscriptions]]\nto = 'C1'\ntimezone = 'Europe/Berln'", ["subscriptions.timezone", "Europe/Berlin"]),
        ("[organisation\nname = 'x'", ["not valid TOML", "line 1"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(tmp_path: Path, text: str, words: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    for word in words:
        assert word in message, message


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ai-usage init"):
        load(tmp_path / "nothing.toml")


def test_the_environment_names_the_file_unless_one_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_USAGE_CONFIG", "/etc/there.toml")
    assert find_config(None) == Path("/etc/there.toml")
    assert find_config(Path("here.toml")) == Path("here.toml")
    monkeypatch.delenv("AI_USAGE_CONFIG")
    assert find_config(None) == Path("ai-usage.toml")


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_KEY", " hidden \n")
    assert secret("env:SOME_KEY", "sources.chatgpt.key", tmp_path) == "hidden"


def test_a_secret_file_is_read_beside_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text("hidden\n")
    path.chmod(0o600)
    assert secret("file:a.key", "privacy.key", tmp_path) == "hidden"


@pytest.mark.skipif(os.name == "nt", reason="file rights are another matter there")
def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text("hidden\n")
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        secret("file:a.key", "privacy.key", tmp_path)
    assert "hidden" not in str(caught.value)


def test_a_secret_written_as_a_value_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="references") as caught:
        secret("sk-very-secret", "sources.chatgpt.key", tmp_path)
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "", "file:missing.key"])
def test_a_secret_that_is_not_there_names_its_setting(tmp_path: Path, reference: str) -> None:
    with pytest.raises(SettingsError, match=r"slack\.bot_token"):
        secret(reference, "slack.bot_token", tmp_path)
