//! Request and response types of the review.

use crate::reviews::model::checklist::{Checklist, Finding};
use crate::reviews::model::turn::Holder;
use crate::reviews::model::{LIFECYCLE, READING, Remark, Step, rounds};
use crate::reviews::service::{AnswerIn, AskIn, DeliverIn, RemarkIn};
use crate::reviews::view::{Ball, ChapterView, Chapters, Held, LastTime, ReadingView, Review};
use crate::time::Day;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, PeerReadingId, RemarkId};
use entity::kinds::{DeliverableState, ReadingState, RemarkState, RemarkStepKind};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// The party that has to act.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    Observatory,
    Secretariat,
    PeerReader,
    Nobody,
}

impl From<Holder> for HolderKind {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Observatory => Self::Observatory,
            Holder::Secretariat => Self::Secretariat,
            Holder::Reader(_) => Self::PeerReader,
            Holder::Nobody => Self::Nobody,
        }
    }
}

/// The holder of the ball: whose turn it is, and since when.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BallDto {
    pub holder: HolderKind,
    /// Name of the observatory that holds it.
    pub name: Option<String>,
    pub since: DateTime<Utc>,
    /// Working days since then, in the territory of the holder.
    #[schema(format = Int32)]
    pub working_days: i32,
}

impl From<Ball> for BallDto {
    fn from(ball: Ball) -> Self {
        let Ball { holder, name, since, working_days } = ball;
        Self { holder: holder.into(), name, since, working_days }
    }
}

/// The working days that one holder had the ball, in the territory of the deliverable.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeldOut {
    pub holder: HolderKind,
    /// Name of the observatory.
    pub name: Option<String>,
    pub working_days: i32,
}

impl From<Held> for HeldOut {
    fn from(held: Held) -> Self {
        let Held { holder, name, working_days } = held;
        Self { holder: holder.into(), name, working_days }
    }
}

/// Errors and warnings before a step.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChecklistOut {
    /// Errors that keep the step from being taken.
    #[schema(max_items = 10)]
    pub blocking: Vec<Finding>,
    #[schema(max_items = 10)]
    pub warnings: Vec<Finding>,
}

impl From<Checklist> for ChecklistOut {
    fn from(list: Checklist) -> Self {
        Self { blocking: list.blocking, warnings: list.warnings }
    }
}

/// An answer to a remark, or a verdict on it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemarkStepOut {
    pub kind: RemarkStepKind,
    pub text: Option<String>,
    pub at: DateTime<Utc>,
}

impl From<Step> for RemarkStepOut {
    fn from(step: Step) -> Self {
        Self { kind: step.kind, text: step.text, at: step.at }
    }
}

/// A remark of the review.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemarkOut {
    pub id: RemarkId,
    pub deliverable_id: DeliverableId,
    /// 1 for the first remark on the deliverable.
    pub number: i32,
    /// Part of the text.
    pub part: Option<String>,
    pub text: String,
    pub due_day: NaiveDate,
    /// Whether a peer reader wrote it.
    pub is_of_peer_reader: bool,
    /// The remark of the edition before from which it was taken over.
    pub copied_from_id: Option<RemarkId>,
    pub state: RemarkState,
    pub written_at: DateTime<Utc>,
    /// Answers and verdicts, oldest first.
    #[schema(max_items = 1000)]
    pub steps: Vec<RemarkStepOut>,
    /// Possible next events.
    #[schema(max_items = 4)]
    pub possible: Vec<&'static str>,
    pub version: i32,
}

impl From<Remark> for RemarkOut {
    fn from(remark: Remark) -> Self {
        Self {
            id: remark.id,
            deliverable_id: remark.deliverable_id,
            number: remark.number,
            part: remark.part,
            text: remark.text,
            due_day: remark.due_day,
            copied_from_id: remark.copied_from,
            is_of_peer_reader: remark.observatory_id.is_some(),
            state: remark.state,
            written_at: remark.written_at,
            possible: LIFECYCLE.names(remark.state),
            steps: remark.steps.into_iter().map(RemarkStepOut::from).collect(),
            version: remark.version,
        }
    }
}

