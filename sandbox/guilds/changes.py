"""What an audit log entry says of a change (reference, "Audit Log Change Object")."""

from sandbox.rows import Json


def between(before: Json, after: Json) -> list[Json]:
    """Each field that differs, with its old and its new value; null is left out."""
    found = []
    for key in {**before, **after}:
        pair = {"old_value": before.get(key), "new_value": after.get(key)}
        if pair["old_value"] != pair["new_value"]:
            found.append({"key": key, **{name: value for name, value in pair.items() if value is not None}})
    return found
