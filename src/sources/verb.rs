//! Verbs of the sources in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the sources in the audit trail.
    Sources {
        Create = "create",
        Edit = "edit",
        Enter = "enter",
        Change = "change",
        KeepFile = "keep_file",
        Import = "import",
    }
}
