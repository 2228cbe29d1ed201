"""``python -m playbook.generate FOLDER``: write a complete generated client folder."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from playbook.errors import PlaybookError
from playbook.generate.client import generate_client
from playbook.generate.planted import REFERENCE_CUSTOMERS
from playbook.generate.write import write_client

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Write the client and return the exit code."""
    parser = ArgumentParser(
        prog="python -m playbook.generate", description="Write a generated client: an audio web shop with planted truth."
    )
    parser.add_argument("folder", type=Path, help="where to write client.yml, raw/ and truth/, for example data/my-client")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same files (default: %(default)s)")
    parser.add_argument("--customers", type=int, default=REFERENCE_CUSTOMERS, help="default: %(default)s")
    parser.add_argument("--months", type=int, default=36, help="months of history (default: %(default)s)")
    parser.add_argument("--name", default="Aurora Audio", help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    try:
        written = write_client(generate_client(chosen.seed, chosen.customers, chosen.months, chosen.name), chosen.folder)
    except PlaybookError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{chosen.folder}: {len(written)} files, {size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
