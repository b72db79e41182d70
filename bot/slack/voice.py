"""What the Slack app is given by the rest of the bot, and where it speaks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.actions.deeds import Deed
from bot.actions.doing import Form
from bot.actions.verbs import Done
from bot.answers.home import Home
from bot.card import Card, Chart
from bot.dialogue import Asker, Reply, Said
from bot.sending.subscriptions import Subscription, Wanted
from bot.slack.groups import Groups
from bot.slack.pictures import Uploads
from bot.slack.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """The blocking functions that make what is said; each runs in a thread. An empty text asks for the overview.

    `again` replies to the question in an earlier answer's button, `perform` does what was pressed or filled in, `form`
    says what is to be filled in first, `home` what stands in somebody's Home tab. `subscription` returns one by its
    number and `change` changes it. `by_group` tells whether it matters in which user groups somebody is.
    """

    reply: Callable[[Said], Reply]
    draw: Callable[[Chart], bytes]
    again: Callable[[str, Asker], Reply]
    perform: Callable[[Deed, Asker], Done]
    form: Callable[[Deed, Asker], Form | Card]
    home: Callable[[Asker], Home]
    subscription: Callable[[str, Asker], Subscription | Card]
    change: Callable[[str, Wanted, Asker], Card]
    by_group: Callable[[], bool] = lambda: False


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """One Slack workspace that the bot speaks in, and the threads in which it works out what to say.

    With `native_charts` Slack draws charts itself where it can.
    """

    client: AsyncWebClient
    voice: Voice
    work: Work = field(default_factory=Work)
    groups: Groups = field(default_factory=Groups)
    native_charts: bool = False
    uploads: Uploads = field(default_factory=Uploads, compare=False)
