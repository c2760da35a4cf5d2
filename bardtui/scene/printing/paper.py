"""The size of the paper."""

import os
import re

A4 = (595.28, 841.89)  # width and height in points
LETTER = (612.0, 792.0)

# The countries that print on Letter, as the Unicode locale data (CLDR) lists them.
_LETTER_COUNTRIES = {
    *("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE")
}


def paper_size() -> tuple[float, float]:
    """Return the width and height of the paper in points.

    It is Letter where the locale's country (LC_ALL, LC_PAPER or LANG) prints on it, else A4.
    """
    names = (os.environ.get(variable) for variable in ("LC_ALL", "LC_PAPER", "LANG"))
    country = re.search(r"_([A-Z]{2})\b", next(filter(None, names), ""))
    return LETTER if country and country[1] in _LETTER_COUNTRIES else A4