/// A round: the review of one submission.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundOut {
    /// 1 for the first round.
    #[schema(format = Int32, minimum = 1)]
    pub number: usize,
    /// Position of the submission that it reviews.
    pub submission: i32,
    pub begun_at: DateTime<Utc>,
    /// Instant at which the review answered.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the review accepted the text; absent while it has not answered.
    pub is_accepted: Option<bool>,
    /// Numbers of the remarks written in it.
    #[schema(max_items = 1000)]
    pub remarks: Vec<i32>,
}

/// The same chapter in the edition before.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LastTimeOut {
    pub deliverable_id: DeliverableId,
    pub period: String,
    /// Remarks left for the next edition.
    #[schema(max_items = 1000)]
    pub carried: Vec<RemarkOut>,
    /// Version of the methodology sheet that applied then.
    pub sheet: Option<i32>,
    /// Working days from the plan to the acceptance.
    pub working_days: Option<i32>,
}

impl From<LastTime> for LastTimeOut {
    fn from(last: LastTime) -> Self {
        Self {
            deliverable_id: last.view.deliverable.id,
            period: last.view.period,
            carried: last.carried.into_iter().map(RemarkOut::from).collect(),
            sheet: last.sheet.map(|sheet| sheet.number),
            working_days: last.working_days,
        }
    }
}

/// The review of a deliverable.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewOut {
    pub deliverable_id: DeliverableId,
    pub ball: BallDto,
    /// Working days of each holder; they add up to `elapsed_working_days`.
    #[schema(max_items = 100)]
    pub held: Vec<HeldOut>,
    pub elapsed_working_days: i32,
    /// Oldest first.
    #[schema(max_items = 1000)]
    pub rounds: Vec<RoundOut>,
    /// By number.
    #[schema(max_items = 1000)]
    pub remarks: Vec<RemarkOut>,
    /// Oldest first.
    #[schema(max_items = 1000)]
    pub peer_readings: Vec<ReadingOut>,
    pub before_acceptance: ChecklistOut,
    pub before_release: ChecklistOut,
    /// Version of the methodology sheet that applies.
    pub sheet: Option<i32>,
    pub last_time: Option<LastTimeOut>,
}

impl From<Review> for ReviewOut {
    fn from(review: Review) -> Self {
        let round = |number: usize, of: &crate::deliverables::model::Submission| RoundOut {
            number,
            submission: of.position,
            begun_at: of.submitted_at,
            ended_at: of.answered_at,
            is_accepted: of.answered_at.map(|_| of.remarks.is_none()),
            remarks: review
                .remarks
                .iter()
                .filter(|remark| remark.submission_id == Some(of.id))
                .map(|remark| remark.number)
                .collect(),
        };
        Self {
            deliverable_id: review.view.deliverable.id,
            rounds: rounds(&review.submissions).iter().map(|one| round(one.number, one.submission)).collect(),
            ball: review.ball.into(),
            held: review.held.into_iter().map(HeldOut::from).collect(),
            elapsed_working_days: review.elapsed,
            remarks: review.remarks.into_iter().map(RemarkOut::from).collect(),
            peer_readings: review.readings.into_iter().map(ReadingOut::from).collect(),
            before_acceptance: review.acceptance.into(),
            before_release: review.release.into(),
            sheet: review.sheet.map(|sheet| sheet.number),
            last_time: review.last_time.map(LastTimeOut::from),
        }
    }
}

/// A chapter of a release.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChapterOut {
    pub deliverable_id: DeliverableId,
    /// Code of the observatory.
    pub observatory: String,
    pub observatory_name: String,
    pub state: DeliverableState,
    pub ball: BallDto,
    pub before_release: ChecklistOut,
}

/// The chapters of a release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChaptersOut {
    #[schema(max_items = 100)]
    pub items: Vec<ChapterOut>,
    /// The deliverable that is furthest back; absent if all are accepted or waived.
    pub blocking: Option<DeliverableId>,
}

impl From<Chapters> for ChaptersOut {
    fn from(chapters: Chapters) -> Self {
        let chapter = |one: ChapterView| ChapterOut {
            deliverable_id: one.view.deliverable.id,
            state: one.view.deliverable.state(),
            observatory: one.view.observatory_code,
            observatory_name: one.view.observatory_name,
            ball: one.ball.into(),
            before_release: one.missing.into(),
        };
        Self { items: chapters.items.into_iter().map(chapter).collect(), blocking: chapters.blocking }
    }
}

