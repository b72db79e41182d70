"""The names a question may use: the organisation's departments, and the product's views, metrics and tools."""

from bot.conversation.understand import Term, Vocabulary
from bot.wording import tool_name
from insights.basis import Basis
from insights.catalogue import metrics, views
from insights.weekly import UNMAPPED
from storage.reading import departments, tools


def vocabulary_of(basis: Basis) -> Vocabulary:
    """Return the vocabulary of one organisation. Departments come first: their names win over ours."""
    terms = [Term(phrase=name, kind="department", value=name) for name in (*departments(basis.store), UNMAPPED)]
    for view in views().values():
        terms += [Term(phrase=word, kind="view", value=view.id) for word in (view.id, view.title, *view.words)]
    for metric in metrics().values():
        terms += [Term(phrase=word, kind="metric", value=metric.id) for word in (metric.title, *metric.words)]
    for tool in tools(basis.store):
        terms += [Term(phrase=word, kind="tool", value=tool) for word in (tool, tool_name(tool))]
    return Vocabulary(terms=tuple(terms))
