"""Sample cards for every renderer: what a company reads each week, and what a hostile world may put in one."""

from datetime import date, timedelta

from bot.card import (
    Advice,
    Bar,
    BarChart,
    Button,
    Card,
    Digest,
    Dot,
    DotChart,
    Field,
    Level,
    Line,
    LineChart,
    ShareChart,
    Table,
)

WEEK = date(2025, 11, 3)
WEEKS = tuple(WEEK - timedelta(weeks=13 - i) for i in range(14))

DEPARTMENTS = (  # name, sessions per active person and week, messages per session, people, spend, unused
    ("Engineering", 7.1, 9.2, 160, 4800.0, 240.0),
    ("Sales", 9.4, 4.1, 92, 2760.0, 330.0),
    ("Customer Support", 6.3, 5.6, 78, 2340.0, 300.0),
    ("Marketing", 5.2, 7.4, 60, 1800.0, 210.0),
    ("Operations", 2.1, 4.9, 64, 1920.0, 1110.0),
    ("Finance", 3.6, 6.1, 48, 1440.0, 270.0),
    ("HR", 1.8, 5.3, 42, 1260.0, 780.0),
    ("Product", 5.9, 8.3, 36, 1080.0, 90.0),
    ("Legal", 2.9, 6.9, 20, 600.0, 60.0),
)

TREND = LineChart(
    title="Sessions hold steady while conversations get deeper",
    weeks=WEEKS,
    lines=(
        Line(
            label="Sessions a person",
            values=(4.9, 5.0, 4.8, 5.1, 5.0, 5.2, 5.1, 5.0, 5.2, 5.3, 5.2, 5.4, 5.3, 5.4),
            unit="sessions",
        ),
        Line(
            label="Messages a session",
            values=(5.4, 5.5, 5.4, 5.6, 5.8, 5.7, 5.9, 6.1, 6.2, 6.1, 6.4, 6.5, 6.7, 6.8),
            unit="messages",
        ),
    ),
    two_scales=True,
    alt=(
        "Sessions a person and week went from 4.9 to 5.4, messages a session from 5.4 to 6.8, "
        "in the 14 weeks from 4 August to 9 November 2025."
    ),
)

TOKENS = LineChart(
    title="Tokens a person and week",
    weeks=WEEKS,
    lines=(
        Line(
            label="Output (estimated)",
            values=tuple(21000.0 + 640 * i + (700 if i % 3 else -500) for i in range(14)),
            unit="tokens",
        ),
        Line(
            label="Input (estimated)",
            values=tuple(6100.0 + 130 * i + (200 if i % 2 else -150) for i in range(14)),
            unit="tokens",
        ),
    ),
    alt="Output went from 20,500 to 30,000 tokens a person and week, input from 6,000 to 8,000, over 14 weeks.",
)

PROMPTS = LineChart(
    title="Characters a prompt",
    weeks=WEEKS,
    lines=(
        Line(
            label="Company",
            values=(286, 290, 284, 293, 288, 297, None, 299, 301, 304, 300, 309, 307, 312),
            unit="characters",
        ),
    ),
    levels=(Level(value=50, label="Below 50: a keyword"), Level(value=200, label="Above 200: a brief with context")),
    alt="Prompts grew from 286 to 312 characters over 14 weeks; the week of 15 September has no figure.",
)

MODELS = ShareChart(
    title="Sessions by model: 39% still below GPT-4o",
    weeks=WEEKS,
    shares=tuple(
        Line(label=label, values=tuple(first + (last - first) * i / 13 for i in range(14)), unit="percent")
        for label, first, last in (
            ("GPT-4o", 0.52, 0.61),
            ("GPT-4o mini", 0.27, 0.24),
            ("GPT-4", 0.12, 0.09),
            ("GPT-3.5", 0.08, 0.05),
            ("Other", 0.01, 0.01),
        )
    ),
    alt="In the last week GPT-4o had 61% of sessions, GPT-4o mini 24%, GPT-4 9%, GPT-3.5 5% and others 1%.",
)

