//! `raccordo load FILE`: loads the network from a file into the database.
//!
//! The file describes the network: agreement, bodies, observatories, working days, products, reminder ladder. Loading
//! it twice changes nothing. Rows that the file no longer has are reported and kept, because other data may rely on
//! them. The exceptions are lists that only make sense as a whole: non-working days and other names of a body. Values
//! that the file leaves open (a PEC, the day of signature) stay as they are in the database.
//!
//! The register of designations starts from the file and then belongs to the service: an initial designation is written
//! only to a seat that never had a holder, because otherwise a reload would bring back people who have left. In the
//! same way the file's parties of a working group are written only if the group never had any.
//!
//! A source is written only if the database has none with its code, because its name and its dates belong to the service.
//!
//! The catalogue has two authors: a product that the secretariat has changed stays as it is, with its steps and
//! contributors, and is reported; `--overwrite` takes the file's. Versions of methodology sheets are only added
//! ([`sheets`]): those that a page has published stay and are reported.
//!
//! Only operators load, and a load sends no mail. It spans several slices, so it writes their rows itself ([`write`]).

use std::path::Path;

use crate::audit;
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::error::Error;
use crate::network::verb::Verb;
use crate::secret::sha256_hex;
use sea_orm::ConnectionTrait;
use serde_json::json;
use sheets::{Documents, Sheets};
use write::Plan;

mod check;
mod diff;
mod file;
mod sheets;
mod write;

pub use diff::{Change, Diff, Edited, Entry, FieldChange};
pub use file::Problem;

/// Result of a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub outcome: Outcome,
    pub diff: Diff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// File and database already agree: the operator was not asked, nothing was written.
    UpToDate,
    /// The operator declined: nothing was written.
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

/// Reasons why a load failed. In all these cases the database is unchanged.
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

/// Loads the network from a file: reads and checks the whole file, shows the difference to `confirm`, and writes it in
/// one transaction if `confirm` returns `true`.
///
/// Operators only. Sends no mail. Records one event `network.load` with the file's SHA-256, or none if nothing changed.
pub async fn run(
    ctx: &Ctx,
    path: &Path,
    edited: Edited,
    confirm: impl FnOnce(&Diff) -> bool,
) -> Result<Summary, LoadError> {
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
    let documents = sheets::read_documents(path, &source, &file).map_err(refused)?;
    let loading = Loading { source: &source, file: &file, documents: &documents, edited };
    let (plan, _) = Box::pin(loading.plan(ctx, ctx.reader())).await?.map_err(refused)?;
    let diff = plan.diff;
    if diff.is_empty() {
        return Ok(Summary { outcome: Outcome::UpToDate, diff });
    }
    if !confirm(&diff) {
        return Ok(Summary { outcome: Outcome::Declined, diff });
    }
    Box::pin(loading.write_as_shown(ctx, &diff)).await?;
    Ok(Summary { outcome: Outcome::Loaded, diff })
}

/// A checked file with its documents.
struct Loading<'a> {
    source: &'a str,
    file: &'a file::File,
    documents: &'a Documents,
    edited: Edited,
}

impl Loading<'_> {
    /// Compares the file with the database. The inner error lists contradictions between the two.
    async fn plan(&self, ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Result<(Plan, Sheets), Vec<Problem>>, Error> {
        let overwrites = self.edited == Edited::Overwrite;
        let mut plan = match write::plan(ctx, db, self.source, self.file, overwrites).await? {
            Ok(plan) => plan,
            Err(problems) => return Ok(Err(problems)),
        };
        let sheets = Sheets::compare(db, self.file, self.documents, self.edited, &mut plan.diff).await?;
        Ok(Ok((plan, sheets)))
    }

    /// Writes exactly the difference that the operator confirmed; if the database has changed since, nothing is written.
    async fn write_as_shown(&self, ctx: &Ctx, shown: &Diff) -> Result<(), LoadError> {
        let agrees = |planned: Result<(Plan, Sheets), Vec<Problem>>| {
            planned.ok().filter(|(plan, _)| plan.diff == *shown).ok_or(LoadError::ChangedMeanwhile)
        };
        // Contents are written before the turn to write is taken.
        let (_, sheets) = agrees(self.plan(ctx, ctx.reader()).await?)?;
        let received = sheets.receive(ctx, self.documents).await?;
        let txn = ctx.begin().await?;
        let (plan, sheets) = agrees(self.plan(ctx, &txn).await?)?;
        let agreement = plan.agreement_id.to_string();
        plan.write(&txn).await?;
        sheets.publish(ctx, &txn, received).await?;
        let sha256 = sha256_hex(self.source.as_bytes());
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
}
