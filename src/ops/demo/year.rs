//! The year that the demonstration tells, act by act, through the real use cases: whoever reads a page of it reads what the
//! service itself made of it.

use super::cast::{self, Part};
use super::stage::{self, PORTAL, Stage, hour, missing};
use crate::auth::local_path::LocalPath;
use crate::auth::service as auth;
use crate::ctx::{Ctx, Services};
use crate::deliverables::service as deliverables;
use crate::designations::model::{Act, Provenance, Statement, Term};
use crate::designations::service::{self as designations, DesignateIn, Designee, UnavailableIn};
use crate::error::{Error, Result};
use crate::meetings::model::{Slot, Venue};
use crate::meetings::service::{
    self as meetings, AttendanceIn, ItemIn, MeetingIn, NewTask, OutcomeIn, ReleaseChange, ReleaseDecision,
};
use crate::open::Seen;
use crate::portal::fetch::Answer;
use crate::portal::service as portal;
use crate::releases::model::{Reason, When};
use crate::releases::service::{self as releases, PlanIn};
use crate::settings;
use crate::tasks::model::is_open;
use crate::tasks::service::{self as tasks, CompleteIn};
use crate::time::{Frequency, Period};
use chrono::{Datelike, Days, NaiveDate};
use entity::ids::{MeetingId, ReleaseId};
use entity::kinds::{
    ActKind, AgendaItemKind, Channel, MeetingMode, OutcomeKind, Precision, Presence, ReasonCode, UnavailabilityMode,
};
use std::sync::Arc;

const TABLE: &str = "tavolo";
const PRODUCT: &str = "relazione-territoriale";
/// Every territorial observatory with a referent.
const AT_WORK: [&str; 11] =
    ["bergamo", "brescia", "como", "cremona", "lecco", "lodi", "mantova", "milano", "monza-brianza", "pavia", "varese"];
/// The steps of the product: data, draft, final text.
const STEPS: usize = 3;
/// The ladder is climbed from so many days ago; nothing was due before.
const LADDER_FROM: u64 = 35;

/// Tells the year that ends today into an empty network. Everything of the past is over: no mail of it is left to send.
pub(super) async fn tell(real: &Arc<Services>) -> Result<()> {
    let stage = Stage::set(real).await?;
    bodies_designate(&stage).await?;
    let out = first_release(&stage).await?;
    let varese_begins = stage.ago(150)?;
    designate(&stage, &cast::NEW_IN_VARESE, varese_begins, varese_begins, true).await?;
    stage.morning(varese_begins).await?;
    let next = second_release(&stage, out).await?;
    last_weeks(&stage, next).await?;
    settings::set(real.db.writer(), settings::DEMO, super::FILLED, real.clock.now()).await?;
    Ok(())
}

/// A year ago: managers, referents, deputies, direction and partner.
async fn bodies_designate(stage: &Stage) -> Result<()> {
    let begins = stage.ago(362)?;
    for part in cast::MANAGERS.iter().chain(cast::TABLE) {
        designate(stage, part, begins, begins + Days::new(part.communicated_after), false).await?;
    }
    let first_morning = stage.ago(340)?;
    stage.morning(first_morning).await
}

/// The secretariat enters a designation on the day it was communicated.
async fn designate(
    stage: &Stage,
    part: &Part,
    begins: NaiveDate,
    communicated: NaiveDate,
    replaces_holder: bool,
) -> Result<()> {
    let entered = communicated.min(stage.today - Days::new(1));
    stage.at(entered, hour(11));
    announce(stage, part, begins, entered, replaces_holder).await?;
    stage.post().await
}

async fn announce(
    stage: &Stage,
    part: &Part,
    begins: NaiveDate,
    communicated: NaiveDate,
    replaces_holder: bool,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let is_expiring = part.seat == cast::EXPIRING;
    let dated = begins.min(communicated) - Days::new(9);
    let statement = Statement {
        term: Term { from: begins, to: is_expiring.then(|| stage.today + Days::new(45)) },
        act: Act {
            kind: ActKind::Decree,
            number: format!("{}/{}", 20 + dated.ordinal(), dated.year()),
            date: dated,
            organ: part.organ().to_owned(),
            subject: part.subject().to_owned(),
        },
        provenance: Provenance {
            channel: Channel::Pec,
            communicated_on: communicated,
            protocol_number: Some(format!("{:07}/{}", 1200 + 37 * communicated.ordinal(), communicated.year())),
            protocol_date: Some(communicated),
            receipt: None,
            document_id: None,
        },
        organisation: part.seat.starts_with("partner:").then(|| cast::ORGANISATION.to_owned()),
    };
    let input =
        DesignateIn { seat: part.seat.to_owned(), person: Designee::New(part.person()), statement, replaces_holder };
    secretariat.write(async |txn| designations::designate(&secretariat, txn, input).await).await?;
    Ok(())
}

