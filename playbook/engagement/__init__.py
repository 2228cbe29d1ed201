"""One client's ``client.yml`` as a frozen ``Engagement``: who, what they want, where their data lie.

Everything that can be wrong in the file is found in one reading and reported together, with the key
it stands under. Nothing is guessed: unknown keys, duplicate keys and impossible dates are refused.
"""

from playbook.engagement.brand import Brand, contrast
from playbook.engagement.client_file import (
    PACKAGE_PREFIX,
    SHARES,
    Assumptions,
    ChannelLimit,
    ClientFile,
    Industry,
    Intervention,
    Kpi,
    Network,
    Objective,
    Period,
    SegmentRule,
    Source,
)
from playbook.engagement.logo import LOGOS
from playbook.engagement.opening import (
    HOME_VARIABLE,
    Engagement,
    all_names,
    client_names,
    file_read,
    find_root,
    know_file,
    open_engagement,
)

__all__ = [
    "HOME_VARIABLE",
    "LOGOS",
    "PACKAGE_PREFIX",
    "SHARES",
    "Assumptions",
    "Brand",
    "ChannelLimit",
    "ClientFile",
    "Engagement",
    "Industry",
    "Intervention",
    "Kpi",
    "Network",
    "Objective",
    "Period",
    "SegmentRule",
    "Source",
    "all_names",
    "client_names",
    "contrast",
    "file_read",
    "find_root",
    "know_file",
    "open_engagement",
]
