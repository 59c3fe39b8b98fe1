//! The parts of the review on the page of a contribution: whose turn it is, remarks by round, peer readings, what is
//! missing, the time of each holder, the edition before.

use super::action_of;
use super::turn::TurnLine;
use crate::ctx::Ctx;
use crate::deliverables::policy::Action;
use crate::http::page::Badge;
use crate::open::Guarded;
use crate::reviews::model::checklist::{Checklist, Finding};
use crate::reviews::model::turn::Holder;
use crate::reviews::model::{Event, LIFECYCLE, Remark, Step, rounds};
use crate::reviews::view::{Held, LastTime, Names, Review};
use crate::texts::{Label, Lang};
use crate::time::words;
use chrono::NaiveDate;
use entity::ids::SubmissionId;
use entity::kinds::{DeliverableState, ReadingState, RemarkState};

/// The review as the page of a contribution shows it.
pub struct Panel {
    pub turn: TurnLine,
    /// Remarks by round, the last round first.
    pub rounds: Vec<RoundLine>,
    pub readings: Vec<ReadingLine>,
    /// Errors and warnings before the next step; `None` once nothing more is asked.
    pub checklist: Option<CheckLines>,
    /// Reason why the reader cannot accept the text, if the reader handed it in.
    pub own: Option<&'static str>,
    pub held: Vec<HeldLine>,
    pub elapsed: String,
    pub last: Option<LastLines>,
    /// Day by which the contribution is due.
    pub due_day: NaiveDate,
    pub may_remark: bool,
    pub may_ask: bool,
    names: Names,
}

/// A round with its remarks.
pub struct RoundLine {
    pub title: String,
    pub remarks: Vec<RemarkLine>,
}

/// A remark with its steps, and the acts that the reader may do.
pub struct RemarkLine {
    pub href: String,
    pub number: i32,
    pub part: Option<String>,
    pub text: String,
    pub state: Badge,
    /// The observatory that wrote it; `None` for the secretariat.
    pub reader: Option<String>,
    pub person: Option<String>,
    pub written: String,
    pub due: String,
    pub is_late: bool,
    pub steps: Vec<StepLine>,
    pub version: i32,
    pub may_answer: bool,
    pub may_accept: bool,
    pub may_reject: bool,
    pub may_carry: bool,
}

impl RemarkLine {
    pub const fn offers_an_act(&self) -> bool {
        self.may_answer || self.may_accept || self.may_reject || self.may_carry
    }
}

/// An answer or a verdict.
pub struct StepLine {
    pub what: &'static str,
    pub text: Option<String>,
    pub person: Option<String>,
    /// Body on whose behalf the person entered it.
    pub body: Option<String>,
    pub when: String,
}

/// A peer reading.
pub struct ReadingLine {
    pub href: String,
    pub reader: String,
    pub state: Badge,
    pub due: String,
}

/// Errors and warnings before a step.
pub struct CheckLines {
    pub title: &'static str,
    pub blocking: Vec<&'static str>,
    pub warnings: Vec<&'static str>,
}

impl CheckLines {
    pub fn is_complete(&self) -> bool {
        self.blocking.is_empty() && self.warnings.is_empty()
    }
}

/// The working days of one holder.
pub struct HeldLine {
    pub who: &'static str,
    pub name: Option<String>,
    pub span: String,
}

/// The same chapter in the edition before.
pub struct LastLines {
    pub href: String,
    pub period: String,
    pub remarks: Vec<LeftLine>,
    /// Address of the button that takes all remarks over that are not yet.
    pub take_over: Option<String>,
    /// Method sheet then and now, in words.
    pub sheet: String,
    pub took: Option<String>,
}

/// A remark that the edition before has left.
pub struct LeftLine {
    pub remark: RemarkLine,
    pub is_taken_over: bool,
    /// Address of the button that takes it over.
    pub take_over: Option<String>,
}

