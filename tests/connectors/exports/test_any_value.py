"""Whatever stands in the fields of an export, its lines are read or told as bad: nothing else happens."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.door import Door
from connectors.exports.admission import admitted
from connectors.exports.export import Export, PeriodWantedError
from connectors.exports.recognition import exports
from connectors.exports.sheet import Line
from tests.connectors.exports.files import OCTOBER
from tests.connectors.lines import KEY

LIKELY = (
    *("", "0", "1", "12", "-1", "1e400", "1.5", "1,234", "$0.04", "nan", "∞", "١٢", "None", "true", "no", "Included"),
    *("2026-10-02", "2026-10-02T10:00:00.1Z", "10/11/2026", "2026-02-31", "0001-01-01", "9999999999", "9999999999999"),
    *("ana@example.com", "octo", "t~x", "{'gpt-5': 3}", "{", "D28", "7", "Claude Code", "=1+1"),
)
VALUES = st.sampled_from(LIKELY) | st.text(max_size=12)


@pytest.mark.parametrize("export", exports(), ids=lambda each: each.id)
def test_any_value_is_read_or_told(export: Export) -> None:
    columns = st.fixed_dictionaries(dict.fromkeys(export.columns, VALUES))

    @settings(deadline=None, max_examples=150)
    @given(st.lists(columns, min_size=1, max_size=4), st.sampled_from([None, OCTOBER]))
    def holds(table: list[Mapping[str, str]], period: object) -> None:
        lines = [Line(number=number, values=row) for number, row in enumerate(table, 2)]
        try:
            found = export.parse(lines, period)  # type: ignore[arg-type]
        except PeriodWantedError:
            return
        tools = {use.tool or export.tool for use in found.uses}
        come = admitted(found, export, {tool: Door(KEY, tool) for tool in tools}, {})
        facts = [fact for each in (*come.days.values(), *come.periods.values()) for fact in each]
        told = [value for fact in facts for value in (fact.prompts, fact.messages, fact.cost) if value is not None]
        assert all(0 <= value < 1e13 for value in told)
        assert {use.line for use in found.uses}.isdisjoint(each.line for each in found.bad)

    holds()
