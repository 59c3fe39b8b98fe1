//! Verbs of the catalogue in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the catalogue in the audit trail.
    Catalogue {
        Create = "create",
        Edit = "edit",
        Retire = "retire",
        Reinstate = "reinstate",
        ChangeSteps = "change_steps",
        KeepDocument = "keep_document",
        PublishSheet = "publish_sheet",
    }
}
