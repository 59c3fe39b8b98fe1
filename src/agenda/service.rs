//! Use cases of the yearly agenda.

mod import;
mod year;

pub use super::compare::{Difference, Edition, EditionDecision, Entry};
pub use super::measures::{HORIZON_TARGET_MONTHS, Horizon, NOTICE_MONTHS, Notices};
pub use import::{COLUMNS, Draft, Preview, import, keep_file, preview_import, read_file};
pub use year::{Part, PlaceOfWork, YearOfWork, year_of_work};

use super::compare::differences;
use super::measures::horizons;
use super::model::{self, Line, Refusal, Span, Subject, Verdict};
use super::policy::{self, Action};
use super::store;
use super::verb::Verb;
use crate::audit;
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::meetings::service as meetings;
use crate::network::model::ObservatoryView;
use crate::network::questions::{AllCalendars, AllObservatories, AllTerritories};
use crate::releases::model::{Release, Slot, When};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::view::{ByRule, ReleaseView};
use crate::sources::model::{Source, source_name};
use crate::sources::questions::{AllDates, AllSources};
use crate::texts::Lang;
use crate::time::{Calendars, Frequency, Joint, Period};
use crate::typed;
use chrono::{Months, NaiveDate};
use entity::ids::{ObservatoryId, OutcomeId, ProductId, ReleaseId};
use entity::kinds::{OutcomeKind, ProductScope};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Longest title of an edition, in characters.
pub const TITLE_CHARACTERS: usize = 200;

/// A proposal, with the records that its lines name.
pub struct Proposal {
    pub span: Span,
    pub lines: Vec<Line>,
    pub catalogue: Arc<Vec<Product>>,
    pub observatories: Arc<Vec<ObservatoryView>>,
    pub sources: Arc<Vec<Source>>,
    /// Releases that exist.
    releases: HashMap<ReleaseId, ReleaseView>,
}

impl Proposal {
    pub fn product(&self, line: &Line) -> Option<&Product> {
        self.catalogue.iter().find(|product| product.id == line.product)
    }

    pub fn observatory(&self, line: &Line) -> Option<&ObservatoryView> {
        self.observatories.iter().find(|one| Some(one.id) == line.observatory)
    }

    /// Returns the release that a line compares.
    pub fn release(&self, line: &Line) -> Option<&ReleaseView> {
        self.releases.get(&line.existing.as_ref()?.id)
    }

    /// Returns the sentence that explains the proposed day of a line.
    pub fn sentence(&self, line: &Line, lang: Lang) -> Option<String> {
        let rule = self.product(line)?.details.date_rule.as_ref()?;
        let name = |code: &str| match rule.source() {
            Some(source) => source_name(&self.sources, source).to_owned(),
            None => product_name(&self.catalogue, code, lang),
        };
        Some(line.verdict.derived()?.sentence(rule, line.period, lang, name))
    }

    /// Returns the source on whose dates the release of a line depends.
    pub fn source(&self, line: &Line) -> Option<&Source> {
        let catalogue: Vec<&Product> = self.catalogue.iter().collect();
        let code = model::source_behind(&catalogue, self.product(line)?)?;
        self.sources.iter().find(|source| source.code == code)
    }

    /// Names a line so that accepting it accepts what was shown.
    pub fn key(&self, line: &Line) -> Option<Key> {
        Some(Key {
            product: self.product(line)?.code.clone(),
            observatory: self.observatory(line).map(|one| one.code.clone()),
            period: line.period,
            day: line.verdict.proposed()?.day,
        })
    }
}

fn product_name(catalogue: &[Product], code: &str, lang: Lang) -> String {
    let found = catalogue.iter().find(|product| product.code == code);
    found.map_or(code, |product| product.name(lang)).to_owned()
}

/// A line of a proposal with its proposed day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Code of the product.
    pub product: String,
    /// Code of the observatory, for an autonomous product.
    pub observatory: Option<String>,
    pub period: Period,
    pub day: NaiveDate,
}

/// Returns what the rules of the catalogue propose for a span of months, compared with the releases that exist.
///
/// Who may: the secretariat. Errors: `span_out_of_range` (made with the span).
pub async fn propose(ctx: &Ctx, span: Span) -> Result<Proposal> {
    ctx.demand(policy::may(&ctx.actor, Action::Propose))?;
    proposal(ctx, ctx.reader(), span).await
}

/// Months after the present one in which dates are reviewed: those of a year's agenda.
const REVIEWED_MONTHS: u32 = 11;

