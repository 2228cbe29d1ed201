"""A report in another language than the client's file says: its mail speaks it too, and it is neither wrong nor stale."""

import re

import pytest

from home import run_playbook
from parcels import DAY
from playbook.delivery.checking.draft import bodies, parsed
from small import PAIR, small_client, small_home


@pytest.mark.slow
def test_a_chinese_report_gives_a_chinese_mail(tmp_path):
    home = small_home(tmp_path)
    file = small_client(home, "acme") / "client.yml"
    phases = [word for name in PAIR for word in ("--phase", name)]
    done = run_playbook(home, "run", "acme", "--language", "zh", *phases)
    assert done.returncode == 0, done.stdout
    file.write_text(f"{file.read_text('utf-8')}recipients: [board@acme.example]\nprepared_for: 董事会\n", encoding="utf-8")
    confirmed = ("mail", "acme", "--allow-domain", "acme.example")
    stale = run_playbook(home, *confirmed)
    assert (stale.returncode, "client.yml was changed" in stale.stderr) == (1, True)  # it says for whom the report is
    file.write_text(file.read_text("utf-8").replace("prepared_for: 董事会\n", ""), encoding="utf-8")
    looked, drafted = run_playbook(home, "check-report", "acme"), run_playbook(home, *confirmed)
    assert (looked.returncode, drafted.returncode) == (0, 0), looked.stderr + drafted.stderr
    message = parsed((home / "reports" / "acme" / "mail" / f"{DAY}.eml").read_bytes())
    html, text = bodies(message)
    assert message["Subject"] == "Acme：截至2025年12月31日的数据报告" and '<html lang="zh">' in html
    files = [part.get_filename() for part in message.iter_attachments()]
    told = " ".join([message["Subject"], text, *re.findall(r'alt="([^"]*)"', html), re.sub("<[^>]*>", " ", html)])
    assert set(re.findall("[A-Za-z]{2,}", told)) <= {"Acme"} | set(re.findall("[A-Za-z]+", " ".join([*files, "index.html"])))