MANY_MODELS = ShareChart(
    title="Sessions by model family",
    weeks=WEEKS,
    shares=tuple(
        Line(label=label, values=tuple(first + (last - first) * i / 13 for i in range(14)), unit="percent")
        for label, first, last in (
            ("o3", 0.02, 0.044),
            ("o4 mini", 0.019, 0.042),
            ("GPT-4.5", 0.0, 0.013),
            ("o3 mini", 0.016, 0.013),
            ("o1", 0.016, 0.0),
            ("GPT-4.1", 0.018, 0.041),
            ("GPT-4o", 0.404, 0.454),
            ("GPT-4", 0.13, 0.1),
            ("GPT-4o mini", 0.27, 0.26),
            ("GPT-3.5", 0.099, 0.024),
            ("other", 0.008, 0.009),
        )
    ),
    alt="In the last week GPT-4o had 45% of sessions, GPT-4o mini 26%, GPT-4 10%, seven others 19%.",
)

SCATTER = DotChart(
    title="Sales asks often but briefly; Engineering goes deep",
    x_label="Sessions a person and week",
    y_label="Messages a session",
    dots=tuple(
        Dot(label=name, x=sessions, y=depth, people=people, emphasis=name in {"Engineering", "Sales"})
        for name, sessions, depth, people, _, _ in DEPARTMENTS
    ),
    alt="; ".join(f"{name}: {sessions} sessions, {depth} messages" for name, sessions, depth, *_ in DEPARTMENTS),
)

SPEND = BarChart(
    title="Seat spend a month at $30 a seat",
    unit="money",
    bars=tuple(
        Bar(label=name, value=spend, part=unused)
        for name, _, _, _, spend, unused in sorted(DEPARTMENTS, key=lambda row: -row[4])
    ),
    part_label="of which for seats nobody used",
    alt="; ".join(f"{name} ${spend:,.0f}, ${unused:,.0f} unused" for name, _, _, _, spend, unused in DEPARTMENTS),
)


def verbs(action: str, key: str) -> tuple[Button, ...]:
    """What can be done about a finding."""
    return (
        Button(label="Explain", do=f"explain {key}"),
        Button(label="Assign to me", do=f"assign {action} {key}"),
        Button(label="Done", do=f"done {key}"),
        Button(label="Snooze 4 weeks", do=f"snooze {key} 4"),
        Button(label="Mute for everybody", do=f"mute {key}"),
    )


MODEL_ADVICE = Advice(
    key="model-default:company:chatgpt",
    headline="39% of sessions still run on models below GPT-4o",
    detail="7,420 of 19,030 sessions in the week of 3–9 Nov 2025. Six in ten of them start in the default model.",
    action="Set GPT-4o as the workspace default",
    steps=(
        "Open Workspace settings › Models",
        "Choose GPT-4o as the default for new conversations",
        "Tell people in #ai-help that the picker now starts on GPT-4o",
    ),
    where="chatgpt.com › Workspace settings › Models",
    owner="Workspace administrator",
    effort="5 minutes",
    expected="Most sessions move within a week; measured by the share on GPT-4o or above after 4 weeks",
    buttons=verbs("default_model", "model-default:company:chatgpt"),
)

SALES_ADVICE = Advice(
    key="often-shallow:Sales:chatgpt",
    headline="Sales asks most often (9.4 sessions a week) but briefly (4.1 messages a session)",
    detail="The company's median department has 6.1 messages a session. 92 people, 4 weeks.",
    action="Run a 30-minute use-case session for Sales",
    steps=(
        "Pick three tasks from their week: account research, call follow-up, proposal drafts",
        "Show each as a conversation of five turns or more",
        "Let everybody redo one of last week's prompts",
    ),
    where="A Sales team meeting",
    owner="Enablement, with the head of Sales",
    effort="30 minutes, and 2 hours to prepare",
    expected="Messages a session in Sales above 5 after 4 weeks",
    buttons=verbs("use_case_session", "often-shallow:Sales:chatgpt"),
)

