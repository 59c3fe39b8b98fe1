//! Verbs of the review in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the review in the audit trail.
    Reviews {
        WriteRemark = "write_remark",
        AnswerRemark = "answer_remark",
        AcceptRemark = "accept_remark",
        RejectRemark = "reject_remark",
        CarryRemark = "carry_remark",
        AskReading = "ask_reading",
        AcceptReading = "accept_reading",
        RefuseReading = "refuse_reading",
        DeliverReading = "deliver_reading",
        WithdrawReading = "withdraw_reading",
    }
}
