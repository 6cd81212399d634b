"""What the commands that fine have in common."""

from discord import app_commands

from database.models import LARGEST_AMOUNT

FINE = "Points to take of those they hold; given back if the case is voided"
FREEZE = "Whether their points are frozen for as long as it stands"
Fine = app_commands.Range[int, 1, LARGEST_AMOUNT]
