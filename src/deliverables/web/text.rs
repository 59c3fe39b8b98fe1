//! A text that was handed in, as pages show it.

use crate::deliverables::model::Submission;
use crate::deliverables::view::Dossier;

/// A text: its address, its file and the note.
pub struct Text {
    pub link: Option<String>,
    pub file: Option<FileLink>,
    pub note: Option<String>,
}

/// The file of a text, with the address that downloads it.
pub struct FileLink {
    pub href: String,
    pub name: String,
}

impl Text {
    /// Returns the text of a submission.
    pub fn of(submission: &Submission, dossier: &Dossier) -> Self {
        let file = dossier.document_of(submission).map(|document| FileLink {
            href: format!("{}/documents/{}", super::href(&dossier.view), document.id),
            name: document.name.clone(),
        });
        Self { link: submission.link.clone(), file, note: submission.note.clone() }
    }

    /// Returns the text that was handed in last and not taken back.
    pub fn latest(dossier: &Dossier) -> Option<Self> {
        let latest = dossier.submissions.iter().rev().find(|submission| submission.withdrawn_at.is_none())?;
        Some(Self::of(latest, dossier))
    }
}