SEATS_ADVICE = Advice(
    key="unused-seats:HR,Operations:chatgpt",
    headline="HR and Operations leave 63 of 106 seats unused: $1,890 a month",
    detail="No session in 28 days. The contract renews on 31 Jan 2026, notice is due by 2 Dec 2025.",
    action="Offer a targeted start session, then reclaim what stays unused",
    steps=(
        "Invite the holders of unused seats to a 45-minute start session",
        "Two weeks later, list the seats still unused with `ai-usage ask licenses`",
        "Reassign those seats, or lower the count before renewal",
    ),
    where="chatgpt.com › Admin console › Members",
    owner="Workspace administrator",
    effort="2 hours",
    expected="unknown",
    buttons=verbs("reclaim_seats", "unused-seats:HR,Operations:chatgpt"),
)

OVERVIEW = Card(
    title="ChatGPT this week: deeper conversations, 39% on older models",
    text=(
        "6.8 messages a session, up 1.4 over 14 weeks: training is working. 412 of 600 people were active, "
        "asking 312 characters a prompt.\n\nThree things deserve your attention, the first takes five minutes."
    ),
    fields=(
        Field(label="Messages a session", value="6.8", change="up 1.4 over 14 weeks", trend="better"),
        Field(label="Characters a prompt", value="312", change="up 26 over 14 weeks", trend="better"),
        Field(label="Sessions below GPT-4o", value="39%", change="down 9 points over 14 weeks", trend="better"),
        Field(label="Active people", value="412 of 600", change="up 18 over 4 weeks", trend="better"),
        Field(label="Unused seats", value="113", change="up 6 over 4 weeks", trend="worse", note="$3,390 a month"),
        Field(label="Tokens a person", value="38,000", change="up 4% over 4 weeks", note="estimated"),
    ),
    chart=TREND,
    advice=(MODEL_ADVICE, SALES_ADVICE, SEATS_ADVICE),
    buttons=(
        Button(label="Sales in detail", ask="sales"),
        Button(label="Compare with Engineering", ask="sales vs engineering"),
        Button(label="Last 26 weeks", ask="overview last 26 weeks"),
    ),
    footer=(
        "3–9 Nov 2025 · ChatGPT · 600 people · read 10 Nov 2025 06:00 UTC · "
        "1 department with fewer than 5 people hidden · tokens estimated from characters"
    ),
)


def _view(title: str, text: str, chart: object, ask: str, table: Table | None = None) -> Card:
    return Card(
        title=title,
        text=text,
        chart=chart,  # type: ignore[arg-type]
        table=table,
        buttons=(
            Button(label="By department", ask=f"{ask} by department"),
            Button(label="26 weeks", ask=f"{ask} 26 weeks"),
        ),
        footer="3–9 Nov 2025 · ChatGPT · 600 people",
    )


SPEND_TABLE = Table(
    columns=("Department", "Seats", "Active", "Spend a month", "Unused"),
    rows=tuple(
        (name, str(people), str(people - round(unused / 30)), f"${spend:,.0f}", f"${unused:,.0f}")
        for name, _, _, people, spend, unused in DEPARTMENTS
    ),
    numeric=(1, 2, 3, 4),
    caption="Seats and spend by department",
)

