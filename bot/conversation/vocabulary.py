"""The names a question may use: the organisation's departments, and the product's views, metrics and tools."""

from bot.conversation.understand import Term, Vocabulary
from bot.history import VIEW, WORDS
from bot.wording import tool_name
from insights.basis import Basis
from insights.catalogue import metrics, views
from insights.weekly import UNMAPPED
from storage.periods import period_tools
from storage.reading import departments, tools


def vocabulary_of(basis: Basis) -> Vocabulary:
    """Return the vocabulary of one organisation. Departments come first: their names win over ours."""
    names = tuple(each for each in (*departments(basis.store), UNMAPPED) if is_visible(basis, each))
    terms = [Term(phrase=name, kind="department", value=name) for name in names]
    terms += [Term(phrase=short, kind="department", value=name) for name in names for short in _short_forms(name)]
    for view in views().values():
        terms += [Term(phrase=word, kind="view", value=view.id) for word in (view.id, view.title, *view.words)]
    terms += [Term(phrase=word, kind="view", value=VIEW) for word in WORDS]
    for metric in metrics().values():
        words = (metric.title, *metric.words)
        if metric.needs:
            terms += [Term(phrase=word, kind="metric", value=metric.id) for word in words]
        else:
            # Shares by model family are no one number: the view that holds them shows them.
            shown_in = next(each.id for each in views().values() if metric.id in each.metrics)
            terms += [Term(phrase=word, kind="view", value=shown_in) for word in words]
    known = sorted({*tools(basis.store), *period_tools(basis.store)})
    for tool in known:
        terms += [Term(phrase=word, kind="tool", value=tool) for word in (tool, tool_name(tool))]
    for tool in known:
        terms += [Term(phrase=word, kind="tool", value=tool) for word in TOOL_WORDS.get(tool, ())]
    return Vocabulary(terms=tuple(terms))


def is_visible(basis: Basis, department: str) -> bool:
    """Whether a department may be named to whoever asks."""
    return basis.visible is None or department in basis.visible


TOOL_WORDS = {
    "chatgpt": ("chat gpt",),
    "codex": ("openai codex",),
    "openai-api": ("openai",),
    "copilot": ("m365 copilot", "office copilot", "microsoft copilot", "ms copilot"),
    "gemini": ("google gemini",),
    "github-copilot": ("copilot", "gh copilot"),
    "claude": ("anthropic",),
}
"""What people call a tool besides its name; a word that is another tool's name means that one where both are there."""

SHORT_FORMS = {
    "operations": ("ops",),
    "human resources": ("hr", "people team"),
    "hr": ("human resources",),
    "information technology": ("it",),
    "research and development": ("r&d", "rnd"),
    "r&d": ("research and development", "rnd"),
    "marketing": ("mktg", "mkt"),
    "engineering": ("eng", "engineers"),
    "finance": ("accounting",),
}
"""What people in any company call a department of that name."""


def _short_forms(name: str) -> tuple[str, ...]:
    """Return "cs" for Customer Success, "ops" for Operations, "people ops" for People Operations."""
    lower = name.lower()
    words = [word for word in lower.replace("&", " and ").split() if word != "and"]
    initials = ("".join(word[0] for word in words),) if len(words) > 1 else ()
    inner = tuple(
        lower.replace(long, short) for long, shorts in SHORT_FORMS.items() for short in shorts if long in lower
    )
    return (*initials, *inner)
