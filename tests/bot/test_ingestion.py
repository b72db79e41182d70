from pathlib import Path

from bot.ingestion import _table_access
from bot.settings import load


def test_a_service_account_and_its_administrator_come_from_the_settings_whole(tmp_path: Path) -> None:
    held = '{\n "type": "service_account",\n "private_key": "-----BEGIN\\n"\n}'
    key = tmp_path / "service-account.json"
    key.write_text(held + "\n", encoding="utf-8")
    key.chmod(0o600)
    settings = tmp_path / "ai-usage.toml"
    settings.write_text(
        '[sources.gemini]\nkey = "file:service-account.json"\nadmin = "admin@example.com"\n', encoding="utf-8"
    )
    access = _table_access("gemini", load(settings).sources["gemini"], tmp_path, None)
    assert (access.token, access.scopes.admin) == (held, "admin@example.com")
