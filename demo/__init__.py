"""A simulated company and its vendor's server, speaking the real wire format on loopback.

What it is: a seeded company (people, departments, joiners, leavers, a re-organisation, habits) whose ChatGPT use is
written as the vendor's own log files and served over HTTP, with the troubles real feeds have. How long conversations
and prompts are follows distributions fitted to real conversations (`demo.distributions`). Whoever reads the feed
meets everything a real feed would show, and nothing else: no figure is handed over beside the logs.

What it is not: a model of how people work. The departments' averages and their trends are set by `demo.profile` so
that there is something to find; every name, address and sentence is invented; nothing here has been said by anybody.

    company = simulate(last_week=date(2026, 6, 1))
    server = await start(company, key="a secret")      # server.base_url is what a connector is given

`simulate` builds the company, `start` serves it, `write_archive` writes the same files to a folder, `write_bulk`
writes a large one. `demo.tools` has the same people use eight more tools, and `demo.vendors` serves these.
`demo.chaos` makes any of the servers faulty.
"""

from demo.archive import write_archive
from demo.company import Company, simulate
from demo.roster import directory_csv

__all__ = ["Company", "directory_csv", "simulate", "write_archive"]