/// Last year's report: decided by the table, written by eleven observatories, out on its day. Returns its period.
async fn first_release(stage: &Stage) -> Result<Period> {
    let day = stage.ago(262)?;
    // Two years back, so that the report that follows it speaks of a year that is over too.
    let period = year(day.year() - 2)?;
    stage.at(stage.ago(338)?, hour(10));
    let release = plan(stage, period, When::of(Precision::Month, day, None)?).await?;
    let meeting = convene(
        stage,
        &Convening {
            convened: stage.ago(336)?,
            held: stage.ago(315)?,
            title: "Avvio del tavolo e data della Relazione territoriale",
            points: &[
                (AgendaItemKind::Information, "Referenti designati dagli enti", None),
                (AgendaItemKind::Decision, "Data di uscita della Relazione territoriale", Some(release)),
            ],
        },
    )
    .await?;
    hold(stage, meeting, stage.ago(315)?, &["provincia-sondrio", "provincia-lodi"]).await?;
    decide(stage, meeting, release, day).await?;
    note(
        stage,
        meeting,
        OutcomeKind::Information,
        "Undici enti su dodici hanno designato il referente; Sondrio provvede.",
    )
    .await?;
    close(stage, meeting).await?;

    for (step, ago) in [290, 276, 268].into_iter().enumerate() {
        stage.at(stage.ago(ago)?, hour(15));
        for observatory in AT_WORK {
            work(stage, release, observatory, step + 1).await?;
        }
    }
    stage.at(stage.ago(265)?, hour(16));
    for observatory in AT_WORK {
        approve(stage, release, observatory).await?;
    }
    waive(stage, release, "sondrio", "Nessun referente designato: il capitolo non è stato scritto.").await?;
    stage.at(day, hour(10));
    stage.run("publish").await?;
    appear(stage, release, period).await?;
    stage.post().await?;
    Ok(period)
}

/// The pages of last year's report: ten seen where they were declared, Lodi's accepted and never put online.
async fn appear(stage: &Stage, release: ReleaseId, period: Period) -> Result<()> {
    for observatory in AT_WORK.into_iter().filter(|one| *one != "lodi") {
        let referent = stage.holder(&format!("referent:{observatory}")).await?;
        let system = stage.system();
        let view = stage.deliverable(release, observatory).await?;
        let id = view.deliverable.id;
        let address = format!("https://{PORTAL}/relazioni/{period}/{observatory}");
        referent.write(async |txn| portal::declare(&referent, txn, id, 0, &address).await).await?;
        let title = format!("<title>{}, {period}: {}</title>", view.product_name_it, view.observatory_name);
        let answer = Answer {
            status: 200,
            media_type: "text/html; charset=utf-8".to_owned(),
            body: title.into_bytes(),
            address: address.clone(),
        };
        portal::keep_answer(&system, id, answer).await?;
    }
    Ok(())
}

/// This year's report: decided, then moved because the data come late; the one after it has a first, provisional date.
async fn second_release(stage: &Stage, last: Period) -> Result<ReleaseId> {
    let period = last.next().ok_or_else(|| missing("period"))?;
    stage.at(stage.ago(120)?, hour(10));
    let release = plan(stage, period, When::of(Precision::Month, stage.ahead(17)?, None)?).await?;
    let held = stage.ago(75)?;
    let meeting = convene(
        stage,
        &Convening {
            convened: stage.ago(98)?,
            held,
            title: "Calendario dei rilasci e qualità dei dati",
            points: &[
                (AgendaItemKind::Decision, "Data di uscita della prossima Relazione territoriale", Some(release)),
                (AgendaItemKind::Discussion, "Qualità delle comunicazioni obbligatorie", None),
            ],
        },
    )
    .await?;
    hold(stage, meeting, held, &["provincia-pavia"]).await?;
    decide(stage, meeting, release, stage.ahead(17)?).await?;
    let asked = [
        ("referent:cremona", "Verifica delle comunicazioni obbligatorie tardive", stage.ago(12)?),
        ("referent:bergamo", "Proposta di indice comune delle relazioni", stage.ahead(6)?),
        ("direction:regione-lombardia", "Parere sull'indice comune delle relazioni", stage.ahead(20)?),
    ];
    for (seat, title, due_day) in asked {
        ask(stage, meeting, seat, title, due_day).await?;
    }
    note(
        stage,
        meeting,
        OutcomeKind::Problem,
        "Le comunicazioni obbligatorie del quarto trimestre arrivano in ritardo.",
    )
    .await?;
    stage.at(stage.ago(60)?, hour(10));
    let after = period.next().ok_or_else(|| missing("period"))?;
    plan(stage, after, When::of(Precision::TwoMonths, stage.ahead(390)?, None)?).await?;
    stage.post().await?;
    Ok(release)
}

