"""The app package that an administrator uploads to Teams: a manifest, two icons, in a zip.

Source: the schemas at developer.microsoft.com/json-schemas/teams.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any, Literal

from bot.teams.icons import GROUND, colour_icon, outline_icon

JSON = dict[str, Any]
Version = Literal["1.29", "1.22"]

APP_VERSION = "1.0.0"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
WRITTEN = (2026, 1, 1, 0, 0, 0)
"""The time that the files in the zip bear, so that the same package is the same bytes."""

COMMANDS = (
    ("overview", "The whole company this week: people, depth, models, cost, and what to do about it"),
    ("departments", "Every department side by side"),
    ("depth", "How deep conversations go"),
    ("models", "Which models are used, and how many sessions are on older ones"),
    ("prompts", "How much people write, and how much context they give"),
    ("licenses", "Seats, what they cost, and which are not used"),
    ("tools", "Your AI tools side by side"),
    ("subscriptions", "What is sent here by itself, and how to stop it"),
    ("help", "What can be asked"),
)


class PackageError(Exception):
    """A manifest can't be made of what is given. The message says what to give."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Publisher:
    """Who publishes the app, as Teams shows it. The addresses are https."""

    name: str
    website: str
    privacy: str
    terms: str


def manifest(app_id: str, publisher: Publisher, version: Version = "1.29") -> JSON:
    """The manifest in one version of the schema. PackageError."""
    if not GUID.fullmatch(app_id):
        raise PackageError(f'[teams] app_id is "{app_id}": write the Application (client) ID of the registration')
    for name in ("website", "privacy", "terms"):
        if not getattr(publisher, name).startswith("https://"):
            raise PackageError(f"--{name} has to be an https:// address: Teams shows it to whoever installs the app")
    scopes = ["personal", "team", "groupChat"]
    bot: JSON = {
        "botId": app_id,
        "scopes": scopes,
        "isNotificationOnly": False,
        "supportsFiles": False,
        "commandLists": [
            {"scopes": scopes, "commands": [{"title": title, "description": told} for title, told in COMMANDS]}
        ],
    }
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{version}/MicrosoftTeams.schema.json",
        "manifestVersion": version,
        "version": APP_VERSION,
        "id": app_id,
        "developer": {
            "name": publisher.name[:32],
            "websiteUrl": publisher.website,
            "privacyUrl": publisher.privacy,
            "termsOfUseUrl": publisher.terms,
        },
        "name": {"short": "AI Usage", "full": "AI Usage: what your organisation gets from its AI tools"},
        "description": {
            "short": "What your organisation gets from its AI tools, every week and when you ask",
            "full": (
                "A weekly digest of how your organisation uses its AI tools: who uses them, how deeply, with which "
                "models, at what cost, what changed and what to do about it. Ask for a department, a view or a "
                "comparison. It runs on your own server. No conversation content and no name ever reaches its store, "
                "and nothing about a group smaller than the one you configure is shown."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": GROUND,
        "bots": [bot],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [],
        "defaultInstallScope": "personal",
        **({"supportsChannelFeatures": "tier1"} if version == "1.29" else {}),
    }


def package(app_id: str, publisher: Publisher, version: Version = "1.29") -> bytes:
    """The zip. PackageError."""
    told = json.dumps(manifest(app_id, publisher, version), ensure_ascii=False, indent=2) + "\n"
    files = {"manifest.json": told.encode(), "color.png": colour_icon(), "outline.png": outline_icon()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name, WRITTEN), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
