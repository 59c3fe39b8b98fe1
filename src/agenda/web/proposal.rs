//! The proposal of a span: what the rules give, line by line, with a box for each line that can be accepted.

use crate::agenda::model::{Line, Span, Verdict, Warning};
use crate::agenda::policy::{self, Action};
use crate::agenda::service::{self, Accepted, Key, Proposal};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent};
use crate::http::page::{Badge, FlashKind, Shell, done, page, with_status};
use crate::releases::view::{ReleaseView, when_text};
use crate::sources::model::source_name;
use crate::texts::Lang;
use crate::time::date_rule::NoDay;
use crate::time::words;
use crate::typed::Reading;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::{Datelike as _, Months};
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_proposal).service(accept_proposal).service(show_review);
}

/// Prefix of the name of a line's checkbox; the line follows.
const LINE: &str = "line-";

/// The span of a proposal with the chosen lines.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SpanForm {
    pub from: String,
    pub to: String,
    /// Checkboxes of the lines.
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

/// The span in the address of the page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SpanQuery {
    from: String,
    to: String,
}

impl SpanForm {
    /// Reads the span. Errors: both fields at once.
    pub fn span(&self) -> Result<Span> {
        Reading::of(|reading| {
            let from = reading.month("from", &self.from);
            let to = reading.month("to", &self.to);
            reading.take(Span::new(from?, to?))
        })
    }

    /// Returns the chosen lines.
    pub fn chosen(&self) -> Vec<Key> {
        self.boxes.keys().filter_map(|name| key_of(name.strip_prefix(LINE)?)).collect()
    }

    /// Returns the names of the boxes of the chosen lines, for hidden fields.
    pub fn names(&self) -> Vec<String> {
        self.chosen().iter().map(box_name).collect()
    }
}

/// Returns the name of the checkbox of a line: `line-relazione_2026_2027-03-31`, with the observatory at the end if the
/// line has one. No part has an underscore.
fn box_name(key: &Key) -> String {
    let whose = key.observatory.as_ref().map(|code| format!("_{code}")).unwrap_or_default();
    format!("{LINE}{}_{}_{}{whose}", key.product, key.period, key.day)
}

fn key_of(name: &str) -> Option<Key> {
    let mut parts = name.split('_');
    let (product, period, day) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Key {
        product: product.to_owned(),
        observatory: parts.next().map(str::to_owned),
        period: period.parse().ok()?,
        day: day.parse().ok()?,
    })
}

#[derive(Template)]
#[template(path = "agenda/proposal.html")]
struct ProposalPage {
    shell: Shell,
    form: FormState<SpanForm>,
    /// Lines that can be accepted; `None` if the span has to be corrected first.
    proposed: Option<Vec<Shown>>,
    /// Lines that ask for a hand: no rule, or no day.
    open: Vec<Shown>,
    /// Number of lines in which nothing changes.
    settled: Option<String>,
}

/// A line in the reader's words.
struct Shown {
    /// Name of its checkbox, if it can be accepted.
    field: Option<String>,
    checked: bool,
    title: String,
    href: Option<String>,
    verdict: Badge,
    present: Option<String>,
    text: String,
    warnings: Vec<String>,
}

#[get("/agenda/proposal")]
async fn show_proposal(ctx: Ctx, request: HttpRequest, query: web::Query<SpanQuery>) -> Answer {
    let SpanQuery { from, to } = query.into_inner();
    let asked = SpanForm { from, to, boxes: BTreeMap::new() };
    if asked.from.is_empty() && asked.to.is_empty() {
        return page(&proposal_page(&ctx, &request, FormState::fresh(next_year(&ctx))).await?);
    }
    match asked.span() {
        Ok(_) => page(&proposal_page(&ctx, &request, FormState::fresh(asked)).await?),
        Err(error) => {
            let form = FormState::refused(asked, ctx.lang, error)?;
            with_status(StatusCode::UNPROCESSABLE_ENTITY, &proposal_page(&ctx, &request, form).await?)
        }
    }
}

