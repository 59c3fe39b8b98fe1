//! Contributions of the slices to the pages and jobs about the whole network. The reminders, the radar, the Monday
//! page, the dossier and the history of a record ask here and nowhere else.
//!
//! Each question is one exhaustive `match` over [`Slice`]: a new slice does not compile until it answers every
//! question, or states that it contributes nothing.

use crate::audit::trail::{self, TrailEvent};
use crate::ctx::{self, Ctx};
use crate::designations::risks::Register;
use crate::due::{Asked, Expected, Obligation};
use crate::error::Result;
use crate::risk::Risk;
use crate::silence::{self, Instants, Question};
use crate::slice::Slice;
use crate::texts::Lang;
use crate::{deliverables, designations, network, reminders, reviews, tasks};
use chrono::{DateTime, NaiveDate, Utc};
use entity::kinds::ObligationKind;
use sea_orm::ConnectionTrait;
use std::collections::HashSet;
use uuid::Uuid;

impl Slice {
    /// Returns the open obligations of the slice, for reminders.
    async fn due(self, ctx: &Ctx, db: &impl ConnectionTrait, asked: Asked<'_>) -> Result<Vec<Obligation>> {
        match self {
            Self::Tasks => tasks::due::obligations(ctx, db, asked).await,
            Self::Reviews => reviews::due::obligations(ctx, db, asked).await,
            Self::Auth
            | Self::Network
            | Self::Designations
            | Self::Sources
            | Self::Studies
            | Self::Catalogue
            | Self::Deliverables
            | Self::Agenda
            | Self::Releases
            | Self::Meetings
            | Self::EarlyAccess
            | Self::Portal
            | Self::Mail
            | Self::Reminders => Ok(Vec::new()),
        }
    }

    /// Returns the risks that the slice reports for the day of the register, for the radar.
    async fn risks(self, ctx: &Ctx, db: &impl ConnectionTrait, register: &Register) -> Result<Vec<Risk>> {
        match self {
            Self::Designations => Ok(designations::risks::risks(register)),
            Self::Network => network::service::bounced(db).await,
            Self::Reminders => silent(ctx, db).await,
            Self::Auth
            | Self::Tasks
            | Self::Deliverables
            | Self::Sources
            | Self::Studies
            | Self::Catalogue
            | Self::Reviews
            | Self::Agenda
            | Self::Releases
            | Self::Meetings
            | Self::EarlyAccess
            | Self::Portal
            | Self::Mail => Ok(Vec::new()),
        }
    }

    /// Returns the mails of the slice sent since an instant that wait for an answer.
    async fn questions(self, db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<Question>> {
        match self {
            Self::Reminders => reminders::silence::questions(db, since).await,
            Self::Designations => designations::silence::questions(db, since).await,
            Self::Auth
            | Self::Network
            | Self::Tasks
            | Self::Deliverables
            | Self::Sources
            | Self::Studies
            | Self::Catalogue
            | Self::Reviews
            | Self::Agenda
            | Self::Releases
            | Self::Meetings
            | Self::EarlyAccess
            | Self::Portal
            | Self::Mail => Ok(Vec::new()),
        }
    }

    /// Returns the latest answers about records of the slice since an instant, by id.
    async fn answers(self, ctx: &Ctx, db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Instants> {
        match self {
            Self::Tasks => tasks::due::answers(db, since).await,
            Self::Deliverables => deliverables::due::answers(db, since).await,
            Self::Designations => designations::silence::answers(ctx).await,
            Self::Auth
            | Self::Network
            | Self::Sources
            | Self::Studies
            | Self::Catalogue
            | Self::Reviews
            | Self::Agenda
            | Self::Releases
            | Self::Meetings
            | Self::EarlyAccess
            | Self::Portal
            | Self::Mail
            | Self::Reminders => Ok(Instants::new()),
        }
    }

    /// Returns the text of an event of the slice, for a page with the history of its records.
    fn words(self, event: &TrailEvent, lang: Lang) -> Option<&'static str> {
        match self {
            Self::Designations => event.verb().map(|verb| designations::words::did(verb, lang)),
            Self::Auth
            | Self::Network
            | Self::Tasks
            | Self::Deliverables
            | Self::Sources
            | Self::Studies
            | Self::Catalogue
            | Self::Reviews
            | Self::Agenda
            | Self::Releases
            | Self::Meetings
            | Self::EarlyAccess
            | Self::Portal
            | Self::Mail
            | Self::Reminders => None,
        }
    }
}

/// All open obligations with a day not after this one, overdue or not, of every seat.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DueUpTo(pub NaiveDate);

impl ctx::Question for DueUpTo {
    type Answer = Vec<Obligation>;

    async fn answer(&self, ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        asked(ctx, db, Asked::UpTo(self.0)).await
    }
}

/// Returns those of the named obligations that are still open. The cost depends on their number and not on all open
/// ones.
pub async fn still_due(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    names: impl IntoIterator<Item = (ObligationKind, Uuid)>,
) -> Result<Vec<Obligation>> {
    let names: HashSet<(ObligationKind, Uuid)> = names.into_iter().collect();
    asked(ctx, db, Asked::Named(&names.into_iter().collect::<Vec<_>>())).await
}

async fn asked(ctx: &Ctx, db: &impl ConnectionTrait, asked: Asked<'_>) -> Result<Vec<Obligation>> {
    let mut open = Vec::new();
    for slice in Slice::ALL {
        open.extend(slice.due(ctx, db, asked).await?);
    }
    let ids: Vec<Uuid> = open.iter().map(|one| one.id).collect();
    let late = tasks::service::late_work(db, &ids).await?;
    for one in &mut open {
        let said = late.about((one.kind, one.id), one.due_day);
        one.expected = said.map(|late| Expected { day: late.until, reason: late.reason.clone() });
    }
    Ok(open)
}

/// Returns the risks that every slice reports for the day of the register.
pub async fn risks(ctx: &Ctx, db: &impl ConnectionTrait, register: &Register) -> Result<Vec<Risk>> {
    let mut risks = Vec::new();
    for slice in Slice::ALL {
        risks.extend(slice.risks(ctx, db, register).await?);
    }
    Ok(risks)
}

/// Returns the people who do not answer, from the questions and answers of every slice.
async fn silent(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Vec<Risk>> {
    let since = ctx.now() - silence::LOOK_BACK;
    let (mut questions, mut answers) = (Vec::new(), Instants::new());
    for slice in Slice::ALL {
        questions.extend(slice.questions(db, since).await?);
        answers.extend(slice.answers(ctx, db, since).await?);
    }
    Ok(silence::risks(questions, &answers, &trail::last_acts(db, since).await?))
}

/// An event of the audit trail about a record.
pub struct Happened {
    pub event: TrailEvent,
    /// Text of the event; the name of the action if no slice has a text for it.
    pub words: String,
}

/// Returns the latest events about a record, the newest first. The caller has checked that the reader may see the
/// record.
pub async fn history(db: &impl ConnectionTrait, kind: &str, id: &str, lang: Lang) -> Result<Vec<Happened>> {
    let happened = |event: TrailEvent| {
        let words = Slice::of_action(&event.action).and_then(|slice| slice.words(&event, lang));
        Happened { words: words.unwrap_or(&event.action).to_owned(), event }
    };
    Ok(trail::of(db, kind, id).await?.into_iter().map(happened).collect())
}