TOKENS_CARD = _view("Tokens", "30,000 output tokens a person and week, 3.8 for each one put in.", TOKENS, "tokens")
DEPTH_CARD = _view("Depth", "6.8 messages a session, up 1.4 over 14 weeks.", TREND, "depth")
PROMPTS_CARD = _view("Prompts", "312 characters a prompt, up 26 over 14 weeks.", PROMPTS, "prompts")
MODELS_CARD = _view("Models", "61% of sessions on GPT-4o or above, up 9 points over 14 weeks.", MODELS, "models")
MANY_MODELS_CARD = _view("Model families", "45% of sessions on GPT-4o.", MANY_MODELS, "models")
DEPARTMENTS_CARD = _view(
    "Departments", "Engineering has 9.2 messages a session; Sales 4.1 at the highest frequency.", SCATTER, "departments"
)
WIDE_CARD = Card(
    title="Whole company · Departments · ChatGPT",
    text="4.0 sessions per active user per week.",
    table=Table(
        columns=(
            "Department",
            "Sessions per active user per week",
            "Messages per session",
            "Weekly active users",
            "Characters per prompt",
            "Sessions below GPT-4o",
            "Power users",
        ),
        rows=(
            ("Customer Success", "3.9", "8.1", "46", "292", "40%", "5"),
            ("Engineering", "3.9", "9.1", "100", "378", "20%", "21"),
            ("Unmapped", "4.1", "5.5", "32", "336", "52%", "3"),
        ),
        numeric=(1, 2, 3, 4, 5, 6),
        caption="By department, week of 3–9 Nov 2025",
    ),
)
LICENSES_CARD = _view(
    "Licenses", "$18,000 a month for 600 seats, of which $3,390 for seats nobody used.", SPEND, "licenses", SPEND_TABLE
)

DIGEST = Digest(
    week=WEEK,
    card=OVERVIEW,
    views=(TOKENS_CARD, DEPTH_CARD, PROMPTS_CARD, MODELS_CARD, DEPARTMENTS_CARD, LICENSES_CARD),
)

HELP = Card(
    title="What you can ask",
    text="Ask about a department, a view, or both.",
    table=Table(
        columns=("Ask", "Answers"), rows=(("sales", "Sales this week"), ("sales vs engineering", "The two compared"))
    ),
    buttons=(Button(label="Overview", ask="overview"),),
)

NOT_UNDERSTOOD = Card(
    title="I don't know “salse”",
    text="Did you mean sales?",
    buttons=(Button(label="Sales", ask="sales"), Button(label="Help", ask="help")),
)

LONG_NAME = "Global Strategic Partnerships, Alliances & Channel Operations"
HOSTILE_NAMES = (
    "<!channel> <@U123> <https://evil.example|click>",
    "*bold* _slanted_ ~struck~ `code` :fire:",
    LONG_NAME,
    "R&D &amp; <b>Labs</b> <script>alert(1)</script>",
    "\u202egnireenignE\u202c \u200fמכירות ותמיכה",
    "فريق المبيعات",
    "日本営業部",
    "🚀 Growth 👩‍👩‍👧 🇩🇪",
    "$x^2$ costs $30 \\frac{1}{2}",
    '=HYPERLINK("http://evil.example")',
    "\x1b[31mred\x1b[0m\x07\x00",
    "a" * 300,
    " ",
)

HOSTILE = Card(
    title="*Digest* <!everyone> for " + LONG_NAME * 3,
    text="\n\n".join(HOSTILE_NAMES) + "\n\n" + "A long tale. " * 400,
    fields=tuple(
        Field(label=name, value="<6.8>", change="*up* 1.4", trend="worse", note="<!here>") for name in HOSTILE_NAMES
    ),
    chart=BarChart(
        title="Spend of $30 and $x^2$ by " + LONG_NAME,
        unit="money",
        bars=tuple(Bar(label=name, value=900.0 - 60 * i, part=30.0 * i) for i, name in enumerate(HOSTILE_NAMES)),
        alt='<b>Numbers</b> & "more": ' + "; ".join(HOSTILE_NAMES) * 8,
        part_label="*unused* <!channel>",
    ),
    table=Table(
        columns=("Name", "", "<Value>"),
        rows=tuple((name, "", "1 < 2") for name in HOSTILE_NAMES),
        numeric=(2,),
        caption="<i>",
    ),
    advice=tuple(
        Advice(
            key=f"key-{i}",
            headline=name,
            detail=name * 20,
            action=name,
            steps=(name, "", name * 30),
            where=name,
            owner=name,
            effort=name,
            expected=name,
            buttons=verbs("act", f"detector:{name}:chatgpt"),
        )
        for i, name in enumerate(HOSTILE_NAMES)
    ),
    buttons=tuple(Button(label=name * 2, ask=name) for name in HOSTILE_NAMES),
    footer="_footer_ <!channel> & more",
)