/// Returns the dates of existing releases that rules give anew since a source has moved, within a year: provisional dates,
/// which can be accepted, and announced ones, which move only with a reason. `None` if no rule names a source.
///
/// Who may: the secretariat.
pub async fn review(ctx: &Ctx) -> Result<Option<Proposal>> {
    ctx.demand(policy::may(&ctx.actor, Action::Propose))?;
    let catalogue = ctx.recall(&Catalogue).await?;
    let names_a_source = |one: &Product| {
        let rule = one.details.date_rule.as_ref();
        one.retired_at.is_none() && rule.is_some_and(|rule| rule.source().is_some())
    };
    if !catalogue.iter().any(names_a_source) {
        return Ok(None);
    }
    let month = |day| Period::containing(Frequency::Month, day).map_err(|_| Refusal::NoSpan);
    let (from, to) = (month(ctx.today())?, month(ctx.today() + Months::new(REVIEWED_MONTHS))?);
    let mut review = proposal(ctx, ctx.reader(), Span::new(from, to)?).await?;
    let lines = std::mem::take(&mut review.lines);
    review.lines = because_of_sources(&review.catalogue, lines);
    Ok(Some(review))
}

/// Keeps the lines to review whose rule names a source, or follows a release that is to be reviewed for that reason. A
/// release that follows a date set by hand is not among them.
fn because_of_sources(catalogue: &[Product], lines: Vec<Line>) -> Vec<Line> {
    let product = |line: &Line| catalogue.iter().find(|product| product.id == line.product);
    let rule = |line: &Line| product(line)?.details.date_rule.as_ref();
    let key = |line: &Line| Some((product(line)?.code.clone(), line.period.last_day()));
    let mut moved: HashSet<(String, NaiveDate)> = HashSet::new();
    let is_moved = |line: &Line, moved: &HashSet<(String, NaiveDate)>| {
        let Some(rule) = rule(line) else { return false };
        let follows = rule.follows().map(|code| (code.to_owned(), line.period.last_day()));
        rule.source().is_some() || follows.is_some_and(|followed| moved.contains(&followed))
    };
    // A product may follow one that comes later in the list.
    loop {
        let found: HashSet<_> =
            lines.iter().filter(|line| is_to_review(line) && is_moved(line, &moved)).filter_map(key).collect();
        if found.len() == moved.len() {
            break;
        }
        moved = found;
    }
    lines.into_iter().filter(|line| is_to_review(line) && is_moved(line, &moved)).collect()
}

/// Tells whether the date of an existing release came from its rule, which gives another one now, or none.
fn is_to_review(line: &Line) -> bool {
    let follows = line.existing.as_ref().is_some_and(Release::follows_its_rule);
    line.verdict.is_moved() || (follows && matches!(line.verdict, Verdict::NoDay(_)))
}

async fn proposal(ctx: &Ctx, db: &impl ConnectionTrait, span: Span) -> Result<Proposal> {
    let (catalogue, observatories) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllObservatories).await?);
    let (calendars, territories) = (ctx.recall(&AllCalendars).await?, ctx.recall(&AllTerritories).await?);
    let filter = ReleaseFilter { from: Some(span.earliest()), ..ReleaseFilter::default() };
    let releases = releases::all(db, &filter).await?;
    let existing: Vec<Release> = releases.iter().map(|view| view.release.clone()).collect();
    let releases = releases.into_iter().map(|view| (view.release.id, view)).collect();
    let codes: BTreeMap<&str, ProductId> =
        catalogue.iter().map(|product| (product.code.as_str(), product.id)).collect();
    let mut subjects = Vec::new();
    for product in catalogue.iter().filter(|product| product.retired_at.is_none()) {
        subjects.extend(subjects_of(product, &observatories, &calendars)?);
    }
    let name = |code: &str| {
        let found = territories.iter().find(|territory| territory.code == code);
        found.map_or(code, |territory| &territory.name).to_owned()
    };
    let (sources, dates) = (ctx.recall(&AllSources).await?, ctx.recall(&AllDates).await?);
    let source = |code: &str, end: NaiveDate| dates.first_after(code, end);
    let lines = model::propose(span, ctx.today(), &subjects, &existing, &codes, &source, &name);
    Ok(Proposal { span, lines, catalogue, observatories, sources, releases })
}

