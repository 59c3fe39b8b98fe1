//! News of other slices to holders of seats: one mail to each person, and none to the one who acts.

use super::to_holder;
use crate::ctx::Ctx;
use crate::designations::view::Designation;
use crate::mail::content::MailContent;
use crate::mail::kind::{Kind, MailKind};
use crate::mail::outbox::{Draft, QUIET, Subject};
use crate::texts::Lang;
use chrono::Days;
use entity::ids::PersonId;
use std::collections::BTreeSet;
use std::fmt::Display;

/// Days after which unsent news expire; the pages show them, and reminders go on.
const LASTS_DAYS: u64 = 14;

/// News about one record, without readers and text.
pub struct News {
    kind: Kind,
    subject: Subject,
    /// Name of the news among those of its kind; each reader gets it once.
    name: String,
}

impl News {
    pub fn of<K: MailKind>(name: impl Display, subject: Subject) -> Self {
        Self { kind: Kind::of::<K>(), subject, name: name.to_string() }
    }

    /// Drafts the mail to one holder. It leaves after [`QUIET`], so that an act that is taken back at once is not told.
    pub fn to(&self, ctx: &Ctx, reader: &Designation, content: impl FnOnce(Lang) -> MailContent) -> Draft {
        let to = to_holder(reader);
        Draft {
            kind: self.kind,
            dedupe_key: format!("{}:{}:{}", self.kind.name(), self.name, reader.holder.id),
            subject: self.subject.clone(),
            content: content(to.lang),
            to,
            due_at: ctx.now() + QUIET,
            expires_at: Some(ctx.now() + Days::new(LASTS_DAYS)),
            calendar: None,
        }
    }
}

/// Selects the holders who are readers, each person once, without the person who acts.
pub fn others<'a>(
    ctx: &Ctx,
    holders: &'a [Designation],
    is_reader: impl Fn(&Designation) -> bool,
) -> Vec<&'a Designation> {
    let mut told: BTreeSet<PersonId> = ctx.actor.person_id().into_iter().collect();
    holders.iter().filter(|one| is_reader(one) && told.insert(one.holder.id)).collect()
}
