"""Recipients: a mail goes to the client's own people; an address elsewhere is a stop that somebody has to confirm."""

from collections.abc import Iterable

from email_validator import EmailNotValidError, validate_email

from playbook.delivery.checking.own import yaml_texts
from playbook.engagement import Engagement, client_names
from playbook.errors import DeliveryError

__all__ = ["domain", "require_own_domains"]


def domain(address: str) -> str:
    """What stands behind the @, in small letters, and as mail servers write it where it has others than A to Z."""
    try:
        return validate_email(address, check_deliverability=False).ascii_domain.lower()
    except EmailNotValidError:
        return address.rpartition("@")[2].lower()


def require_own_domains(engagement: Engagement, former: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise DeliveryError for recipients whose domain nobody has confirmed.

    The client's domains are those that earlier reports went to (``former`` addresses); before the first one there is none. A
    domain that another client's file names as well has to be in ``allowed``, whoever it belongs to.
    """
    confirmed = {domain(f"anybody@{one}") for one in allowed}
    own = {domain(one) for one in former}
    others = _theirs(engagement)
    problems = {}
    for address in engagement.recipients:
        name = domain(address)
        if name in confirmed:
            continue
        if name in others:
            problems[address] = f"{name} also receives the reports of {others[name]}"
        elif not own:
            problems[address] = f"no report of this client has gone to {name} yet"
        elif name not in own:
            problems[address] = f"{name} is not {' or '.join(sorted(own))}, where this client's reports go"
    if problems:
        wanted = " ".join(f"--allow-domain {one}" for one in dict.fromkeys(map(domain, problems)))
        title = f"{engagement.client}: recipients that nobody has confirmed. If they are right, say once: {wanted}"
        raise DeliveryError(title, [f"{address}: {why}" for address, why in problems.items()])


def _theirs(engagement: Engagement) -> dict[str, str]:
    """Domains of the addresses in every other client's file, with that client."""
    return {
        domain(text): client
        for client in client_names(engagement.root)
        if client != engagement.client
        for text in yaml_texts(engagement.root / "data" / client / "client.yml")
        if text.count("@") == 1 and " " not in text
    }
