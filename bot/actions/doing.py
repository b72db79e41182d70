"""Doing what buttons and forms ask, the same on every platform. `bot/actions/deeds.py` has the verbs."""

from dataclasses import dataclass, replace
from datetime import date

from bot.actions.choosing import UnknownFindingError, known
from bot.actions.deeds import Deed, NotDoneError, read
from bot.actions.taking import proposed, title_of, titles
from bot.actions.verbs import Done, carry_out, not_done, note_done, visible, words_of
from bot.answers.chart_table import table_of
from bot.answers.offering import again
from bot.card import Card
from bot.dialogue import Asker
from bot.installation import Installation
from bot.people.rights import Rights, log_refusal, narrowed, rights_of, seen_by, stranger
from insights.basis import Basis
from insights.finding import Finding
from insights.question import Question
from storage.findings import Seen
from storage.taken import of_finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What somebody fills in before a deed can be done. `departments` are those that can have been reached.

    `actions` are the catalogue's, by id with their titles, where one is to be chosen.
    """

    deed: Deed
    title: str
    about: str
    departments: tuple[str, ...]
    today: date
    actions: tuple[tuple[str, str], ...] = ()


def do(words: str, asker: Asker, installation: Installation, as_of: date | None = None) -> Card:
    """Do what a button's words say, and return what to tell whoever pressed it.

    It never raises for what people press; it reads and writes the store, so call it in a thread.
    """
    try:
        deed = read(words)
    except NotDoneError as error:
        return not_done(str(error))
    return perform(deed, asker, installation, as_of).card


def perform(deed: Deed, asker: Asker, installation: Installation, as_of: date | None = None) -> Done:
    """Do what a button or a form says, as `do` does."""
    if deed.verb in ("table", "share"):
        shown = again(deed.words, asker, installation, as_of)
        return Done(card=tabled(shown.card) if deed.verb == "table" else shown.card)
    found = _allowed(deed, asker, installation, as_of)
    if isinstance(found, Card):
        return Done(card=found)
    basis, about = found
    try:
        if about is None:
            return note_done(deed, asker, basis)
        return carry_out(deed, about, asker, basis)
    except (NotDoneError, UnknownFindingError) as error:
        return Done(card=not_done(str(error)))


def form(deed: Deed, asker: Asker, installation: Installation, as_of: date | None = None) -> Form | Card:
    """Return what is to be filled in before an action is taken or noted as done; a card where that may not be."""
    found = _allowed(deed, asker, installation, as_of)
    if isinstance(found, Card):
        return found
    basis, about = found
    made = title_of(proposed(basis.store, about, deed.action)) if about is not None else ""
    return Form(
        deed=deed,
        title=made,
        about=words_of(about) if about is not None else "",
        departments=tuple(sorted(visible(basis))),
        today=basis.as_of,
        actions=titles() if deed.verb == "did" else (),
    )


def _allowed(
    deed: Deed, asker: Asker, installation: Installation, as_of: date | None
) -> tuple[Basis, Finding | Seen | None] | Card:
    """The basis and the finding of a deed, none for one that is about no finding; the card that refuses it."""
    rights = rights_of(asker, installation)
    whole = installation.basis(as_of)
    # whoever was given an action may say that it is done, be they somebody who may be told nothing else
    owner = deed.verb == "done" and any(each.owner == asker.user for each in of_finding(whole.store, deed.key))
    basis = whole if owner else seen_by(whole, rights)
    if not rights.anything and not owner:
        log_refusal(asker, "no role")
        return stranger(asker, installation)
    if deed.verb == "did":
        asking = not deed.action and bool(rights.departments)  # which departments, they have still to say
        own = bool(deed.reached) and set(deed.reached) <= set(rights.departments)
        return (basis, None) if rights.everything or own or asking else _not_yours(deed, asker)
    try:
        about = known(basis, deed.key)
    except UnknownFindingError as error:
        return not_done(str(error))
    return (basis, about) if owner or _may(deed, about, rights) else _not_yours(deed, asker)


def tabled(card: Card) -> Card:
    """Return an answer with its numbers as a table in place of the chart; as it is where there is no chart."""
    if card.chart is None:
        return card
    return replace(card, chart=None, table=table_of(card.chart), advice=())


def _may(deed: Deed, about: Finding | Seen, rights: Rights) -> bool:
    """Whether somebody may do this.

    What everybody hears is for administrators and enablement; a leader has a say in what is about their own departments
    alone.
    """
    if isinstance(narrowed(Question(departments=about.departments), rights), Card):
        return False
    own = bool(about.departments)
    return deed.verb == "explain" or rights.everything or (own and deed.verb not in ("mute", "dismiss"))


def _not_yours(deed: Deed, asker: Asker) -> Card:
    log_refusal(asker, f"to {deed.verb} a finding")
    if deed.verb == "explain":
        return Card(title="Not something I can tell you", text="This finding is not about your departments alone.")
    return Card(
        title="Not yours to change",
        text=(
            "Administrators and enablement may change what is told to everybody; leaders may take, snooze or finish "
            "what is about their own departments alone."
        ),
    )
