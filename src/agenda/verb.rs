//! Verbs of the yearly agenda in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the yearly agenda in the audit trail.
    Agenda {
        Accept = "accept",
        Adopt = "adopt",
        KeepFile = "keep_file",
        Import = "import",
    }
}
