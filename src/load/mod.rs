//! `raccordo load FILE`: the network from a file into the database.
//!
//! The file says what the network is: agreement, bodies, observatories, working days, products, ladder. Loading it twice
//! changes nothing. Nothing anybody may have relied on is deleted: what the file no longer has is reported and stays, save
//! the lists that only mean something as a whole (non-working days, other names of a body). What the file leaves open (a
//! PEC, the day of signature) keeps the value the service knows.
//!
//! The register of designations begins with the file and then belongs to the service: an initial designation is written
//! only to a seat that nobody was ever designated to, or a reload would bring back people who have left.
//!
//! So do the parties of a working group: the file's are written only where the group never had any.
//!
//! A load is the operator's; it mails nobody. It composes several slices, so it writes their rows itself ([`write`]).

use std::path::Path;

use crate::audit;
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::error::Error;
use crate::network::verb::Verb;
use crate::secret::sha256_hex;
use serde_json::json;

mod check;
mod diff;
mod file;
mod write;

pub use diff::{Change, Diff, Entry, FieldChange};
pub use file::Problem;

/// How a load ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub outcome: Outcome,
    pub diff: Diff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// File and database already agreed: nothing was asked, nothing was written.
    UpToDate,
    /// The operator said no: nothing was written.
    Declined,
    Loaded,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.outcome {
            Outcome::UpToDate => f.write_str("nothing to do: the database already says what the file says"),
            Outcome::Declined => f.write_str("nothing was written"),
            Outcome::Loaded => {
                let Diff { unchanged, .. } = self.diff;
                let (added, changed, removed) = (self.diff.added(), self.diff.changed(), self.diff.removed());
                write!(f, "loaded: {added} added, {changed} changed, {removed} removed, {unchanged} unchanged")
            }
        }
    }
}

/// Why nothing was loaded. Nothing has changed whenever one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path} is refused:{}", listed(.problems))]
    Refused { path: String, problems: Vec<Problem> },
    #[error("the database changed while the differences were being read: load again")]
    ChangedMeanwhile,
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |list, problem| list + "\n  " + &problem.to_string())
}

/// Loads the network from a file: reads and checks all of it, shows the difference to `confirm`, and writes it in one
/// transaction if the answer is yes.
///
/// Operators only. Mails nobody. Leaves one event `network.load` with the file's SHA-256, and none if nothing changed.
pub async fn run(ctx: &Ctx, path: &Path, confirm: impl FnOnce(&Diff) -> bool) -> Result<Summary, LoadError> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied.into());
    }
    let name = path.display().to_string();
    let source =
        std::fs::read_to_string(path).map_err(|source| LoadError::Unreadable { path: name.clone(), source })?;
    let refused = |problems| LoadError::Refused { path: name.clone(), problems };
    let file = file::parse(&source).map_err(|problem| refused(vec![problem]))?;
    let problems = check::check(&source, &file);
    if !problems.is_empty() {
        return Err(refused(problems));
    }
    let diff = write::plan(ctx, ctx.reader(), &source, &file).await?.map_err(refused)?.diff;
    if diff.is_empty() {
        return Ok(Summary { outcome: Outcome::UpToDate, diff });
    }
    if !confirm(&diff) {
        return Ok(Summary { outcome: Outcome::Declined, diff });
    }
    write_as_shown(ctx, &source, &file, &diff).await?;
    Ok(Summary { outcome: Outcome::Loaded, diff })
}

/// Writes exactly what was shown: the operator said yes to that and to nothing else.
async fn write_as_shown(ctx: &Ctx, source: &str, file: &file::File, shown: &Diff) -> Result<(), LoadError> {
    let txn = ctx.begin().await?;
    let plan = match write::plan(ctx, &txn, source, file).await? {
        Ok(plan) if plan.diff == *shown => plan,
        Ok(_) | Err(_) => return Err(LoadError::ChangedMeanwhile),
    };
    let agreement = plan.agreement_id.to_string();
    plan.write(&txn).await?;
    let sha256 = sha256_hex(source.as_bytes());
    let event = audit::Event::about(
        Verb::Load,
        ("agreement", agreement),
        json!({
            "sha256": sha256, "added": shown.added(), "changed": shown.changed(), "removed": shown.removed(),
        }),
    );
    audit::record(ctx, &txn, event).await?;
    ctx.commit(txn).await?;
    Ok(())
}