/// Returns the span that the form begins with: the year that follows, or the present one until June.
fn next_year(ctx: &Ctx) -> SpanForm {
    let year = (ctx.today() + Months::new(6)).year();
    SpanForm { from: format!("{year}-01"), to: format!("{year}-12"), boxes: BTreeMap::new() }
}

#[post("/agenda/proposal")]
async fn accept_proposal(ctx: Ctx, request: HttpRequest, form: Sent<SpanForm>) -> Answer {
    let accept = async |txn: &Txn, form: &SpanForm| {
        let span = form.span()?;
        Ok((span, service::accept(&ctx, txn, span, &form.chosen()).await?))
    };
    let leads_on = |(span, accepted): (Span, Accepted)| {
        let said = if accepted.changed() == 0 { "agenda.done_planned" } else { "agenda.done_accepted" };
        done(&format!("/agenda/proposal?from={}&to={}", span.from(), span.to()), FlashKind::Success, said)
    };
    form::answer(&ctx, form, accept, leads_on, async |form| Ok(proposal_page(&ctx, &request, form).await?)).await
}

async fn proposal_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SpanForm>) -> Result<ProposalPage> {
    ctx.demand(policy::may(&ctx.actor, Action::Propose))?;
    let shell = Shell::new(ctx, request, "agenda.proposal_title")
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .here();
    let Ok(span) = form.span() else {
        return Ok(ProposalPage { shell, form, proposed: None, open: Vec::new(), settled: None });
    };
    let proposal = service::propose(ctx, span).await?;
    let again = !form.boxes.is_empty();
    let shown = |line: &Line| shown(&proposal, line, &form, again, ctx.lang);
    let is_open = |line: &&Line| matches!(line.verdict, Verdict::Gap | Verdict::NoDay(_) | Verdict::Overtaken(_));
    let settled = proposal.lines.iter().filter(|line| matches!(line.verdict, Verdict::Same | Verdict::Settled)).count();
    Ok(ProposalPage {
        shell,
        proposed: Some(proposal.lines.iter().filter(|line| line.verdict.proposed().is_some()).map(shown).collect()),
        open: proposal.lines.iter().filter(is_open).map(shown).collect(),
        settled: (settled > 0).then(|| ctx.lang.f("agenda.settled", &[("number", &settled.to_string())])),
        form,
    })
}

#[derive(Template)]
#[template(path = "agenda/review.html")]
struct ReviewPage {
    shell: Shell,
    /// First and last month, for accepting lines.
    span: (String, String),
    groups: Vec<ReviewGroup>,
}

/// The dates to review because of one source.
struct ReviewGroup {
    source: String,
    /// Provisional dates, which can be accepted.
    proposed: Vec<Shown>,
    /// Announced dates, which move only with a reason.
    open: Vec<Shown>,
}

/// Dates that rules give anew since a source has moved.
#[get("/agenda/review")]
async fn show_review(ctx: Ctx, request: HttpRequest) -> Answer {
    let review = service::review(&ctx).await?;
    let shell = Shell::new(&ctx, &request, "agenda.review_title")
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(ctx.lang.t("agenda.proposal_title"), "/agenda/proposal")
        .here();
    let Some(review) = review else {
        return page(&ReviewPage { shell, span: Default::default(), groups: Vec::new() });
    };
    let form = FormState::fresh(SpanForm::default());
    let mut groups: Vec<ReviewGroup> = Vec::new();
    for line in &review.lines {
        let source = review.source(line).map(|source| source.details.name.clone()).unwrap_or_default();
        let at = groups.iter().position(|group| group.source == source).unwrap_or_else(|| {
            groups.push(ReviewGroup { source, proposed: Vec::new(), open: Vec::new() });
            groups.len() - 1
        });
        let shown = shown(&review, line, &form, false, ctx.lang);
        if shown.field.is_some() { groups[at].proposed.push(shown) } else { groups[at].open.push(shown) }
    }
    page(&ReviewPage { shell, span: (review.span.from().to_string(), review.span.to().to_string()), groups })
}

