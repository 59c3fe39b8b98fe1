//! Actions of signing in.

use super::super::stage::Stage;
use crate::auth::local_path::LocalPath;
use crate::auth::service as auth;
use crate::error::Result;

/// Requests a sign-in link to an address whose mailbox does not exist.
pub(in crate::ops::demo) async fn ask_in_vain(stage: &Stage, address: &str) -> Result<()> {
    let visitor = stage.visitor();
    visitor.write(async |txn| auth::request_link(&visitor, txn, address, &LocalPath::or_home("/")).await).await?;
    stage.post_in_vain().await
}