/// Changes requested.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestChangesIn {
    /// One more remark; may be absent if a remark is open.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub remarks: Option<String>,
}

/// A new remark.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteRemarkIn {
    /// Part of the text.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub part: Option<String>,
    #[schema(max_length = 4000)]
    pub text: String,
    /// Day by which it is to be answered; five working days of the observatory's territory if absent.
    #[serde(default)]
    pub due_day: Option<Day>,
}

impl From<WriteRemarkIn> for RemarkIn {
    fn from(input: WriteRemarkIn) -> Self {
        Self { part: input.part, text: input.text, due_day: input.due_day.map(NaiveDate::from) }
    }
}

/// Remarks of the edition before to take over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOverIn {
    /// One remark; all that are left if absent.
    #[serde(default)]
    pub remark_id: Option<RemarkId>,
}

/// Remarks that were taken over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TakenOverOut {
    #[schema(max_items = 1000)]
    pub items: Vec<RemarkOut>,
}

/// An answer to a remark.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRemarkIn {
    /// Whether the text was changed as the remark asks.
    pub done: bool,
    /// Account of the change, or the reason against it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub text: Option<String>,
}

impl From<AnswerRemarkIn> for AnswerIn {
    fn from(input: AnswerRemarkIn) -> Self {
        Self { is_done: input.done, text: input.text }
    }
}

/// Reason why an answer is rejected.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectRemarkIn {
    #[schema(max_length = 1000)]
    pub text: String,
}

/// A request to read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskReadingIn {
    /// Code of the observatory that is to read.
    #[schema(max_length = 60)]
    pub observatory: String,
    /// Day by which it is to be delivered; ten working days of the author's territory if absent.
    #[serde(default)]
    pub due_day: Option<Day>,
    /// Points to look at.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

impl From<AskReadingIn> for AskIn {
    fn from(input: AskReadingIn) -> Self {
        Self { observatory: input.observatory, due_day: input.due_day.map(NaiveDate::from), note: input.note }
    }
}

/// The remarks of a peer reading; none if the reader has none.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverReadingIn {
    #[serde(default)]
    #[schema(max_items = 50)]
    pub remarks: Vec<WriteRemarkIn>,
}

impl From<DeliverReadingIn> for DeliverIn {
    fn from(input: DeliverReadingIn) -> Self {
        Self { remarks: input.remarks.into_iter().map(RemarkIn::from).collect() }
    }
}

/// A peer reading.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadingOut {
    pub id: PeerReadingId,
    pub deliverable_id: DeliverableId,
    pub product_name_it: String,
    pub product_name_en: String,
    pub period: String,
    /// Code of the observatory that owes the deliverable.
    pub observatory: String,
    /// Code of the observatory that reads.
    pub reader: String,
    pub reader_name: String,
    pub state: ReadingState,
    pub due_day: NaiveDate,
    pub note: Option<String>,
    pub asked_at: DateTime<Utc>,
    /// Instant at which it was accepted or refused.
    pub answered_at: Option<DateTime<Utc>>,
    /// Instant at which it was delivered or withdrawn.
    pub ended_at: Option<DateTime<Utc>>,
    /// Possible next events.
    #[schema(max_items = 4)]
    pub possible: Vec<&'static str>,
    pub version: i32,
}

impl From<ReadingView> for ReadingOut {
    fn from(view: ReadingView) -> Self {
        let ReadingView { reading, reader_code, reader_name, about } = view;
        Self {
            id: reading.id,
            deliverable_id: reading.deliverable_id,
            product_name_it: about.product_name_it,
            product_name_en: about.product_name_en,
            period: about.period,
            observatory: about.observatory_code,
            reader: reader_code,
            reader_name,
            state: reading.state,
            due_day: reading.due_day,
            note: reading.note,
            asked_at: reading.asked_at,
            answered_at: reading.answered_at,
            ended_at: reading.ended_at,
            possible: READING.names(reading.state),
            version: reading.version,
        }
    }
}

/// The open peer readings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenReadingsOut {
    #[schema(max_items = 1000)]
    pub items: Vec<ReadingOut>,
}
