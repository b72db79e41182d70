"""The page's HTML around the cards. Pure: every word from outside is escaped here or was by the card's renderer."""

from collections.abc import Sequence
from html import escape

from bot.card import Advice, Digest

ASK_URL = "/#last"
"""Where buttons ask without script; the answer's own place is `#last`."""

SUGGESTED = ("overview", "departments", "models", "sales vs engineering", "licenses", "help")
LONGEST_QUESTION = 300
BROKEN = "That did not work"
TO_CHAT = '<a href="/">Ask a question</a>'
TO_DIGEST = '<a href="/digest">Weekly digest</a>'


def page(title: str, body: str, *, kind: str = "chat") -> str:
    """A whole document."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="icon" href="/static/icon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/static/card.css">\n<link rel="stylesheet" href="/static/page.css">\n'
        '<script src="/static/chat.js" defer></script>\n'
        f'</head>\n<body class="page {kind}">\n{body}</body>\n</html>\n'
    )


def chat_page(organisation: str, opening: str, exchanges: Sequence[str], suggested: Sequence[tuple[str, str]]) -> str:
    """The chat: what the week brought, what was asked so far, and where to ask. `suggested` are labels and questions.

    Once something was asked the opening is folded away, so that the answer is what one sees.
    """
    summary = f"<details><summary>This week in short</summary>{opening}</details>" if exchanges else opening
    body = (
        '<a class="skip" href="#q">Skip to the question</a>\n'
        f"{_header(organisation, TO_DIGEST)}"
        f'<main>\n<section class="opening" aria-label="This week">\n{summary}</section>\n'
        f'<div id="log" role="log" aria-live="polite" aria-label="Questions and answers">\n{"".join(exchanges)}</div>\n'
        "</main>\n"
        f'<footer class="composer">\n{_chips(suggested)}'
        '<form class="question" data-ask action="/ask#last" method="post">\n'
        '<label for="q">Ask a question</label>\n'
        f'<input id="q" name="q" type="text" maxlength="{LONGEST_QUESTION}" autocomplete="off" autocapitalize="none" '
        'spellcheck="false" enterkeyhint="send" placeholder="sales, models, last 26 weeks…">\n'
        '<button type="submit">Ask</button>\n</form>\n'
        '<p id="status" class="status" role="status"></p>\n</footer>\n'
    )
    return page(f"AI usage · {organisation}" if organisation else "AI usage", body)


def exchange(question: str, card: str, *, last: bool = True) -> str:
    """One question with the card that answers it."""
    asked = escape(question) if question.strip() else "overview"
    place = ' id="last"' if last else ""
    return (
        f'<section class="exchange"{place}>\n<p class="asked" dir="auto">'
        f'<span class="who">You asked:</span> {asked}</p>\n{card}</section>\n'
    )


def opening(card: str, advice: Sequence[Advice]) -> str:
    """The digest in short: its card, a line a finding with what to do, and where the rest is."""
    lines = "".join(
        f'<li dir="auto">{escape(each.headline)} <strong>{escape(each.action)}</strong></li>' for each in advice
    )
    findings = f'<h2>What to do</h2>\n<ol class="findings">{lines}</ol>\n' if lines else ""
    more = "The steps, who takes them, and a closer look at each view" if lines else "A closer look at each view"
    return f'{card}{findings}<p class="more"><a href="/digest">{more}</a></p>\n'


def digest_page(organisation: str, digest: Digest, main: str, views: Sequence[str]) -> str:
    """The whole digest, view after view."""
    links = "".join(
        f'<li><a href="#view-{number}">{escape(view.title)}</a></li>'
        for number, view in enumerate(digest.views, start=1)
    )
    sections = "".join(
        f'<section class="view" id="view-{number}">\n{view}</section>\n' for number, view in enumerate(views, start=1)
    )
    nav = f'<nav class="views" aria-label="Views"><h2>Look closer</h2><ul>{links}</ul></nav>\n' if links else ""
    body = f"{_header(organisation, TO_CHAT)}<main>\n{main}{nav}{sections}</main>\n"
    return page(f"{digest.card.title} · {organisation}" if organisation else digest.card.title, body, kind="digest")


def plain_page(title: str, body: str) -> str:
    """A page with one thing on it."""
    return page(title, f"{_header('', TO_CHAT)}<main>\n{body}</main>\n", kind="digest")


def login_page(*, wrong: bool) -> str:
    """The page that asks for the token."""
    alert = '<p class="wrong" role="alert">That is not the token.</p>\n' if wrong else ""
    body = (
        f'{_header("", "")}<main>\n<form class="card login" action="/login" method="post">\n'
        "<h1>Token</h1>\n<p>This page is for people who were given its token.</p>\n"
        f'{alert}<label for="token">Token</label>\n'
        '<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>\n'
        '<button type="submit">Open</button>\n</form>\n</main>\n'
    )
    return page("AI usage", body, kind="digest")


def broken(reference: str) -> str:
    """What stands in for a card that could not even be told as a card."""
    return f'<article class="card"><h2>{BROKEN}</h2><p>{sorry(reference)}</p></article>\n'


def sorry(reference: str) -> str:
    """One sentence for something that failed, with the reference that the log has too."""
    return f"Tell whoever runs this bot the reference {reference}: its log has the cause under it."


def _header(organisation: str, link: str) -> str:
    name = f' <span class="organisation" dir="auto">{escape(organisation)}</span>' if organisation else ""
    nav = f"<nav>{link}</nav>" if link else ""
    return f'<header class="top"><p class="name"><a href="/">AI usage</a>{name}</p>{nav}</header>\n'


def _chips(suggested: Sequence[tuple[str, str]]) -> str:
    made = "".join(
        f'<button type="submit" name="q" value="{escape(question)}">{escape(label)}</button>'
        for label, question in suggested
    )
    return (
        f'<form class="chips" data-ask action="{ASK_URL}" method="get" role="group" aria-label="Suggested questions">'
        f"{made}</form>\n"
    )