/// Returns the subjects of a product: itself, or each contributor to an autonomous one.
fn subjects_of<'a>(
    product: &'a Product,
    observatories: &[ObservatoryView],
    calendars: &'a Calendars,
) -> Result<Vec<Subject<'a>>> {
    let contributors: Vec<&ObservatoryView> =
        observatories.iter().filter(|one| product.details.contributors.include(one)).collect();
    let worked = |concerned: &[&ObservatoryView]| -> Result<Joint<'a>> {
        let own = product.details.date_rule.as_ref().and_then(|rule| rule.worked_by.as_deref());
        Ok(match own {
            Some(code) => calendars.joint([code])?,
            None => calendars.joint(concerned.iter().map(|one| one.territory.as_str()))?,
        })
    };
    let of = |observatory: Option<ObservatoryId>, concerned: &[&ObservatoryView]| -> Result<Subject<'a>> {
        Ok(Subject { product, observatory, worked: worked(concerned)? })
    };
    match product.details.scope {
        ProductScope::Joint | ProductScope::PerObservatory => Ok(vec![of(None, &contributors)?]),
        ProductScope::Autonomous => contributors.iter().map(|one| of(Some(one.id), &[*one])).collect(),
    }
}

/// Releases that accepting lines of a proposal has planned and changed.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// In the order of the chosen lines.
    pub releases: Vec<TakenOver>,
}

/// A release that was planned or got another date, with the line behind it.
#[derive(Clone, Debug)]
pub struct TakenOver {
    pub line: Line,
    /// The release as it was; `None` for a new one.
    pub before: Option<ReleaseView>,
    pub after: ReleaseView,
    /// Sentence that explains the date.
    pub said: ByRule,
}

impl Accepted {
    pub fn planned(&self) -> usize {
        self.releases.iter().filter(|one| one.before.is_none()).count()
    }

    pub fn changed(&self) -> usize {
        self.releases.len() - self.planned()
    }
}

/// Accepts lines of a proposal: plans the new releases and gives the others the day of the rule, each with the sentence
/// that explains it, all of them or none.
///
/// Who may: the secretariat. Mails: none, because the dates are provisional. Errors: `nothing_chosen`; `proposal_changed`
/// if a line is not proposed any more with the same day; those of planning and improving a release.
pub async fn accept(ctx: &Ctx, txn: &Txn, span: Span, chosen: &[Key]) -> Result<Accepted> {
    ctx.demand(policy::may(&ctx.actor, Action::Accept))?;
    if chosen.is_empty() {
        return Err(Refusal::NothingChosen.into());
    }
    let proposal = proposal(ctx, txn, span).await?;
    let proposed: HashMap<Key, &Line> =
        proposal.lines.iter().filter_map(|line| Some((proposal.key(line)?, line))).collect();
    let mut accepted = Accepted { releases: Vec::with_capacity(chosen.len()) };
    for key in chosen {
        let line = proposed.get(key).ok_or(Refusal::ProposalChanged)?;
        accepted.releases.push(take_over(ctx, txn, &proposal, line, key).await?);
    }
    let details = serde_json::json!({
        "from": span.from(), "to": span.to(), "planned": accepted.planned(), "changed": accepted.changed(),
    });
    let about = ("agenda", format!("{}/{}", span.from(), span.to()));
    audit::record(ctx, txn, audit::Event::about(Verb::Accept, about, details)).await?;
    Ok(accepted)
}

async fn take_over(ctx: &Ctx, txn: &Txn, proposal: &Proposal, line: &Line, key: &Key) -> Result<TakenOver> {
    let product = proposal.product(line).ok_or(Refusal::ProposalChanged)?;
    let explained = |lang| proposal.sentence(line, lang).ok_or(Error::from(Refusal::ProposalChanged));
    let said = ByRule { it: explained(Lang::It)?, en: explained(Lang::En)? };
    let when = When::At(Slot { day: key.day, hour: product.details.default_hour });
    let after = match &line.existing {
        None => {
            let whose = proposal.observatory(line);
            releases::plan_by_rule(ctx, txn, (product, whose), line.period, when, said.clone()).await?
        }
        Some(release) => releases::improve_by_rule(ctx, txn, release.id, release.version, when, said.clone()).await?,
    };
    Ok(TakenOver { line: line.clone(), before: proposal.release(line).cloned(), after, said })
}

