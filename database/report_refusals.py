"""What cannot be done with a report, as sentences for the person who asked."""

from datetime import timedelta

from database.errors import ActionRefused
from database.models.report import Report, ReportState


class ReportNotFound(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no report {number} here: /reports list shows those of this server.")


class AlreadyReported(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"You have reported that already: it is report {number}, and the staff has it.")


class TooManyReports(ActionRefused):
    def __init__(self, *, most: int, within: timedelta, wait: timedelta) -> None:
        self.most, self.within, self.wait = most, within, wait
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(
            f"You have made {most} reports in the last {int(within.total_seconds()) // 60} minutes: "
            f"try again in {minutes} minute{'' if minutes == 1 else 's'}."
        )


class CannotReportYourself(ActionRefused):
    def __init__(self) -> None:
        super().__init__("You cannot report yourself: choose somebody else.")


class BotsAreNotReported(ActionRefused):
    def __init__(self) -> None:
        super().__init__("A bot cannot be reported: tell a moderator what it does.")


class ReportTaken(ActionRefused):
    def __init__(self, number: int, assignee_id: int) -> None:
        self.number, self.assignee_id = number, assignee_id
        super().__init__(
            f"Report {number} is with <@{assignee_id}>: leave it to them, or press Release first to go on with it."
        )


class ReportClosed(ActionRefused):
    def __init__(self, number: int, closed_by_id: int | None, case_number: int | None) -> None:
        self.number, self.closed_by_id, self.case_number = number, closed_by_id, case_number
        became = f", with case {case_number}" if case_number else ""
        super().__init__(f"Report {number} is closed already, by <@{closed_by_id}>{became}.")


class ReportNotTaken(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Report {number} is with nobody: there is nothing to release.")


class ReportAboutYourself(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Report {number} is about you: leave it to another moderator.")


def require_free(
    report: Report, moderator_id: int, *, also_closed: bool = False, also_others: bool = False
) -> None:
    """Refuse unless this moderator may work on the report now.

    Raises ReportAboutYourself, ReportClosed, ReportTaken where it is somebody else's.
    """
    if report.target_id == moderator_id:
        raise ReportAboutYourself(report.number)
    if report.state is ReportState.CLOSED and not also_closed:
        raise ReportClosed(report.number, report.closed_by_id, report.case_number)
    is_others = report.state is ReportState.TAKEN and report.assignee_id != moderator_id
    if is_others and not also_others:
        raise ReportTaken(report.number, report.assignee_id or 0)