impl Panel {
    pub fn of(ctx: &Ctx, review: &Review) -> Self {
        let lang = ctx.lang;
        let is_under_review = !review.view.deliverable.is_settled();
        let may_remark = is_under_review && review.view.may(&ctx.actor, Action::Remark);
        let is_own = review.acceptance.blocking.contains(&Finding::OwnSubmission);
        let is_submitted = review.view.deliverable.state() == DeliverableState::Submitted;
        Self {
            turn: TurnLine::of(&review.ball, lang),
            rounds: round_lines(ctx, review),
            readings: review.readings.iter().map(|one| reading_line(one, lang)).collect(),
            checklist: checklist(ctx, review),
            own: (is_own && is_submitted && may_remark).then(|| own(review.is_alone, lang)),
            held: review.held.iter().map(|one| held_line(one, lang)).collect(),
            elapsed: words::working_days(review.elapsed, lang),
            due_day: review.due_day,
            last: review.last_time.as_ref().map(|last| last_lines(ctx, review, last)),
            may_ask: may_remark && review.readings.iter().all(|one| !one.reading.is_open()),
            may_remark,
            names: review.names.clone(),
        }
    }

    /// Returns the name of a person in the trace of the contribution.
    pub fn person(&self, id: Option<entity::ids::PersonId>) -> Option<&str> {
        self.names.person(id)
    }

    /// Returns whether a text has remarks of its own, so that the copy of them is not shown beside it.
    pub fn has_remarks(&self) -> bool {
        !self.rounds.is_empty()
    }
}

/// Says why the reader cannot accept the own text, and what to do.
pub(super) fn own(is_alone: bool, lang: Lang) -> &'static str {
    lang.t(if is_alone { "reviews.own_alone" } else { "reviews.own" })
}

fn round_lines(ctx: &Ctx, review: &Review) -> Vec<RoundLine> {
    let lines = |submission: Option<SubmissionId>| {
        let its = review.remarks.iter().filter(|remark| remark.submission_id == submission);
        its.map(|remark| remark_line(ctx, review, remark)).collect::<Vec<_>>()
    };
    let numbered = rounds(&review.submissions);
    let mut all: Vec<RoundLine> = numbered
        .iter()
        .rev()
        .map(|round| RoundLine {
            title: ctx.lang.f("reviews.round", &[("number", &round.number.to_string())]),
            remarks: lines(Some(round.submission.id)),
        })
        .collect();
    // Remarks on a text that was taken back meanwhile count like those before the first text.
    let mut before = lines(None);
    let taken_back = review.submissions.iter().filter(|one| one.withdrawn_at.is_some());
    before.extend(taken_back.flat_map(|one| lines(Some(one.id))));
    all.push(RoundLine { title: ctx.lang.t("reviews.before_rounds").to_owned(), remarks: before });
    all.retain(|round| !round.remarks.is_empty());
    all
}

fn remark_line(ctx: &Ctx, review: &Review, remark: &Remark) -> RemarkLine {
    let lang = ctx.lang;
    let is_under_review = !review.view.deliverable.is_settled();
    let may = |event| {
        is_under_review && LIFECYCLE.allows(remark.state, event) && review.view.may(&ctx.actor, action_of(event))
    };
    let reader = review.readings.iter().find(|one| Some(one.reading.observatory_id) == remark.observatory_id);
    RemarkLine { reader: reader.map(|one| one.reader_name.clone()), ..line(ctx, &review.names, remark, may, lang) }
}

fn line(ctx: &Ctx, names: &Names, remark: &Remark, may: impl Fn(Event) -> bool, lang: Lang) -> RemarkLine {
    RemarkLine {
        href: format!("/remarks/{}", remark.id),
        number: remark.number,
        part: remark.part.clone(),
        text: remark.text.clone(),
        state: remark_badge(remark.state, lang),
        reader: None,
        person: names.person(remark.written_by).map(str::to_owned),
        written: words::long_instant(remark.written_at, lang),
        due: words::long_day(remark.due_day, lang),
        is_late: remark.state == RemarkState::Open && remark.due_day < ctx.today(),
        steps: remark.steps.iter().map(|step| step_line(step, names, lang)).collect(),
        version: remark.version,
        may_answer: may(Event::Answer),
        may_accept: may(Event::Accept),
        may_reject: may(Event::Reject),
        may_carry: may(Event::Carry),
    }
}

fn step_line(step: &Step, names: &Names, lang: Lang) -> StepLine {
    StepLine {
        what: step.kind.label(lang),
        text: step.text.clone(),
        person: names.person(step.by).map(str::to_owned),
        body: names.body(step.on_behalf_of).map(str::to_owned),
        when: words::long_instant(step.at, lang),
    }
}

