//! Timeline of the demonstration: a year that ends today, made with the actions of each slice (`acts/`), so that every
//! page shows data written by real use cases.

use super::acts::designations::{announce, designate, leave_lecco, request};
use super::acts::meetings::{Convening, ask, close, convene, decide, draft, hold, note};
use super::acts::releases::{REPORT, move_to, plan, year};
use super::acts::tasks::{accept, begin, give, give_next, keep_template, propose_day, refuse, will_be_late, work};
use super::acts::{auth, deliverables, portal, reviews, sources, studies};
use super::agenda::Agenda;
use super::cast::{self, AT_WORK};
use super::stage::{Stage, hour, missing};
use crate::ctx::Services;
use crate::error::Result;
use crate::releases::model::When;
use crate::settings;
use crate::time::Period;
use chrono::{Datelike, Days, NaiveDate};
use entity::ids::ReleaseId;
use entity::kinds::{AgendaItemKind, OutcomeKind, Precision, ReasonCode};
use std::sync::Arc;

/// The steps of the product: data, draft, final text.
const STEPS: usize = 3;
/// Days before today from which mornings are played. No task is due before.
const LADDER_FROM: u64 = 35;

/// Writes the year that ends today into an empty network. All its past mails have been sent at the end.
pub(super) async fn tell(real: &Arc<Services>) -> Result<()> {
    let stage = Stage::set(real).await?;
    bodies_designate(&stage).await?;
    let (mut agenda, out) = first_release(&stage).await?;
    let varese_begins = stage.ago(150)?;
    agenda.until(&stage, varese_begins).await?;
    designate(&stage, &cast::NEW_IN_VARESE, varese_begins, varese_begins, true).await?;
    stage.morning(varese_begins).await?;
    let next = second_release(&stage, &mut agenda, out).await?;
    last_weeks(&stage, &mut agenda, next).await?;
    settings::set(real.db.writer(), settings::DEMO, super::FILLED, real.clock.now()).await?;
    Ok(())
}

/// A year ago: managers, referents, deputies, direction and partner are designated.
async fn bodies_designate(stage: &Stage) -> Result<()> {
    let begins = stage.ago(362)?;
    for part in cast::MANAGERS.iter().chain(cast::TABLE) {
        designate(stage, part, begins, begins + Days::new(part.communicated_after), false).await?;
    }
    let first_morning = stage.ago(340)?;
    stage.morning(first_morning).await
}

/// Last year's report: decided by the table, written by eleven observatories, published on its day. Returns the agenda
/// of the other products, which is planned after the first meeting is convened, and the report's period.
async fn first_release(stage: &Stage) -> Result<(Agenda, Period)> {
    let day = stage.ago(262)?;
    // Two years back, so that the next report covers a finished year too.
    let period = year(day.year() - 2)?;
    stage.at(stage.ago(338)?, hour(10));
    let release = plan(stage, REPORT, None, period, When::of(Precision::Month, day, None)?).await?;
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
    let mut agenda = Agenda::plan(stage).await?;
    agenda.until(stage, stage.ago(315)?).await?;
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
        agenda.until(stage, stage.ago(ago)?).await?;
        stage.at(stage.ago(ago)?, hour(15));
        for observatory in AT_WORK {
            work(stage, release, observatory, step + 1).await?;
        }
    }
    stage.post().await?;
    agenda.until(stage, stage.ago(265)?).await?;
    stage.at(stage.ago(265)?, hour(16));
    let left = "Confrontare le assunzioni con quelle delle province vicine.";
    let left = reviews::remark(stage, release, "mantova", "Capitolo 2", left).await?;
    reviews::carry(stage, left).await?;
    for observatory in AT_WORK {
        deliverables::approve(stage, release, observatory).await?;
    }
    deliverables::waive(stage, release, "sondrio", "Nessun referente designato: il capitolo non è stato scritto.")
        .await?;
    stage.post().await?;
    agenda.until(stage, day - Days::new(1)).await?;
    stage.at(day, hour(10));
    stage.run("publish").await?;
    // Lodi's text is approved and never put online.
    portal::appear(stage, release, REPORT, period, AT_WORK.into_iter().filter(|one| *one != "lodi")).await?;
    stage.post().await?;
    Ok((agenda, period))
}

/// This year's report: decided, then moved because the data are late. The report after it gets a first, provisional
/// date.
async fn second_release(stage: &Stage, agenda: &mut Agenda, last: Period) -> Result<ReleaseId> {
    let period = last.next().ok_or_else(|| missing("period"))?;
    agenda.until(stage, stage.ago(121)?).await?;
    stage.at(stage.ago(120)?, hour(10));
    let release = plan(stage, REPORT, None, period, When::of(Precision::Month, stage.ahead(17)?, None)?).await?;
    let held = stage.ago(75)?;
    agenda.until(stage, stage.ago(98)?).await?;
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
    agenda.until(stage, held).await?;
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
    stage.post().await?;
    agenda.until(stage, stage.ago(61)?).await?;
    stage.at(stage.ago(60)?, hour(10));
    let after = period.next().ok_or_else(|| missing("period"))?;
    plan(stage, REPORT, None, after, When::of(Precision::TwoMonths, stage.ahead(390)?, None)?).await?;
    stage.post().await?;
    Ok(release)
}