EMPTY = Card(title="", text="")

GAPS = Card(
    title="Depth in a small department",
    text="Hidden in the weeks with fewer than 5 people.",
    chart=LineChart(
        title="Messages a session, two departments",
        weeks=WEEKS,
        lines=(
            Line(
                label="Legal",
                values=(None, None, 6.1, None, 6.4, 6.2, None, None, 6.8, 6.9, 7.0, None, 6.6, None),
                unit="messages",
            ),
            Line(label="Facilities and workplace services", values=(None,) * 14, unit="messages"),
            Line(label="Engineering", values=(8.1, 8.3, *(None,) * 6, 8.8, 8.9, 9.0, 9.1, 9.1, 9.2), unit="messages"),
        ),
        alt="Legal had 6.6 messages a session when last seen, Engineering 9.2.",
    ),
)

ONE_DEPARTMENT = Card(
    title="One department",
    text="Only Support uses ChatGPT so far.",
    chart=DotChart(
        title="One department",
        x_label="Sessions a person and week",
        y_label="Messages a session",
        dots=(Dot(label="Support", x=3.0, y=4.0, people=9),),
        alt="Support: 3.0 sessions, 4.0 messages",
    ),
)


def many_dots(count: int) -> DotChart:
    """`count` departments, spread without a pattern, two of them emphasised."""
    dots = tuple(
        Dot(
            label=f"{('Regional sales', 'Field support', 'Plant', 'Research', 'Clinic')[i % 5]} {i + 1}",
            x=1.5 + (i * 37 % 101) / 11,
            y=3.0 + (i * 53 % 97) / 14 + (i % 3) / 5,
            people=5 + i * 29 % 140,
            emphasis=i in {3, 17},
        )
        for i in range(count)
    )
    return DotChart(
        title=f"{count} departments",
        x_label="Sessions a person and week",
        y_label="Messages a session",
        dots=dots,
        alt=f"{count} departments; the table lists them.",
    )


MANY_DEPARTMENTS = Card(
    title="200 departments",
    text="All departments by how often and how deeply they ask.",
    chart=many_dots(200),
    table=Table(
        columns=("Department", "Sessions", "Messages"),
        rows=tuple((dot.label, f"{dot.x:.1f}", f"{dot.y:.1f}") for dot in many_dots(200).dots),
        numeric=(1, 2),
        caption="All departments",
    ),
)

MANY_BARS = BarChart(
    title="Seat spend a month, 40 departments",
    unit="money",
    bars=tuple(
        Bar(label=f"Department {i + 1}", value=4000.0 - 90 * i, part=20.0 * i if i % 2 else None) for i in range(40)
    ),
    part_label="of which for seats nobody used",
    alt="40 departments.",
)

FORTY_CARD = Card(title="40 departments", text="Spend by department.", chart=MANY_BARS)

NOTHING_YET = Card(
    title="No figures yet",
    text="The first complete week ends on Sunday.",
    chart=LineChart(
        title="Depth",
        weeks=WEEKS,
        lines=(Line(label="Company", values=(None,) * 14, unit="messages"),),
        alt="No figures.",
    ),
)

CARDS: dict[str, Card] = {
    "overview": OVERVIEW,
    "tokens": TOKENS_CARD,
    "depth": DEPTH_CARD,
    "prompts": PROMPTS_CARD,
    "models": MODELS_CARD,
    "many-models": MANY_MODELS_CARD,
    "departments": DEPARTMENTS_CARD,
    "licenses": LICENSES_CARD,
    "wide-table": WIDE_CARD,
    "help": HELP,
    "not-understood": NOT_UNDERSTOOD,
    "hostile": HOSTILE,
    "empty": EMPTY,
    "gaps": GAPS,
    "one-department": ONE_DEPARTMENT,
    "many-departments": MANY_DEPARTMENTS,
    "forty-departments": FORTY_CARD,
    "nothing-yet": NOTHING_YET,
}

FORTY_DOTS = many_dots(40)
