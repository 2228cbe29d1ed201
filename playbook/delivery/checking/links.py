"""Links: every one leads to a file that the reader gets and to a place in it, and nothing is fetched from elsewhere."""

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup

from playbook.delivery.checking.seen import Problem
from playbook.report.gate import inspect_page

__all__ = ["links", "rules"]


def rules(pages: Mapping[str, str]) -> list[Problem]:
    """The gate's rules once more, for a page may have been touched since: nothing runs or fetches, alternative texts, size."""
    return [Problem(name, problem) for name, html in pages.items() for problem in inspect_page(html)]


def links(pages: Mapping[str, str], files: set[str]) -> list[Problem]:
    """Links between ``pages`` (HTML by file name) and to the other ``files`` that lead nowhere."""
    soups = {name: BeautifulSoup(html, "html.parser") for name, html in pages.items()}
    ids = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in soups.items()}
    found = []
    for name, soup in soups.items():
        for href in dict.fromkeys(a["href"] for a in soup.find_all("a", href=True)):
            file, _, anchor = href.partition("#")
            if re.match(r"[a-z][a-z0-9+.-]*:", href, re.I):
                if not re.match(r"(https?|mailto):", href, re.I):
                    found.append(Problem(name, f"links to {href[:80]}, which is no address for a reader"))
            elif (file or name) not in {*pages, *files}:
                found.append(Problem(name, f"links to {file}, which is not among the files"))
            elif anchor and anchor not in ids.get(file or name, ()):
                found.append(Problem(name, f"links to #{anchor} in {file or name}, which is not there"))
    return found
