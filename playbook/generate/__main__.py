"""``python -m playbook.generate FOLDER``: write a complete generated client folder."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from playbook.errors import PlaybookError
from playbook.generate.bank.client import BANK_MONTHS, generate_bank
from playbook.generate.bank.planted import CUSTOMERS
from playbook.generate.bank.write import write_bank
from playbook.generate.client import generate_client
from playbook.generate.manufacturer.client import MANUFACTURER_MONTHS, generate_manufacturer
from playbook.generate.manufacturer.planted import CUSTOMERS as FIRMS
from playbook.generate.manufacturer.write import write_manufacturer
from playbook.generate.planted import REFERENCE_CUSTOMERS
from playbook.generate.write import write_client

__all__ = ["main"]

KINDS = {
    "shop": (generate_client, write_client, {"customers": REFERENCE_CUSTOMERS, "months": 36, "name": "Aurora Audio"}),
    "bank": (generate_bank, write_bank, {"customers": CUSTOMERS, "months": BANK_MONTHS, "name": "Harbor Bank"}),
    "manufacturer": (
        generate_manufacturer,
        write_manufacturer,
        {"customers": FIRMS, "months": MANUFACTURER_MONTHS, "name": "华信包装机械"},
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Write the client and return the exit code."""
    parser = ArgumentParser(
        prog="python -m playbook.generate",
        description="Write a generated client with planted truth: a web shop, a bank or a manufacturer.",
    )
    parser.add_argument("folder", type=Path, help="where to write client.yml, raw/ and truth/, for example data/my-client")
    parser.add_argument(
        "--kind",
        choices=list(KINDS),
        default="shop",
        help="an audio web shop, a retail bank or a maker of machines (default: shop)",
    )
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same files (default: %(default)s)")
    usual = {option: " and ".join(f"{by[option]} ({kind})" for kind, (_, _, by) in KINDS.items()) for option in KINDS["shop"][2]}
    parser.add_argument("--customers", type=int, help=f"default: {usual['customers']}")
    parser.add_argument("--months", type=int, help=f"months of history, default: {usual['months']}")
    parser.add_argument("--name", help=f"default: {usual['name']}")
    chosen = parser.parse_args(arguments)
    generate, write, defaults = KINDS[chosen.kind]
    stated = {option: value for option in defaults if (value := getattr(chosen, option)) is not None}
    try:
        written = write(generate(chosen.seed, **defaults | stated), chosen.folder)
    except PlaybookError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{chosen.folder}: {len(written)} files, {size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
