"""What somebody said, as every platform hands it over."""

from dataclasses import dataclass

from bot.people.rights import Asker


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What somebody said. `thread` is an opaque key under which follow-ups find their context, "" for none.

    `place` is the channel it was said in, "" for none, as the platform's subscriptions name it ("T…:C…" in Slack).
    `private` tells whether only the asker sees the answer. `before` are the thread's earlier lines, oldest first, where
    whoever asks keeps them and not the store.
    """

    text: str
    asker: Asker
    thread: str = ""
    place: str = ""
    private: bool = True
    before: tuple[str, ...] = ()
