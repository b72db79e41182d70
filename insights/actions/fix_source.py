"""A source that has fallen silent."""

from insights.finding import Action

fix_source = Action(
    id="fix_source",
    title="Bring a silent source back",
    steps=(
        "Run `ai-usage status`: it says which source failed, when, and with what error.",
        "Run `ai-usage doctor`: it says what is missing, such as a key that has run out.",
        "Run `ai-usage ingest` for it; days that were missed are fetched as far back as the vendor keeps them.",
    ),
    where={"*": "the server that runs ai-usage"},
    owner="admin",
    minutes=30,
    measure="weekly_active_users",
    weeks=4,
    expected="the missing weeks are filled as far back as the vendor keeps them",
    source="how sources are read here",
)
