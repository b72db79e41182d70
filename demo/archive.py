"""The same log files in a folder, as somebody who downloaded them would have them."""

import gzip as gz
import json
from pathlib import Path

from demo.company import Company
from demo.costs import costs_feed
from demo.events import conversation_feed
from demo.roster import directory_csv, users, users_page


def write_archive(company: Company, folder: Path, *, gzip: bool = False, bad_lines: bool = False) -> int:
    """Write every log file of both event types, `users.json` and `directory.csv`.

    `users.json` is one page of the users endpoint that holds everybody. Makes the folder. With `gzip` each log file is
    compressed and its name ends in `.jsonl.gz`. Returns the number of log files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for feed in (conversation_feed(company, bad_lines=bad_lines), costs_feed(company, bad_lines=bad_lines)):
        for file in feed.files:
            data = feed.render(file)
            if gzip:
                (folder / f"{file.name}.gz").write_bytes(gz.compress(data, compresslevel=1, mtime=0))
            else:
                (folder / file.name).write_bytes(data)
            count += 1
    everybody = users(company)
    page = users_page(everybody, None, len(everybody))
    (folder / "users.json").write_text(json.dumps(page.json(), ensure_ascii=False), encoding="utf-8")
    (folder / "directory.csv").write_text(directory_csv(company), encoding="utf-8")
    return count