fn shown(proposal: &Proposal, line: &Line, form: &SpanForm, again: bool, lang: Lang) -> Shown {
    let key = proposal.key(line);
    let field = key.as_ref().map(box_name);
    let is_ticked = |field: &String| form.boxes.contains_key(field);
    let (product, observatory) = (proposal.product(line), proposal.observatory(line));
    let name = product.map(|product| product.name(lang)).unwrap_or_default();
    let period = words::period(line.period, lang);
    let title = match observatory {
        Some(one) => format!("{name}, {period} ({})", one.name),
        None => format!("{name}, {period}"),
    };
    Shown {
        checked: if again { field.as_ref().is_some_and(is_ticked) } else { line.verdict.is_expected() },
        field,
        title,
        href: proposal.release(line).map(ReleaseView::href),
        verdict: verdict_badge(&line.verdict, lang),
        present: line.existing.as_ref().map(|release| when_text(release.when(), lang)),
        text: match &line.verdict {
            Verdict::Gap => lang.t("agenda.gap_text").to_owned(),
            Verdict::NoDay(why) => no_day(why, proposal, lang),
            Verdict::Overtaken(_) => {
                let sentence = proposal.sentence(line, lang).unwrap_or_default();
                lang.f("agenda.overtaken_text", &[("sentence", &sentence)])
            }
            _ => proposal.sentence(line, lang).unwrap_or_default(),
        },
        warnings: line.warnings.iter().map(|warning| warning_text(*warning, lang)).collect(),
    }
}

/// Words a verdict.
pub fn verdict_badge(verdict: &Verdict, lang: Lang) -> Badge {
    let (key, kind) = match verdict {
        Verdict::New(_) => ("agenda.new", "info"),
        Verdict::Changed(_) => ("agenda.changed", "warning"),
        Verdict::ByHand(_) => ("agenda.by_hand", "neutral"),
        Verdict::Same | Verdict::Settled => ("agenda.same", "success"),
        Verdict::Overtaken(_) => ("agenda.overtaken", "warning"),
        Verdict::Gap => ("agenda.gap", "neutral"),
        Verdict::NoDay(_) => ("agenda.no_day", "danger"),
    };
    Badge { text: lang.t(key), kind }
}

fn no_day(why: &NoDay, proposal: &Proposal, lang: Lang) -> String {
    match why {
        NoDay::NoRelease { product, end } => {
            let found = proposal.catalogue.iter().find(|one| one.code == *product);
            let name = found.map_or(product.as_str(), |one| one.name(lang));
            lang.f("agenda.no_release", &[("product", name), ("end", &words::date(*end, lang))])
        }
        NoDay::NoSource { source_code, end } => {
            let name = source_name(&proposal.sources, source_code);
            lang.f("agenda.no_source", &[("source", name), ("end", &words::date(*end, lang))])
        }
        NoDay::NothingFits { anchor } => lang.f("agenda.nothing_fits", &[("day", &words::date(*anchor, lang))]),
        NoDay::Calendar(_) => lang.t("agenda.no_calendar").to_owned(),
    }
}

/// Words the warnings about a date.
pub fn warning_texts(before_period_end: bool, shared_with: usize, lang: Lang) -> Vec<String> {
    let early = before_period_end.then_some(Warning::BeforePeriodEnd);
    let shared = (shared_with > 0).then_some(Warning::SharedDay(shared_with));
    early.into_iter().chain(shared).map(|warning| warning_text(warning, lang)).collect()
}

fn warning_text(warning: Warning, lang: Lang) -> String {
    match warning {
        Warning::BeforePeriodEnd => lang.t("agenda.before_period_end").to_owned(),
        Warning::SharedDay(1) => lang.t("agenda.shared_with_one").to_owned(),
        Warning::SharedDay(others) => lang.f("agenda.shared_with", &[("number", &others.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkbox_names_its_line() {
        for observatory in [None, Some("bergamo".to_owned())] {
            let key = Key {
                product: "nota-congiunturale".to_owned(),
                observatory,
                period: "2026-Q4".parse().expect("a period"),
                day: "2027-02-15".parse().expect("a day"),
            };
            assert_eq!(key_of(box_name(&key).strip_prefix(LINE).expect("a prefix")), Some(key));
        }
        assert_eq!(key_of("nota_2026"), None);
    }
}