/// Adopts the agenda of a span as the next edition.
///
/// What happens: all releases of the span are copied as they are, cancelled ones too; a decision of the table (`outcome`) is
/// linked. Who may: the secretariat. Mails: none. Errors: `nothing_to_adopt`, `required` and `too_long` for the title,
/// `unknown_value` for an outcome that does not exist, `not_a_decision` for one of another kind.
pub async fn adopt(ctx: &Ctx, txn: &Txn, span: Span, title: &str, outcome: Option<OutcomeId>) -> Result<Edition> {
    ctx.demand(policy::may(&ctx.actor, Action::Adopt))?;
    let title = typed::required("title", title, TITLE_CHARACTERS)?;
    let days = (span.first_day(), span.last_day());
    let decided = match outcome {
        Some(id) => Some(decision(ctx, id).await?),
        None => None,
    };
    let entries = agenda_of(txn, days).await?;
    if entries.is_empty() {
        return Err(Refusal::NothingToAdopt.into());
    }
    let last = store::editions(txn, None, 1).await?.pop();
    let edition = Edition {
        id: ctx.new_id(),
        number: last.map_or(1, |last| last.number + 1),
        title,
        days,
        adopted_at: ctx.now(),
        adopted_by: ctx.actor.person_id(),
        decided,
    };
    store::insert(txn, &edition, &entries).await?;
    let details = serde_json::json!({ "number": edition.number, "releases": entries.len(), "outcome": outcome });
    let about = ("agenda_edition", edition.id.to_string());
    audit::record(ctx, txn, audit::Event::about(Verb::Adopt, about, details)).await?;
    Ok(edition)
}

/// Finds the decision that adopts an edition.
async fn decision(ctx: &Ctx, id: OutcomeId) -> Result<EditionDecision> {
    let found = meetings::outcome(ctx, id).await.map_err(|error| error.as_unknown("outcome_id"))?;
    if found.kind != OutcomeKind::Decision {
        return Err(Refusal::NotADecision.into());
    }
    let meeting = meetings::show(ctx, found.meeting_id).await?.meeting;
    Ok(EditionDecision { outcome: id, meeting: meeting.id, day: meeting.slot.day })
}

/// Measures of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measures {
    /// The shortest first.
    pub horizons: Vec<Horizon>,
    /// Dates confirmed and moved in the last [`NOTICE_MONTHS`].
    pub notices: Notices,
}

/// Measures how far ahead the agenda is planned and with how much notice dates were announced. Public.
pub async fn measures(ctx: &Ctx) -> Result<Measures> {
    let today = ctx.today();
    let catalogue = ctx.recall(&Catalogue).await?;
    let latest = releases::latest_days(ctx).await?;
    let since = today - chrono::Months::new(NOTICE_MONTHS);
    let notices = releases::notices_since(ctx, since).await?;
    Ok(Measures { horizons: horizons(&catalogue, &latest, today), notices: Notices::of(notices) })
}

/// Lists the editions before a number, the latest first. Public.
pub async fn editions(ctx: &Ctx, before: Option<i32>, limit: u64) -> Result<Vec<Edition>> {
    Ok(store::editions(ctx.reader(), before, limit).await?)
}

/// Finds an edition with its entries by day. Public.
pub async fn edition(ctx: &Ctx, number: i32) -> Result<(Edition, Vec<Entry>)> {
    let edition = store::edition(ctx.reader(), number).await?.ok_or(Error::NotFound)?;
    let entries = store::entries(ctx.reader(), edition.id).await?;
    Ok((edition, entries))
}

/// Returns the differences from an edition to a later one, or to the agenda of today in the same span. Public.
pub async fn differences_from(ctx: &Ctx, number: i32, against: Option<i32>) -> Result<Vec<Difference>> {
    let (earlier, before) = edition(ctx, number).await?;
    let after = match against {
        Some(later) => edition(ctx, later).await.map_err(|error| error.as_unknown("against"))?.1,
        None => agenda_of(ctx.reader(), earlier.days).await?,
    };
    Ok(differences(&before, &after))
}

/// Lists the releases of a span of days as an edition holds them.
async fn agenda_of(db: &impl ConnectionTrait, (from, to): (NaiveDate, NaiveDate)) -> Result<Vec<Entry>> {
    let filter = ReleaseFilter { from: Some(from), to: Some(to), ..ReleaseFilter::default() };
    Ok(releases::all(db, &filter).await?.into_iter().map(Entry::from).collect())
}

impl From<ReleaseView> for Entry {
    fn from(view: ReleaseView) -> Self {
        Self {
            release: view.release.id,
            product_name_it: view.product_name_it,
            product_name_en: view.product_name_en,
            observatory_name: view.observatory.map(|whose| whose.name),
            period: view.release.period,
            state: view.release.state(),
            when: view.release.when(),
        }
    }
}
