"""What people with little power may do, by name: a message that they may send too stands here first."""

import pytest
from tests.house.messages import asked, contracts

from rt.contracts.authz import Role
from rt.kernel.model.messages import OPEN, SELF, SIGNED_IN, Command
from rt.services.authz.domain.roles import RIGHTS

AT_THE_DOCK = {
    "core_orders": {"AddDocument", "ReportIncident", "ReportProgress"},
    "ecpmr": {
        *("AddPhoto", "AskDeliveryCode", "AskTakeoverCode", "MakeSigningLink", "RecordArrival"),
        *("RecordDeparture", "SignAmendment", "SignDelivery", "SignHandover", "SignTakeover"),
    },
    "palette": {"RedeemVoucher"},
    "tracking_ia": {"EndDuty", "PauseDuty", "RecordPositions", "StartDuty"},
}
"""What a driver does: signs, photographs, reports, counts pallets, sends positions."""
IN_THE_CAB = {
    "core_orders": {"FindDocuments", "GetDocument", "GetDocumentUrl", "GetOrder"},
    "ecpmr": {
        *("GetDocument", "GetLoadingList", "GetPdf", "GetPhoto", "GetTakeover", "MyDocuments", "OfficerView"),
    },
    "palette": {"FindVouchers", "GetPolicy", "GetVoucher"},
    "planning": {"GetTour"},
    "tracking_ia": {"GetEta", "GetTrack"},
}
"""What a driver reads: the own day with its orders, notes and instructions, and nothing of the office."""

CLOSE = 'closed_to=("driver",) at the head of the message, or its name in the lists above'


def sayable(role: Role, contract: str) -> dict[bool, set[str]]:
    """The messages that need a right which the role has, by whether they change something."""
    messages = [
        message
        for message in asked(contract)
        if message.shape.needs in RIGHTS[role] and role not in message.shape.closed_to
    ]
    return {
        changes: {message.__name__ for message in messages if issubclass(message, Command) == changes}
        for changes in (True, False)
    }


@pytest.mark.parametrize("contract", contracts())
def test_a_driver_does_what_is_done_at_a_dock_and_nothing_else(contract: str) -> None:
    assert sayable("driver", contract)[True] == AT_THE_DOCK.get(contract, set()), CLOSE


@pytest.mark.parametrize("contract", contracts())
def test_a_driver_reads_the_own_day_and_nothing_of_the_office(contract: str) -> None:
    assert sayable("driver", contract)[False] == IN_THE_CAB.get(contract, set()), CLOSE


@pytest.mark.parametrize("contract", contracts())
def test_a_viewer_changes_nothing(contract: str) -> None:
    assert sayable("viewer", contract)[True] == set()


def test_what_needs_no_right_changes_nothing_of_an_organization() -> None:
    """Open messages begin a session or answer a link; messages about oneself touch the person alone."""
    free = {
        message.__name__
        for contract in contracts()
        for message in asked(contract)
        if issubclass(message, Command) and message.shape.needs in (OPEN, SIGNED_IN, SELF)
    }
    assert free == OF_ONESELF | OPENING


OF_ONESELF = {
    *("ChangePassword", "ConfirmTotp", "DisableTotp", "EndAllSessions", "EndSession", "EnrolTotp", "Logout"),
    *("KeepListChoices", "KeepView", "RemoveView", "RenameView"),
    *("MarkAllRead", "MarkRead", "SetPreference", "SubscribePush", "SwitchOrganization"),
}
OPENING = {
    *("AcceptInvitation", "AnswerChallenge", "AskPasswordReset", "AttenuateLink", "Login", "Refresh"),
    *("RegisterOrganization", "ResetPassword", "BounceReported", "Unsubscribe", "OsmAndPost"),
}
"""Said by nobody in particular: with a password, a mail's token, a link, a device's key or a signature."""
