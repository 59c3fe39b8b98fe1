//! Files that prove acts: uploaded before a designation names them, read by everyone who may see the designation.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::Provenance;
use crate::designations::policy::{self, Action};
use crate::designations::verb::Verb;
use crate::designations::view::Designation;
use crate::documents::service::{self as documents, OwnsDocuments};
use crate::documents::view::Document;
use crate::error::Result;
use crate::open::read;
use bytes::Bytes;
use entity::ids::DesignationId;
use entity::kinds::DocumentOwnerKind;

/// Lets every reader of a designation read the documents that prove it.
impl OwnsDocuments for DesignationId {
    const KIND: DocumentOwnerKind = DocumentOwnerKind::Designation;

    fn id(&self) -> String {
        self.to_string()
    }

    async fn check_reader(&self, ctx: &Ctx) -> Result<()> {
        read::<Designation>(ctx, ctx.reader(), *self).await.map(drop)
    }
}

/// Keeps a file that proves an act, in a transaction of its own.
///
/// What happens: the file is deleted after a day unless a designation names it. Who may: everyone who may designate to
/// some seat. Mails: none. Errors: those of [`documents::keep_upload`].
pub async fn keep_document(ctx: &Ctx, name: &str, content: Bytes) -> Result<Document> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Designate))?;
    documents::keep_upload(ctx, Verb::KeepDocument, name, content).await
}

/// Makes a designation an owner of the document named in its record, if there is one.
pub(super) async fn attach_proof(ctx: &Ctx, txn: &Txn, id: DesignationId, provenance: &Provenance) -> Result<()> {
    match provenance.document_id {
        Some(document) => documents::attach(ctx, txn, document, &id).await,
        None => Ok(()),
    }
}