/// The last five weeks, morning by morning, and what people did meanwhile.
async fn last_weeks(stage: &Stage, release: ReleaseId) -> Result<()> {
    let mut lived = stage.ago(LADDER_FROM)?;
    for (ago, scene) in SCENES {
        let day = stage.ago(*ago)?;
        stage.live(lived, day).await?;
        lived = lived.max(day + Days::new(1));
        stage.at(day, hour(11));
        play(stage, release, day, *scene).await?;
        stage.post().await?;
    }
    stage.live(lived, stage.today - Days::new(1)).await
}

/// What happens on one of the last days.
#[derive(Clone, Copy)]
enum Scene {
    ReleaseMoves,
    SondrioIsAskedAgain,
    BergamoBegins,
    DataAreReady,
    ComoAnnouncesANewReferent,
    TableIsConvened,
    TextsAreDelivered,
    ReviewAnswers,
    LeccoIsAway,
    MailboxIsGone,
}

/// Days ago, the earliest first.
const SCENES: &[(u64, Scene)] = &[
    (33, Scene::ReleaseMoves),
    (30, Scene::SondrioIsAskedAgain),
    (20, Scene::BergamoBegins),
    (12, Scene::DataAreReady),
    (10, Scene::ComoAnnouncesANewReferent),
    (8, Scene::TableIsConvened),
    (6, Scene::TextsAreDelivered),
    (4, Scene::ReviewAnswers),
    (3, Scene::LeccoIsAway),
    (2, Scene::MailboxIsGone),
];

async fn play(stage: &Stage, release: ReleaseId, day: NaiveDate, scene: Scene) -> Result<()> {
    match scene {
        Scene::ReleaseMoves => move_release(stage, release).await,
        Scene::SondrioIsAskedAgain => {
            let secretariat = stage.secretariat().await?;
            secretariat
                .write(async |txn| designations::request_designation(&secretariat, txn, "referent:sondrio").await)
                .await
        }
        Scene::BergamoBegins => begin(stage, release, "bergamo").await,
        Scene::DataAreReady => {
            for observatory in ["brescia", "milano", "mantova", "pavia", "varese"] {
                work(stage, release, observatory, 1).await?;
            }
            begin(stage, release, "lodi").await
        }
        Scene::ComoAnnouncesANewReferent => announce(stage, &cast::NEXT_IN_COMO, stage.ahead(20)?, day, true).await,
        Scene::TableIsConvened => prepare_meetings(stage, release, day).await,
        Scene::TextsAreDelivered => {
            for observatory in ["brescia", "milano", "mantova"] {
                work(stage, release, observatory, STEPS).await?;
            }
            block(stage, release, "como", "Mancano i dati INPS del quarto trimestre.").await
        }
        Scene::ReviewAnswers => {
            approve(stage, release, "brescia").await?;
            send_back(
                stage,
                release,
                "mantova",
                "Manca il confronto con l'anno precedente nel capitolo sui contratti.",
            )
            .await?;
            work(stage, release, "bergamo", 1).await
        }
        Scene::LeccoIsAway => go_away(stage, day).await,
        Scene::MailboxIsGone => {
            let visitor = stage.visitor();
            visitor
                .write(async |txn| {
                    auth::request_link(&visitor, txn, cast::GONE_MAILBOX, &LocalPath::or_home("/")).await
                })
                .await?;
            stage.post_in_vain().await
        }
    }
}

