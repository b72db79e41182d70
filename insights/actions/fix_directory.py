"""People whom the directory does not know."""

from insights.finding import Action

fix_directory = Action(
    id="fix_directory",
    title="Add the missing people to the directory",
    steps=(
        "Compare the date of the newest directory file with that of the last hires.",
        "Add second addresses of the same person as aliases, and contractors with a department of their own.",
        "Run `ai-usage ingest directory` again; past weeks follow by themselves.",
    ),
    where={"*": "the HR export, and [sources.directory] in ai-usage.toml"},
    owner="admin",
    minutes=60,
    measure="weekly_active_users",
    weeks=4,
    expected="their use counts in their departments instead of as Unmapped",
    source="how departments are assigned here",
)
