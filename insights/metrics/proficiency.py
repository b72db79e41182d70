"""The proficiency score of a department. There is none for a person, and none for the company as a whole.

There is no agreed public formula that does without reading messages; this one is ours, from counts alone:

    score = 100 × (.35 consistency + .25 depth + .20 context + .20 model fit), each part cut off at 0 and 1

- consistency: of the last 12 weeks, the share in which the week's active people were active; 9 of 12, which the
  published ladder calls a habit, counts full.
- depth: messages per session, from 2 (one question, one answer) to 10.
- context: share of prompts over 200 characters, from 0 to one half.
- model fit: share of sessions on the reference model or above.

Every part is a quotient of the department's sums. A change of the formula is a new version and a new id, since two
versions must never stand in one chart.
"""

from insights.metric import Metric, Part

VERSION = 1

proficiency_score = Metric(
    id="proficiency_score",
    title="Proficiency score",
    definition=(
        f"From 0 to 100 (our formula, version {VERSION}), for departments only: 35% how steadily people use it (9 of "
        "12 weeks is full), 25% messages per session (2 to 10), 20% share of prompts over 200 characters (0 to half), "
        "20% share of sessions on the reference model or above."
    ),
    unit="score",
    good="up",
    parts=(
        Part(weight=0.35, numerator="active_weeks", denominator="possible_weeks", low=0, high=0.75),
        Part(weight=0.25, numerator="messages", denominator="sessions", low=2, high=10),
        Part(weight=0.20, numerator="long_prompts", denominator="prompts", low=0, high=0.5),
        Part(weight=0.20, numerator="reference_sessions", denominator="ranked_sessions", low=0, high=1),
    ),
    group="reference_people",
    smallest_change=3,
    words=("proficiency", "proficiency score", "score", "fluency", "skill", "how good are we"),
    order=95,
    only="department",
)