async fn move_release(stage: &Stage, release: ReleaseId) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let text = "Le comunicazioni obbligatorie arrivano una settimana più tardi del previsto.".to_owned();
    let input = releases::MoveIn {
        day: stage.ahead(24)?,
        hour: None,
        reason: Reason { code: ReasonCode::SourceLate, text },
        despite_non_working: None,
    };
    secretariat
        .write(async |txn| releases::move_to(&secretariat, txn, release, Seen::AsItStands, input, None).await)
        .await?;
    Ok(())
}

/// The next meeting is convened, the one after it is a draft.
async fn prepare_meetings(stage: &Stage, release: ReleaseId, day: NaiveDate) -> Result<()> {
    convene(
        stage,
        &Convening {
            convened: day,
            held: stage.ahead(15)?,
            title: "Verifica della Relazione territoriale prima dell'uscita",
            points: &[
                (AgendaItemKind::Information, "Stato dei capitoli", Some(release)),
                (AgendaItemKind::Decision, "Indice comune delle relazioni", None),
            ],
        },
    )
    .await?;
    draft(stage, "Programma di lavoro del prossimo anno", stage.ahead(60)?).await?;
    Ok(())
}

/// The referent of Lecco is away today; there is no deputy.
async fn go_away(stage: &Stage, day: NaiveDate) -> Result<()> {
    let referent = stage.holder("referent:lecco").await?;
    let designation = stage.designation("referent:lecco").await?;
    let absence = UnavailableIn {
        from: day,
        to: stage.ahead(10)?,
        mode: UnavailabilityMode::ReassignAll,
        note: Some("Assenza programmata".to_owned()),
    };
    referent
        .write(async |txn| designations::declare_unavailable(&referent, txn, designation.id, absence).await)
        .await?;
    Ok(())
}

/// The year as a period of reference.
fn year(year: i32) -> Result<Period> {
    Period::new(Frequency::Year, year, 1).map_err(|error| Error::Internal(error.to_string()))
}

async fn plan(stage: &Stage, period: Period, when: When) -> Result<ReleaseId> {
    let secretariat = stage.secretariat().await?;
    let input = PlanIn { product: PRODUCT.to_owned(), observatory: None, period, when };
    let planned = secretariat.write(async |txn| releases::plan(&secretariat, txn, input).await).await?;
    Ok(planned.release.id)
}

/// A meeting to be convened.
struct Convening<'a> {
    convened: NaiveDate,
    held: NaiveDate,
    title: &'a str,
    points: &'a [(AgendaItemKind, &'a str, Option<ReleaseId>)],
}

async fn draft(stage: &Stage, title: &str, day: NaiveDate) -> Result<MeetingId> {
    let secretariat = stage.secretariat().await?;
    let input = MeetingIn {
        table: TABLE.to_owned(),
        title: title.to_owned(),
        slot: Slot { day, starts: hour(10), ends: hour(12) },
        venue: Venue {
            mode: MeetingMode::Mixed,
            place: Some("Palazzo Lombardia, Sala 5, Milano".to_owned()),
            remote_url: Some(format!("https://riunioni.{}/tavolo", cast::DOMAIN)),
        },
    };
    let draft = secretariat.write(async |txn| meetings::create(&secretariat, txn, input).await).await?;
    Ok(draft.id)
}

async fn convene(stage: &Stage, convening: &Convening<'_>) -> Result<MeetingId> {
    stage.at(convening.convened, hour(12));
    let id = draft(stage, convening.title, convening.held).await?;
    let secretariat = stage.secretariat().await?;
    secretariat
        .write(async |txn| {
            for (kind, title, release_id) in convening.points {
                let item =
                    ItemIn { kind: *kind, title: (*title).to_owned(), release_id: *release_id, minutes: Some(40) };
                meetings::add_item(&secretariat, txn, id, Seen::AsItStands, item).await?;
            }
            Ok(())
        })
        .await?;
    let version = version_of(&secretariat, id).await?;
    secretariat.write(async |txn| meetings::convene(&secretariat, txn, id, version, None).await).await?;
    stage.post().await?;
    Ok(id)
}

async fn version_of(ctx: &Ctx, id: MeetingId) -> Result<i32> {
    Ok(meetings::show(ctx, id).await?.meeting.version)
}

