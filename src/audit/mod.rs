//! The append-only chained log of events.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use entity::ids::BodyId;
use entity::kinds::Channel;

/// Something that happened.
pub struct Event {
    pub action: &'static str,
    pub subject: (&'static str, String),
    pub on_behalf_of: Option<BodyId>,
    pub channel: Option<Channel>,
    pub source: Option<String>,
    pub details: serde_json::Value,
}

pub async fn record(_: &Ctx, _: &Txn, _: Event) -> Result<()> {
    Ok(())
}
