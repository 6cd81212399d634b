"""What cannot be done with a case; the families of errors are in database/errors.py."""

from database.errors import ActionRefused


class CaseVoidAlready(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Case {number} is void already: /case restore makes it count again.")


class CaseNotVoid(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Case {number} is not void: it counts as it is.")


class CaseUnderWay(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Case {number} is still on its way to Discord: try again when it is settled, in a minute."
        )


class CaseChangedMeanwhile(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Case {number} was changed since that was shown: look at /case revisions {number} again."
        )


class RevisionNotFound(ActionRefused):
    def __init__(self, number: int, revision: int) -> None:
        self.number, self.revision = number, revision
        super().__init__(
            f"Case {number} has no edit {revision}: /case revisions {number} shows all there are."
        )


class RevisionStays(ActionRefused):
    def __init__(self, number: int, revision: int) -> None:
        self.number, self.revision = number, revision
        super().__init__(f"Edit {revision} changed when case {number} ends: set that with /case duration.")


class NothingStands(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"No ban and no timeout stands because of case {number}, so it has no end to move.")


class SameEnd(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Case {number} ends then already.")


class NoteNotAllowed(ActionRefused):
    def __init__(self, longest: int) -> None:
        self.longest = longest
        super().__init__(f"A note needs from 1 to {longest:,} characters.")


class CaseNotesFull(ActionRefused):
    def __init__(self, number: int, most: int) -> None:
        self.number, self.most = number, most
        super().__init__(
            f"Case {number} has {most} notes, the most that one can have: open a new one with /note."
        )


class CaseEvidenceFull(ActionRefused):
    def __init__(self, number: int, has: int, most: int) -> None:
        self.number, self.has, self.most = number, has, most
        super().__init__(
            f"Case {number} has {has} of at most {most} files: add the others to a /note of their own."
        )


class EvidenceOfServerFull(ActionRefused):
    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"This server keeps {most // 2**20:,} MiB of evidence, the most there is room for: have old files let go "
            "with /config set evidence-days."
        )