/// The meeting takes place; these parties are excused, all others there, one of them by delegate.
async fn hold(stage: &Stage, id: MeetingId, day: NaiveDate, excused: &[&str]) -> Result<()> {
    stage.at(day, hour(13));
    let secretariat = stage.secretariat().await?;
    let presences = meetings::show(&secretariat, id).await?.presences;
    let attendances = presences.into_iter().map(|one| one.party).map(|party| {
        let (presence, delegate) = match party.code.as_str() {
            code if excused.contains(&code) => (Presence::Excused, None),
            "provincia-como" => (Presence::ByDelegate, Some("Olga Baradelli".to_owned())),
            _ => (Presence::Present, None),
        };
        AttendanceIn { body: party.code, presence, delegate }
    });
    let attendances: Vec<AttendanceIn> = attendances.collect();
    let version = version_of(&secretariat, id).await?;
    secretariat.write(async |txn| meetings::hold(&secretariat, txn, id, version, attendances).await).await?;
    Ok(())
}

async fn close(stage: &Stage, id: MeetingId) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let version = version_of(&secretariat, id).await?;
    secretariat.write(async |txn| meetings::close(&secretariat, txn, id, version, None).await).await?;
    Ok(())
}

/// The table gives the release its date.
async fn decide(stage: &Stage, meeting: MeetingId, release: ReleaseId, day: NaiveDate) -> Result<()> {
    let decision = ReleaseDecision {
        release_id: release,
        change: ReleaseChange::Confirm,
        day,
        hour: None,
        despite_non_working: None,
    };
    let text = format!("La Relazione territoriale esce il {} alle ore 10.", day.format("%d.%m.%Y"));
    conclude(stage, meeting, OutcomeKind::Decision, text, Some(decision), None).await
}

async fn ask(stage: &Stage, meeting: MeetingId, seat: &str, title: &str, due_day: NaiveDate) -> Result<()> {
    let task = NewTask { seat: seat.to_owned(), title: title.to_owned(), due_day, estimated_minutes: 90 };
    conclude(stage, meeting, OutcomeKind::Task, title.to_owned(), None, Some(task)).await
}

async fn note(stage: &Stage, meeting: MeetingId, kind: OutcomeKind, text: &str) -> Result<()> {
    conclude(stage, meeting, kind, text.to_owned(), None, None).await
}

async fn conclude(
    stage: &Stage,
    meeting: MeetingId,
    kind: OutcomeKind,
    text: String,
    release: Option<ReleaseDecision>,
    task: Option<NewTask>,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let input = OutcomeIn { kind, text, agenda_item_id: None, release, task };
    secretariat
        .write(async |txn| meetings::record_outcome(&secretariat, txn, meeting, Seen::AsItStands, input).await)
        .await?;
    Ok(())
}

/// The referent begins with the first step.
async fn begin(stage: &Stage, release: ReleaseId, observatory: &str) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let steps = stage.steps(release, observatory).await?;
    let first = steps.first().ok_or_else(|| missing("step"))?;
    referent.write(async |txn| tasks::start(&referent, txn, first.id, first.version).await).await?;
    Ok(())
}

/// The referent finishes the first so many steps; with the last one the text is handed in.
async fn work(stage: &Stage, release: ReleaseId, observatory: &str, steps: usize) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let period = stage.deliverable(release, observatory).await?.period;
    for step in stage.steps(release, observatory).await?.into_iter().take(steps).filter(|step| is_open(step.state())) {
        let input = CompleteIn { note: None, link: Some(stage::document(observatory, &period)) };
        referent.write(async |txn| tasks::complete(&referent, txn, step.id, step.version, input).await).await?;
    }
    Ok(())
}

async fn approve(stage: &Stage, release: ReleaseId, observatory: &str) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat.write(async |txn| deliverables::approve(&secretariat, txn, known.id, known.version).await).await?;
    Ok(())
}

async fn send_back(stage: &Stage, release: ReleaseId, observatory: &str, remarks: &str) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat
        .write(async |txn| deliverables::request_changes(&secretariat, txn, known.id, known.version, remarks).await)
        .await?;
    Ok(())
}

async fn block(stage: &Stage, release: ReleaseId, observatory: &str, reason: &str) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    referent.write(async |txn| deliverables::block(&referent, txn, known.id, known.version, reason).await).await?;
    Ok(())
}

async fn waive(stage: &Stage, release: ReleaseId, observatory: &str, reason: &str) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat
        .write(async |txn| deliverables::waive(&secretariat, txn, known.id, known.version, reason).await)
        .await?;
    Ok(())
}
