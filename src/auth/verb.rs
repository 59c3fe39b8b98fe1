//! Verbs of sign-in and keys in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of sign-in and keys in the audit trail.
    Auth {
        SignOut = "sign_out",
        EndSession = "end_session",
        EndOtherSessions = "end_other_sessions",
        EndEverything = "end_everything",
        RequestLink = "request_link",
        PrintLink = "print_link",
        SignIn = "sign_in",
        CreateToken = "create_token",
        RevokeToken = "revoke_token",
    }
}
