"""PostgreSQL killed: the service says so, and works again without a restart."""

from typing import Any

import pytest

from database.errors import DatabaseUnavailable
from database.service import DatabaseService


async def test_the_service_works_again_without_a_restart(mortal_server: Any) -> None:
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    await database.health()
    mortal_server.kill()
    with pytest.raises(DatabaseUnavailable, match="in a minute"):
        await database.health()
    await mortal_server.start()
    await database.health()
    await database.users.get(guild_id=1, user_id=1)
    await database.close()
