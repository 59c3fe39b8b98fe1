//! Verbs of the network in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of the network in the audit trail.
    Verb {
        Load = "load",
        CreatePerson = "create_person",
        UpdatePerson = "update_person",
        MarkBounced = "mark_bounced",
        EditBody = "edit_body",
        EditAgreement = "edit_agreement",
    }
}

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Network;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
