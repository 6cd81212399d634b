"""What there is, for somebody who asked for what there is not: all of it, or what is spelled like it."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

FEW = 12
LOOKED_AT = 5_000  # a tenth of a second; a world may have 100,000 people


def there_is(given: object, names: Iterable[str]) -> str:
    """The end of the sentence."""
    by_reading = {name.casefold(): name for name in islice(names, LOOKED_AT)}
    known = list(by_reading.values())
    near = get_close_matches(str(given).casefold(), by_reading, n=3)
    if len(known) <= FEW:
        return f"; there is {', '.join(known)}." if known else "."
    if near:
        return f": did you mean {' or '.join(by_reading[each] for each in near)}?"
    return f"; there is {', '.join(known[:FEW])} and more."
