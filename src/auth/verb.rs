//! Verbs of sign-in and keys in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of sign-in and keys in the audit trail.
    Verb {
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

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Auth;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
