"""The folder to hand over: pages and workbook, verified byte by byte, locked on request."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from parcels import edition, publish, scorecard
from playbook.delivery.export import SUMS, export, locked, verify
from playbook.errors import DeliveryError, UsageError

PASSWORD = "correct horse battery"
NAMES = ("01-needs-analysis.html", "action-lists.xlsx", "index.html")


@pytest.fixture
def home(tmp_path):
    publish(tmp_path)
    return tmp_path


def test_an_export_holds_what_a_client_gets_and_nothing_of_the_workshop(home):
    file = export(edition(home))
    assert file == home / "reports/acme/export/acme-2025-12-31.zip"
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == [f"acme-2025-12-31/{n}" for n in sorted((*NAMES, SUMS))]
        for one in edition(home).files:
            assert archive.read(f"acme-2025-12-31/{one.name}") == one.read_bytes()
    assert (verify(file), locked(file)) == (NAMES, False)


def test_the_same_report_is_the_same_export(home):
    first = export(edition(home)).read_bytes()
    assert export(edition(home)).read_bytes() == first


def test_the_checksum_file_is_what_sha256sum_reads(home):
    file = export(edition(home))
    assert file.with_name(f"{file.name}.sha256").read_text() == f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
    subprocess.run(["sha256sum", "-c", f"{file.name}.sha256"], cwd=file.parent, check=True, capture_output=True)


def test_with_a_password_nobody_reads_it_without(home):
    file = export(edition(home), home / "out", PASSWORD)
    assert locked(file) and verify(file, PASSWORD) == NAMES
    assert b"Revenue" not in file.read_bytes()
    with pytest.raises(DeliveryError, match="password is not the right one"):
        verify(file, "another password")
    with pytest.raises(DeliveryError, match="password is not the right one, or none"):
        verify(file)
    with zipfile.ZipFile(file) as archive, pytest.raises((RuntimeError, NotImplementedError)):
        archive.read("acme-2025-12-31/index.html")


def test_a_short_password_is_none(home):
    with pytest.raises(UsageError, match="shorter than 10"):
        export(edition(home), password="short")


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("password", [None, PASSWORD])
def test_one_wrong_byte_is_noticed_with_and_without_the_checksum_file(home, at, password):
    file = export(edition(home), password=password)
    content = bytearray(file.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(DeliveryError, match="bytes are not those"):
        verify(file, password)
    file.with_name(f"{file.name}.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {file.name}\n")
    with pytest.raises(DeliveryError, match="is not sound|is no zip"):
        verify(file, password)


def rewritten(file, change):
    """The export with other files inside, and a checksum file that agrees."""
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    file.with_name(f"{file.name}.sha256").write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n")
    return file


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: files.update({"acme-2025-12-31/notebooks/01.ipynb": b"{}"}), "notebooks/01.ipynb does not belong"),
        (lambda files: files.update({"../../etc/passwd": b"x"}), "passwd does not belong"),
        (lambda files: files.update({"acme-2025-12-31/index.html": b"other"}), "index.html is not what was written"),
        (lambda files: files.pop("acme-2025-12-31/index.html"), "index.html is missing"),
        (lambda files: files.pop(f"acme-2025-12-31/{SUMS}"), "index.html is not what was written"),
    ],
)
def test_what_was_put_in_or_taken_out_is_noticed(home, change, told):
    file = rewritten(export(edition(home)), change)
    with pytest.raises(DeliveryError, match=told):
        verify(file)


def test_a_page_beside_the_locked_ones_is_noticed(home):
    """Who does not know the password can still put a file of the same name into the zip."""
    file = export(edition(home), password=PASSWORD)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("acme-2024-12-31/index.html", "another one's")
        archive.filelist.insert(0, archive.filelist.pop())  # so that the right one is read last
    file.with_name(f"{file.name}.sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest())
    with pytest.raises(DeliveryError) as refused:
        verify(file, PASSWORD)
    assert refused.value.problems == (
        "index.html is in it 2 times", "acme-2024-12-31/index.html is not locked as the rest is",
    )  # fmt: skip


def test_a_checksum_file_that_is_no_text_is_told(home):
    file = export(edition(home))
    file.with_name(f"{file.name}.sha256").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DeliveryError, match="bytes are not those"):
        verify(file)


def test_an_export_that_cannot_be_written_leaves_the_one_before(home, monkeypatch):
    before = export(edition(home)).read_bytes()
    publish(home, note="A word of ours.")

    def full(file, content):
        Path.open(file, "wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        export(edition(home))
    assert (home / "reports/acme/export/acme-2025-12-31.zip").read_bytes() == before


def test_no_checksum_file_no_file_no_zip(home, tmp_path):
    file = export(edition(home))
    file.with_name(f"{file.name}.sha256").unlink()
    with pytest.raises(DeliveryError, match="zip.sha256 is not beside it"):
        verify(file)
    with pytest.raises(UsageError, match="There is no file"):
        verify(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(DeliveryError, match="text.zip is no zip"):
        locked(tmp_path / "text.zip")


def test_nothing_is_exported_with_a_leak(tmp_path):
    publish(tmp_path, result=scorecard("Revenue stands at €310K, ask anna@mail.example."))
    with pytest.raises(DeliveryError, match="shows an e-mail address"):
        export(edition(tmp_path))
    assert not (tmp_path / "reports/acme/export").exists()
