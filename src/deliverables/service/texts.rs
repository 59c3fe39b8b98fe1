//! Texts handed in as files: uploaded before a submission names them, read by everyone who may see the deliverable.

use crate::ctx::Ctx;
use crate::deliverables::policy::{self, Action};
use crate::deliverables::verb::Verb;
use crate::deliverables::view::DeliverableView;
use crate::documents::service::{self as documents, OwnsDocuments};
use crate::documents::view::Document;
use crate::error::Result;
use crate::open::read;
use bytes::Bytes;
use entity::ids::DeliverableId;
use entity::kinds::DocumentOwnerKind;

/// Lets every reader of a deliverable read the texts that were handed in for it.
impl OwnsDocuments for DeliverableId {
    const KIND: DocumentOwnerKind = DocumentOwnerKind::Deliverable;

    fn id(&self) -> String {
        self.to_string()
    }

    async fn check_reader(&self, ctx: &Ctx) -> Result<()> {
        read::<DeliverableView>(ctx, ctx.reader(), *self).await.map(drop)
    }
}

/// Keeps a file with a text, in a transaction of its own.
///
/// What happens: the file is deleted after a day unless a submission names it. Who may: everyone who may submit some
/// deliverable. Mails: none. Errors: those of [`documents::keep_upload`].
pub async fn keep_text(ctx: &Ctx, name: &str, content: Bytes) -> Result<Document> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Submit))?;
    documents::keep_upload(ctx, Verb::KeepDocument, name, content).await
}
