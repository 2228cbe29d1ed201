"""The written folder: same seed, same bytes; and the committed demo client is what the generator writes."""

import gzip

import pandas as pd
import pytest
from ruamel.yaml import YAML

from playbook.generate import generate_client
from playbook.generate.__main__ import main
from playbook.generate.write import EXPORTS, write_client

DEMO = "aurora-audio"
LARGEST = 3_000_000


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    write_client(generate_client(), folder)
    return folder


def _files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main([str(tmp_path / name), "--seed", seed, "--customers", "300", "--months", "24"]) == 0
    first, second, third = (_files(tmp_path / name) for name in "abc")
    assert first == second
    assert first.keys() == third.keys()
    assert first["raw/orders_2026.csv.gz"] != third["raw/orders_2026.csv.gz"]


def test_a_wrong_size_is_one_line_and_exit_code_2(tmp_path, capsys):
    assert main([str(tmp_path / "small"), "--customers", "10"]) == 2
    assert "at least 300 customers" in capsys.readouterr().err
    assert not (tmp_path / "small").exists()


def test_the_committed_client_is_what_the_generator_writes(written, root):
    """Compared by content, because compressed bytes may differ between releases of zlib and Arrow."""
    committed = root / "data" / DEMO
    names = set(_files(written))
    assert names == {name for name in _files(committed) if name == "client.yml" or name.startswith(("raw/", "truth/"))}
    for name in names:
        assert _content(written / name) == _content(committed / name), name


def _content(path):
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv(index=False)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, engine="calamine").to_csv(index=False)
    return path.read_bytes()


def test_the_raw_files_stay_small(root):
    assert sum(p.stat().st_size for p in (root / "data" / DEMO / "raw").iterdir()) < LARGEST


def test_the_client_file_maps_every_table_to_headers_that_exist(written):
    client = YAML(typ="safe", pure=True).load(written / "client.yml")
    assert client["name"] == "Aurora Audio"
    assert client["recipients"] == ["board@aurora-audio.example"]
    assert set(client["sources"]) == set(EXPORTS)
    for table, source in client["sources"].items():
        assert source["columns"] == EXPORTS[table].columns
        assert list(written.glob(source["path"])), source["path"]
    header = gzip.decompress((written / "raw/orders_2024.csv.gz").read_bytes()).split(b"\n", 1)[0].decode()
    assert header.split(",") == list(client["sources"]["orders"]["columns"].values())


def test_the_client_file_never_points_at_the_truth(written):
    assert all(
        not source["path"].startswith("truth")
        for source in YAML(typ="safe", pure=True).load(written / "client.yml")["sources"].values()
    )
