"""Market notes: the tables of the market section, and what its figures rest on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.share.course import ALL, Course
from playbook.methods.market_research.share.wallet import Wallet
from playbook.result.contract import Assumption, Table
from playbook.result.formats import Formats

__all__ = ["group_table", "market_notes", "wallet_table"]

AGREE = 0.05  # own orders against stated share x size: a larger gap is told
TOLD = 3
SOURCE, SURVEYS = mark("market table, orders"), mark("surveys, orders")


def group_table(groups: pd.DataFrame, fmt: Formats) -> Table:
    """Size, growth and share by product group; columns of which nothing is known are left out."""
    columns = {
        "category": ("Product group", "text"), "size": ("Market", "money"), "growth": ("Market growth", "share"),
        "own": ("Own sales", "money"), "own_growth": ("Own growth", "share"), "share_before": ("Share a year before", "share"),
        "share": ("Share now", "share"), "opportunity": ("Opportunity a year", "money"),
    }  # fmt: skip
    known = {name: told for name, told in columns.items() if groups[name].notna().any()}
    named = groups["category"].mask(groups["category"] == ALL, fmt.told(ALL))
    shown = groups.assign(category=named)
    return Table(shown, "The market and own sales by product group, the greatest opportunity first.", SOURCE, known)


def wallet_table(by_segment: pd.DataFrame) -> Table:
    """Share of wallet by segment."""
    return Table(
        by_segment,
        "What customers spend with the client of all they spend on such goods, by segment.",
        SURVEYS,
        {
            "segment": ("Segment", "text"), "answers": ("Answers", "count"), "share": ("Of the money, with the client", "share"),
            "low": ("Range from", "share"), "high": ("to", "share"), "mean": ("Average customer", "share"),
            "gap": ("Elsewhere, a customer and year", "money"),
        },
    )  # fmt: skip


def market_notes(
    course: Course | None, groups: pd.DataFrame, a_year: bool, wallet: Wallet | None, wallets: pd.DataFrame | None, fmt: Formats
) -> tuple[Assumption, ...]:
    """What the figures rest on. ``groups``: of ``compare_years``; ``a_year``: both sides of the comparison hold a whole year."""
    notes = []
    if course is not None:
        notes.append(
            Assumption(
                "Market sizes are one source's estimate. If it counts other goods or regions than the client sells, shares move; "
                "growth and changes of share suffer less.", "medium", "high",
            )
        )  # fmt: skip
        notes += _agreement(course.rows, fmt) + _unmatched(course.rows, fmt) + _beyond(groups, fmt)
        if not a_year:
            text = (
                mark("The market table holds less than two years: only the same months of two years are compared.")
                if groups["size_before"].notna().any()
                else mark("The market table holds no period that lies a year before another: growth cannot be told.")
            )
            notes.append(Assumption(text, "medium", "medium"))
    if wallet is not None and wallets is not None:
        memory = fmt.say(
            "What customers say they spend is from memory, and those who answer tend to be the more loyal ones: the share of all "
            "customers is likely lower."
        )
        above = fmt.say_n(
            "One stated less than was spent with the client: all of that spending counts as with the client.",
            "{n} stated less than they spent with the client: all of their spending counts as with the client.",
            wallet.above,
        )
        notes.append(Assumption(fmt.sentences(memory, above if wallet.above else ""), "low", "high"))
        if wallets["days"].max() < 365:
            notes.append(Assumption("Orders cover less than a year and are carried to one.", "low", "medium"))
    return tuple(notes)


def _agreement(rows: pd.DataFrame, fmt: Formats) -> list[Assumption]:
    """Whether own orders agree with the shares that the market table states."""
    both = rows[rows["stated"].notna() & rows["sold"].notna()]
    if both.empty:
        return []
    sums = both.groupby("category")[["sold", "own"]].sum()
    ratio = (sums["sold"] / sums["own"].where(sums["own"] > 0) - 1).dropna()
    apart = ratio[ratio.abs() > AGREE].sort_values(key=abs, ascending=False)
    if apart.empty:
        return [Assumption("The shares stated in the market table agree with the client's own orders.", "high", "medium")]
    named = [fmt.say("{group} {change}", group=group, change=fmt.change(gap)) for group, gap in apart.head(TOLD).items()]
    text = fmt.say(
        "The client's orders do not match the stated share of the market ({named}): products without a group, booking in "
        "another month, or a guessed share. The stated shares are used.",
        named=_named(named, len(apart), fmt),
    )
    return [Assumption(text, "low", "medium")]


def _named(first: list[str], count: int, fmt: Formats) -> str:
    """The first of ``count`` names as a list, and how many more there are."""
    return fmt.listed([*first, fmt.say("{n} more", n=fmt.count(count - len(first)))] if count > len(first) else first)


def _beyond(groups: pd.DataFrame, fmt: Formats) -> list[Assumption]:
    """Groups in which the client sells more than the whole market."""
    beyond = groups.loc[(groups["share"] > 1) & (groups["category"] != ALL), "category"].astype(str)
    if beyond.empty:
        return []
    text = fmt.say(
        "Own sales in {named} exceed the whole market: the market table counts other goods or regions, or another unit. Shares"
        " and their changes cannot be relied on there.",
        named=_named(list(beyond.head(TOLD)), len(beyond), fmt),
    )
    return [Assumption(text, "low", "high")]


def _unmatched(rows: pd.DataFrame, fmt: Formats) -> list[Assumption]:
    """Groups of the market table of which nothing is known on the client's side."""
    missing = sorted(rows.groupby("category")["own"].count().loc[lambda n: n == 0].index.astype(str))
    if not missing:
        return []
    text = fmt.say(
        "Own sales in {named} are not known: the name of the product group should be the same in products and market, or the"
        " market table should state the share.",
        named=_named(missing[:TOLD], len(missing), fmt),
    )
    return [Assumption(text, "low", "medium")]
