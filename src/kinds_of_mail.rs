//! List of all kinds of mail, and the rules for all kinds before a mail is sent.
//!
//! A mail is enqueued at once and may wait: for the dispatcher, for a relay that is down, or because sending is paused.
//! A mail about facts that have changed meanwhile is not sent (rule 8 of the domain). Each mail is checked when it is
//! taken, so that use cases need not find the mails that they make untrue.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::hooks::{Hooks, Verdict};
use crate::mail::kind::{Facts, Kind, Listed};
use crate::mail::outbox::TakenBack;
use crate::texts::Lang;
use crate::{
    auth, deliverables, designations, early_access, jobs, meetings, network, releases, reminders, reviews, studies,
    tasks,
};
use entity::ids::PersonId;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseConnection};

/// Makes the list and marks its members as [`Listed`]: a kind that is missing here cannot be enqueued.
macro_rules! kinds {
    ($($kind:ty),+ $(,)?) => {
        /// All kinds of mail.
        pub const ALL: &[Kind] = &[$(Kind::of::<$kind>()),+];

        $(impl Listed for $kind {})+
    };
}

kinds![
    auth::mail::SignIn,
    designations::mail::kinds::Registered,
    designations::mail::kinds::Welcome,
    designations::mail::kinds::EndingSoon,
    designations::mail::kinds::Farewell,
    designations::mail::kinds::Ended,
    designations::mail::kinds::Requested,
    meetings::mail::kinds::Convened,
    meetings::mail::kinds::Moved,
    meetings::mail::kinds::Cancelled,
    meetings::mail::kinds::Joined,
    meetings::mail::kinds::Left,
    releases::mail::Confirmed,
    releases::mail::Moved,
    releases::mail::Cancelled,
    releases::mail::Amended,
    releases::mail::Withdrawn,
    releases::mail::StepsRenewed,
    deliverables::mail::HandedIn,
    deliverables::mail::Approved,
    deliverables::mail::ApprovedTogether,
    deliverables::mail::SentBack,
    deliverables::mail::chapters::ChapterMissing,
    deliverables::mail::chapters::ChapterAwaited,
    early_access::mail::Granted,
    reviews::mail::ReadingAsked,
    reviews::mail::ReadingDelivered,
    tasks::mail::Given,
    studies::mail::Declared,
    tasks::mail::GivenTogether,
    tasks::mail::Changed,
    tasks::mail::ChangedTogether,
    tasks::mail::Refused,
    tasks::mail::proposals::DayProposed,
    tasks::mail::proposals::DayAnswered,
    reminders::mail::Reminder,
    reminders::mail::Urged,
    jobs::mail::AuditAnchor,
];

/// Answers of the slices to the dispatcher.
pub const HOOKS: Hooks = Hooks {
    last_look: |ctx, db, mail| Box::pin(last_look(ctx, db, mail)),
    address_refused: |ctx, txn, person, address, answer| note_refused(ctx, txn, person, address, answer),
};

/// Returns the name of a kind. A kind of a newer program is not in the list and keeps its name in the database.
pub fn label(name: &str, lang: Lang) -> String {
    named(name).map_or_else(|| name.to_owned(), |kind| lang.t(kind.label()).to_owned())
}

fn named(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name() == name)
}

/// Checks a mail just before it is sent: its designation is not over, its address is still the reader's, its kind
/// confirms it. A farewell waits for the calendar withdrawals that its reader is still to get.
async fn last_look(ctx: &Ctx, db: &DatabaseConnection, mail: &Facts) -> Result<Verdict> {
    if let Some(designation) = mail.designation_id
        && designations::service::is_over(ctx, db, designation).await?
    {
        // The handover of the night withdraws such mails as well, some minutes after midnight.
        return Ok(Verdict::TakenBack(TakenBack::DesignationEnded));
    }
    if !is_still_the_address(db, mail).await? {
        return Ok(Verdict::TakenBack(TakenBack::Untrue));
    }
    if let Some(kind) = named(&mail.kind)
        && !kind.still_true(ctx, db, mail).await?
    {
        return Ok(Verdict::TakenBack(TakenBack::Untrue));
    }
    if let Some(leaver) = mail.person_id.filter(|_| mail.is_farewell)
        && meetings::service::owes_withdrawal(ctx, db, leaver).await?
    {
        return Ok(Verdict::NotYet);
    }
    Ok(Verdict::Holds)
}

/// Tells whether the mail goes to the reader's present address. An address that was corrected meanwhile was wrong or
/// has changed.
async fn is_still_the_address(db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
    let Some(person) = mail.person_id else { return Ok(true) };
    Ok(network::service::person(db, person).await?.email.eq_ignore_ascii_case(&mail.recipient))
}

fn note_refused<'a>(
    ctx: &'a Ctx,
    txn: &'a Txn,
    person: PersonId,
    address: &'a str,
    answer: &'a str,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(network::service::note_refused_address(ctx, txn, person, address, answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_kinds_have_the_same_name_or_label() {
        let names: BTreeSet<_> = ALL.iter().map(Kind::name).collect();
        let labels: BTreeSet<_> = ALL.iter().map(Kind::label).collect();
        assert_eq!((names.len(), labels.len()), (ALL.len(), ALL.len()));
    }

    #[test]
    fn a_kind_that_is_not_listed_keeps_its_machine_name() {
        assert_eq!(label("of_tomorrow", Lang::It), "of_tomorrow");
    }
}
