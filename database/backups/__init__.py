"""Backups that are known to be whole: made, verified, restored, moved elsewhere."""

from database.backups.contents import identity
from database.backups.dump import make_backup
from database.backups.manifest import Backup, newest_backup

__all__ = ["Backup", "identity", "make_backup", "newest_backup"]