/// The last five weeks: each morning, and the actions of people in between.
async fn last_weeks(stage: &Stage, agenda: &mut Agenda, release: ReleaseId) -> Result<()> {
    let mut lived = stage.ago(LADDER_FROM)?;
    agenda.until(stage, lived - Days::new(1)).await?;
    for (ago, scene) in SCENES {
        let day = stage.ago(*ago)?;
        live_until(stage, agenda, &mut lived, day).await?;
        stage.at(day, hour(13));
        play(stage, release, day, *scene).await?;
        stage.post().await?;
    }
    live_until(stage, agenda, &mut lived, stage.today - Days::new(1)).await
}

/// Plays the mornings from the first day that was not played to another, and the agenda in between.
async fn live_until(stage: &Stage, agenda: &mut Agenda, lived: &mut NaiveDate, upto: NaiveDate) -> Result<()> {
    while let Some(day) = agenda.next_day().filter(|day| *day <= upto) {
        stage.live(*lived, day).await?;
        *lived = (*lived).max(day + Days::new(1));
        agenda.until(stage, day).await?;
    }
    stage.live(*lived, upto).await?;
    *lived = (*lived).max(upto + Days::new(1));
    Ok(())
}

/// Events of the last weeks.
#[derive(Clone, Copy)]
enum Scene {
    ReleaseMoves,
    SondrioIsAskedAgain,
    SourcesAreFollowed,
    BergamoDeclaresAStudy,
    BergamoBegins,
    DataAreReady,
    ComoAnnouncesANewReferent,
    TaskIsGiven,
    TableIsConvened,
    TaskIsAnswered,
    TextsAreDelivered,
    ReviewAnswers,
    SourceMoves,
    LeccoIsAway,
    MailboxIsGone,
}

/// Days ago, the earliest first.
const SCENES: &[(u64, Scene)] = &[
    (33, Scene::ReleaseMoves),
    (30, Scene::SondrioIsAskedAgain),
    (27, Scene::SourcesAreFollowed),
    (24, Scene::BergamoDeclaresAStudy),
    (20, Scene::BergamoBegins),
    (12, Scene::DataAreReady),
    (10, Scene::ComoAnnouncesANewReferent),
    (9, Scene::TaskIsGiven),
    (8, Scene::TableIsConvened),
    (7, Scene::TaskIsAnswered),
    (6, Scene::TextsAreDelivered),
    (4, Scene::ReviewAnswers),
    (4, Scene::SourceMoves),
    (3, Scene::LeccoIsAway),
    (2, Scene::MailboxIsGone),
];

async fn play(stage: &Stage, release: ReleaseId, day: NaiveDate, scene: Scene) -> Result<()> {
    match scene {
        Scene::ReleaseMoves => {
            let why = "Le comunicazioni obbligatorie arrivano una settimana più tardi del previsto.";
            move_to(stage, release, stage.ahead(24)?, ReasonCode::SourceLate, why).await
        }
        Scene::SondrioIsAskedAgain => request(stage, "referent:sondrio").await,
        Scene::SourcesAreFollowed => sources::follow(stage).await,
        Scene::BergamoDeclaresAStudy => studies::declare(stage).await,
        Scene::SourceMoves => sources::move_next(stage).await,
        Scene::BergamoBegins => begin(stage, release, "bergamo").await,
        Scene::DataAreReady => {
            for observatory in ["brescia", "milano", "mantova", "pavia", "varese"] {
                work(stage, release, observatory, 1).await?;
            }
            begin(stage, release, "lodi").await
        }
        Scene::ComoAnnouncesANewReferent => announce(stage, &cast::NEXT_IN_COMO, stage.ahead(20)?, day, true).await,
        Scene::TaskIsGiven => {
            give(stage, AT_WORK, "Elenco di chi scrive i capitoli, con l’ufficio", stage.ahead(8)?).await?;
            keep_template(stage).await?;
            give_next(stage, "brescia", "Numeri di telefono per i giornalisti", stage.ahead(14)?).await
        }
        Scene::TaskIsAnswered => {
            accept(stage, "bergamo").await?;
            refuse(stage, "pavia", "I capitoli li scrive l’Università, che manda l’elenco da sé.").await?;
            will_be_late(stage, release, "lodi", "L’estrazione dei dati aspetta il nuovo accesso alla piattaforma.")
                .await?;
            propose_day(stage, release, "cremona", "Il collega che scrive il capitolo rientra dopo la scadenza.").await
        }
        Scene::TableIsConvened => prepare_meetings(stage, release, day).await,
        Scene::TextsAreDelivered => {
            for observatory in ["brescia", "milano", "mantova"] {
                work(stage, release, observatory, STEPS).await?;
            }
            deliverables::block(stage, release, "como", "Mancano i dati INPS del quarto trimestre.").await
        }
        Scene::ReviewAnswers => {
            deliverables::approve(stage, release, "brescia").await?;
            let found = ("Capitolo 4", "I dati sui tirocini sono quelli del 2024: verificare.");
            reviews::read(stage, release, ("milano", "varese"), stage.ahead(5)?, found).await?;
            let asked = "Citare la fonte della tavola 7.";
            let asked = reviews::remark(stage, release, "mantova", "Tavola 7", asked).await?;
            deliverables::send_back(
                stage,
                release,
                "mantova",
                "Manca il confronto con l'anno precedente nel capitolo sui contratti.",
            )
            .await?;
            reviews::answer(stage, "mantova", asked, "La fonte è nella nota alla tavola.").await?;
            work(stage, release, "bergamo", 1).await
        }
        Scene::LeccoIsAway => leave_lecco(stage, day).await,
        Scene::MailboxIsGone => auth::ask_in_vain(stage, cast::GONE_MAILBOX).await,
    }
}

/// Convenes the next meeting and prepares a draft of the one after it.
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
