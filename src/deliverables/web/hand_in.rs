//! The page on which a step or a text is handed in: the text by its address or as a file, and a note.

use crate::ctx::Ctx;
use crate::deliverables::service::{self, SubmitIn};
use crate::error::Result;
use crate::http::form::{FormState, Versioned};
use crate::http::multipart::{UploadedFile, at_the_file};
use crate::http::page::Shell;
use crate::typed::{Reading, kept};
use askama::Template;
use entity::ids::DocumentId;
use serde::Deserialize;

/// Fields of the page.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct HandInForm {
    #[serde(default)]
    pub link: String,
    #[serde(default)]
    pub note: String,
    /// Id of a file kept at an earlier attempt.
    #[serde(default)]
    pub document_id: String,
    /// Name of that file, to be shown again.
    #[serde(default)]
    pub document_name: String,
}

impl HandInForm {
    /// Keeps the uploaded file and its id in the form, so that a form refused for another reason does not need the file
    /// again.
    pub async fn keep(&mut self, ctx: &Ctx, file: Option<UploadedFile>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let content = file.content().map_err(at_the_file)?.clone();
        let kept = service::keep_text(ctx, &file.name, content).await.map_err(at_the_file)?;
        self.document_id = kept.id.to_string();
        self.document_name = kept.name;
        Ok(())
    }

    /// Returns the input of the use case, which checks it.
    pub fn read(&self) -> Result<SubmitIn> {
        let document_id =
            Reading::of(|reading| reading.optionally_chosen::<DocumentId>("document", &self.document_id))?;
        Ok(SubmitIn { link: kept(&self.link), document_id, note: kept(&self.note) })
    }
}

#[derive(Template)]
#[template(path = "deliverables/hand_in.html")]
pub struct HandInPage {
    pub shell: Shell,
    /// Name of the record.
    pub about: String,
    /// Sentence on the effect.
    pub lead: &'static str,
    /// On whose behalf the reader acts.
    pub on_behalf: Option<String>,
    /// Remarks of the review to which the text answers.
    pub remarks: Option<String>,
    /// Whether it submits the deliverable.
    pub asks_text: bool,
    /// Whether the address is a key, which replaces the form's token and must not reach other sites.
    pub is_keyed: bool,
    /// Types and largest size of a file.
    pub file_hint: String,
    /// Types that the browser's dialogue offers.
    pub accepted_files: &'static str,
    pub action: String,
    pub back: String,
    pub form: FormState<Versioned<HandInForm>>,
}

/// Returns the hint of the field for the file: types and largest size.
pub fn file_hint(ctx: &Ctx) -> String {
    let mebibytes = ctx.config().limits.document_bytes >> 20;
    ctx.lang.f("deliverables.file_hint", &[("limit", &mebibytes.to_string())])
}