/// Returns the state of a remark in words with its colour.
pub(super) fn remark_badge(state: RemarkState, lang: Lang) -> Badge {
    let kind = match state {
        RemarkState::Open => "warning",
        RemarkState::Answered => "info",
        RemarkState::Accepted => "success",
        RemarkState::Carried => "neutral",
    };
    Badge { text: state.label(lang), kind }
}

/// Returns the state of a reading in words with its colour.
pub(super) fn reading_badge(state: ReadingState, lang: Lang) -> Badge {
    let kind = match state {
        ReadingState::Asked => "warning",
        ReadingState::Accepted => "info",
        ReadingState::Delivered => "success",
        ReadingState::Refused | ReadingState::Withdrawn => "neutral",
    };
    Badge { text: state.label(lang), kind }
}

fn reading_line(view: &crate::reviews::view::ReadingView, lang: Lang) -> ReadingLine {
    ReadingLine {
        href: format!("/readings/{}", view.reading.id),
        reader: view.reader_name.clone(),
        state: reading_badge(view.reading.state, lang),
        due: words::long_day(view.reading.due_day, lang),
    }
}

/// Returns the checklist before the next step of a contribution, for those who take it.
fn checklist(ctx: &Ctx, review: &Review) -> Option<CheckLines> {
    let lang = ctx.lang;
    if !ctx.actor.is_secretariat() {
        return None;
    }
    match review.view.deliverable.state() {
        DeliverableState::Submitted => Some(check_lines("reviews.before_acceptance", &review.acceptance, lang)),
        DeliverableState::Approved => Some(check_lines("reviews.before_release", &review.release, lang)),
        _ => None,
    }
}

pub(super) fn check_lines(title: &'static str, list: &Checklist, lang: Lang) -> CheckLines {
    let said = |findings: &[Finding]| findings.iter().map(|one| one.label(lang)).collect();
    CheckLines { title: lang.t(title), blocking: said(&list.blocking), warnings: said(&list.warnings) }
}

fn held_line(held: &Held, lang: Lang) -> HeldLine {
    let who = match held.holder {
        Holder::Observatory => "reviews.held_observatory",
        Holder::Secretariat => "reviews.secretariat",
        Holder::Reader(_) => "reviews.held_reader",
        Holder::Nobody => "reviews.held_nobody",
    };
    HeldLine { who: lang.t(who), name: held.name.clone(), span: words::working_days(held.working_days, lang) }
}

fn last_lines(ctx: &Ctx, review: &Review, last: &LastTime) -> LastLines {
    let lang = ctx.lang;
    let number = |sheet: &Option<crate::catalogue::model::Sheet>| sheet.as_ref().map(|sheet| sheet.number.to_string());
    let sheet = match (number(&last.sheet), number(&review.sheet)) {
        (None, None) => lang.t("reviews.sheet_never").to_owned(),
        (None, Some(now)) => lang.f("reviews.sheet_new", &[("now", &now)]),
        (Some(then), None) => lang.f("reviews.sheet_gone", &[("then", &then)]),
        (Some(then), Some(now)) if then == now => lang.f("reviews.sheet_same", &[("now", &now)]),
        (Some(then), Some(now)) => lang.f("reviews.sheet_changed", &[("then", &then), ("now", &now)]),
    };
    let may_take_over = !review.view.deliverable.is_settled() && review.view.may(&ctx.actor, Action::Remark);
    let own = format!("/deliverables/{}/left-remarks", review.view.deliverable.id);
    let left = |remark: &Remark| {
        let is_taken_over = review.remarks.iter().any(|one| one.copied_from == Some(remark.id));
        let take_over = (may_take_over && !is_taken_over).then(|| format!("{own}/{}/take-over", remark.id));
        LeftLine { remark: line(ctx, &review.names, remark, |_| false, lang), is_taken_over, take_over }
    };
    let remarks: Vec<LeftLine> = last.carried.iter().map(left).collect();
    let open = remarks.iter().filter(|one| one.take_over.is_some()).count();
    LastLines {
        take_over: (open > 1).then(|| format!("{own}/take-over")),
        remarks,
        href: format!("/deliverables/{}", last.view.deliverable.id),
        period: last.view.period_name(lang),
        sheet,
        took: last.working_days.map(|days| words::working_days(days, lang)),
    }
}
