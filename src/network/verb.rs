//! Verbs of the network in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the network in the audit trail.
    Network {
        Load = "load",
        CreatePerson = "create_person",
        UpdatePerson = "update_person",
        MarkBounced = "mark_bounced",
        EditBody = "edit_body",
        EditAgreement = "edit_agreement",
    }
}
