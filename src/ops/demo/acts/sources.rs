//! Actions on sources: dates, a product that follows one, a date that moves. The dates are invented.

use super::super::stage::{Stage, missing};
use crate::agenda::model::Span;
use crate::agenda::service::{self as agenda, Key};
use crate::catalogue::service::{self as catalogue, DetailsIn};
use crate::error::{Error, Result};
use crate::sources::service::{self as sources, EntryIn};
use crate::time::{DateRule, Frequency, Period, words};
use chrono::{Days, Months, NaiveDate, NaiveTime};
use entity::kinds::{Contributing, OccurrenceState, Periodicity, ProductScope, Theme};

/// Sources of the network's file.
const ISTAT: &str = "istat-forze-lavoro";
const INPS: &str = "inps-osservatori";

/// Product that follows a source.
const FOLLOWER: &str = "scheda-forze-lavoro";

/// Days from the end of a quarter to the date of a source about it.
const ISTAT_AFTER_DAYS: u64 = 75;
const INPS_AFTER_DAYS: u64 = 90;

/// Enters the dates of two sources for a year, and puts the releases of a product that follows one of them into the agenda.
pub(in crate::ops::demo) async fn follow(stage: &Stage) -> Result<()> {
    for (source, after) in [(ISTAT, ISTAT_AFTER_DAYS), (INPS, INPS_AFTER_DAYS)] {
        enter(stage, source, after).await?;
    }
    create_follower(stage).await?;
    let secretariat = stage.secretariat().await?;
    let month = |day| Period::containing(Frequency::Month, day).map_err(unreadable);
    let span = Span::new(month(stage.today)?, month(stage.today + Months::new(11))?)?;
    secretariat
        .write(async |txn| {
            let proposal = agenda::propose(&secretariat, span).await?;
            let is_new = |key: &Key| key.product == FOLLOWER;
            let chosen: Vec<Key> = proposal.lines.iter().filter_map(|line| proposal.key(line)).filter(is_new).collect();
            agenda::accept(&secretariat, txn, span, &chosen).await
        })
        .await?;
    Ok(())
}

/// Enters the dates of a source about the last quarter and the next ones.
async fn enter(stage: &Stage, source: &str, after_days: u64) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let last = Period::containing(Frequency::Quarter, stage.today - Months::new(3)).map_err(unreadable)?;
    let quarters: Vec<Period> = std::iter::successors(Some(last), |quarter| quarter.next()).take(5).collect();
    secretariat
        .write(async |txn| {
            for quarter in quarters {
                let day = stage.worked(quarter.last_day() + Days::new(after_days))?;
                let state = if day < stage.today { OccurrenceState::Out } else { OccurrenceState::Expected };
                let label = words::period(quarter, secretariat.lang);
                sources::enter(&secretariat, txn, source, &EntryIn { label, day, state, note: None }).await?;
            }
            Ok(())
        })
        .await
}

async fn create_follower(stage: &Stage) -> Result<()> {
    let system = stage.system();
    let rule = r#"{"day":{"source":{"source":"istat-forze-lavoro","plus":5,"unit":"working_days"}}}"#;
    let details = DetailsIn {
        name_it: "Scheda sulle forze di lavoro".to_owned(),
        name_en: "Labour force sheet".to_owned(),
        theme: Some(Theme::Employment),
        periodicity: Periodicity::Quarterly,
        scope: ProductScope::Joint,
        contributors: Contributing::Named,
        observatories: Vec::new(),
        with_regional: true,
        default_hour: NaiveTime::from_hms_opt(11, 0, 0).unwrap_or(NaiveTime::MIN),
        description_it: Some(
            "Occupati, disoccupati e inattivi della Lombardia nel trimestre, in una pagina.".to_owned(),
        ),
        description_en: Some(
            "Employed, unemployed and inactive people of Lombardy in the quarter, on one page.".to_owned(),
        ),
        contact_name: None,
        contact_email: None,
        portal_section: None,
        portal_words: None,
        date_rule: DateRule::from_text(rule),
    };
    system.write(async |txn| catalogue::create(&system, txn, FOLLOWER, details).await).await?;
    Ok(())
}

/// Moves the next date of a source by a week.
pub(in crate::ops::demo) async fn move_next(stage: &Stage) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let dossier = sources::dossier(&secretariat, secretariat.reader(), ISTAT).await?;
    let is_next = |day: NaiveDate| day > stage.today;
    let next = dossier.occurrences.iter().find(|one| is_next(one.entry.day)).ok_or_else(|| missing("date"))?;
    let moved = stage.worked(next.entry.day + Days::new(7))?;
    let change = |present: EntryIn| {
        let note = Some("Spostata dall'editore.".to_owned());
        Ok(EntryIn { day: moved, state: OccurrenceState::Confirmed, note, ..present })
    };
    secretariat
        .write(async |txn| sources::change(&secretariat, txn, ISTAT, next.id, next.version, change).await)
        .await?;
    Ok(())
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}
