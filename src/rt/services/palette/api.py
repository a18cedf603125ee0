"""Requests of the pallet service, each with its action."""

from rt.contracts.palette import (
    AnswerPolicy,
    AnswerStatement,
    BookMovement,
    ConfirmMovement,
    DisputeMovement,
    DownloadStatement,
    FindMovements,
    FindPolicies,
    FindRules,
    FindStatements,
    FindVouchers,
    GetBalances,
    GetMovement,
    GetPolicy,
    GetStatement,
    GetVoucher,
    IssueVoucher,
    MakeStatement,
    RedeemVoucher,
    RemovePolicy,
    ReverseMovement,
    SetPolicy,
    SetRule,
    WithdrawMovement,
    WithdrawVoucher,
)
from rt.kernel.service.service import Served, serve
from rt.services.palette.actions.ledger import Ledger
from rt.services.palette.actions.policies import Policies
from rt.services.palette.actions.statements import Statements
from rt.services.palette.actions.vouchers import Vouchers


def table(ledger: Ledger, policies: Policies, vouchers: Vouchers, statements: Statements) -> list[Served]:
    return [
        serve(FindMovements, ledger.find),
        serve(GetMovement, ledger.get),
        serve(BookMovement, ledger.book),
        serve(ConfirmMovement, ledger.confirm),
        serve(DisputeMovement, ledger.dispute),
        serve(WithdrawMovement, ledger.withdraw),
        serve(ReverseMovement, ledger.reverse),
        serve(GetBalances, ledger.balances),
        serve(GetPolicy, policies.for_order),
        serve(FindPolicies, policies.find),
        serve(SetPolicy, policies.set),
        serve(AnswerPolicy, policies.answer),
        serve(RemovePolicy, policies.remove),
        serve(FindRules, policies.rules),
        serve(SetRule, policies.set_rule),
        serve(FindVouchers, vouchers.find),
        serve(GetVoucher, vouchers.get),
        serve(IssueVoucher, vouchers.issue),
        serve(RedeemVoucher, vouchers.redeem),
        serve(WithdrawVoucher, vouchers.withdraw),
        serve(FindStatements, statements.find),
        serve(GetStatement, statements.get),
        serve(MakeStatement, statements.make),
        serve(AnswerStatement, statements.answer),
        serve(DownloadStatement, statements.download),
    ]
