//! Contributions of the observatories to the releases, the tasks of their steps, and their pages on the portal.

use super::agenda::{Agenda, Product, Release};
use super::{Network, Place, Seed};
use chrono::{Days, NaiveDate};
use entity::ids::{DeliverableId, PublicationId, TaskId};
use entity::kinds::{DeliverableState, PublicationState, ReleaseState, TaskOrigin, TaskState};
use entity::{deliverable, product_step as step, publication, task};

const REASON: &str = "Mancano i dati del terzo trimestre.";

pub async fn fill(seed: &Seed<'_>, network: &Network, agenda: &Agenda) -> Vec<TaskId> {
    let (mut deliverables, mut tasks) = (Vec::new(), Vec::new());
    let with_work = [ReleaseState::Confirmed, ReleaseState::Published];
    for release in agenda.releases.iter().filter(|release| with_work.contains(&release.row.state)) {
        let product = &agenda.products[release.product];
        for place in network.0.iter().filter(|place| product.observatory.is_none_or(|one| one == place.observatory)) {
            let owed = contribution(seed, release, place, deliverables.len());
            if release.row.state == ReleaseState::Confirmed {
                tasks.extend(steps(seed, release, product, place, &owed));
            }
            deliverables.push(owed);
        }
    }
    let ids = tasks.iter().map(|task| task.id).collect();
    let verified = deliverables.iter().filter(|owed| owed.state == DeliverableState::Verified);
    let publications = verified.map(|owed| publication(seed, owed)).collect();
    seed.insert::<deliverable::Entity>(deliverables).await;
    seed.insert::<publication::Entity>(publications).await;
    seed.insert::<task::Entity>(tasks).await;
    ids
}

pub(super) fn contribution(seed: &Seed<'_>, release: &Release, place: &Place, number: usize) -> deliverable::Model {
    use DeliverableState::{Approved, Blocked, InProgress, Planned, Submitted, Verified, Waived};
    let state = match (release.row.state, number % 6) {
        (ReleaseState::Published, _) => Verified,
        (_, 0) => Planned,
        (_, 1) => InProgress,
        (_, 2) => Submitted,
        (_, 3) => Approved,
        (_, 4) => Blocked,
        _ => Waived,
    };
    let due = release.row.day - Days::new(7);
    let written = seed.today - Days::new(30);
    deliverable::Model {
        id: seed.id::<DeliverableId>(written),
        release_id: release.row.id,
        observatory_id: place.observatory,
        state,
        resume_state: (state == Blocked).then_some(InProgress),
        reason: matches!(state, Blocked | Waived).then(|| REASON.to_owned()),
        due_day: due,
        hand_set_day: number.is_multiple_of(13).then(|| due + Days::new(2)),
        version: 1,
        created_at: seed.past(written),
        updated_at: seed.past(written),
    }
}

/// Makes the verified page of a contribution. It is not checked again, so that the service fetches nothing while it is
/// measured.
fn publication(seed: &Seed<'_>, owed: &deliverable::Model) -> publication::Model {
    let seen = seed.past(owed.due_day + Days::new(8));
    publication::Model {
        id: seed.id::<PublicationId>(owed.due_day),
        deliverable_id: owed.id,
        state: PublicationState::Verified,
        address: Some(format!("https://portale.example/pagine/{}", owed.id)),
        declared_at: Some(seen),
        declared_by: None,
        first_seen_at: Some(seen),
        verified_at: Some(seen),
        last_checked_at: Some(seen),
        next_look_at: None,
        failed_looks: 0,
        failure: None,
        version: 1,
        created_at: seen,
        updated_at: seen,
    }
}

/// Returns the states of the three tasks of a contribution.
const fn states(of: DeliverableState) -> [TaskState; 3] {
    match of {
        DeliverableState::Planned => [TaskState::Open; 3],
        DeliverableState::InProgress => [TaskState::Done, TaskState::InProgress, TaskState::Open],
        DeliverableState::Blocked => [TaskState::Done, TaskState::Blocked, TaskState::Open],
        DeliverableState::Waived => [TaskState::Cancelled; 3],
        _ => [TaskState::Done; 3],
    }
}

fn steps<'a>(
    seed: &'a Seed<'_>,
    release: &'a Release,
    product: &'a Product,
    place: &'a Place,
    owed: &'a deliverable::Model,
) -> impl Iterator<Item = task::Model> + 'a {
    let days_before = [21, 7, 0].map(|days| owed.due_day - Days::new(days));
    product.steps.iter().zip(states(owed.state)).zip(days_before).map(move |((step, state), due)| task::Model {
        release_id: Some(release.row.id),
        deliverable_id: Some(owed.id),
        followed_day: owed.hand_set_day.filter(|_| due == owed.due_day),
        title_it: format!("{} – {}", step.name_it, product.row.name_it),
        title_en: format!("{} – {}", step.name_en, product.row.name_en),
        ..task(seed, step, place, due, state)
    })
}

pub(super) fn task(
    seed: &Seed<'_>,
    step: &step::Model,
    place: &Place,
    due: NaiveDate,
    state: TaskState,
) -> task::Model {
    let written = seed.today - Days::new(30);
    task::Model {
        id: seed.id::<TaskId>(written),
        seat_id: place.referent,
        release_id: None,
        deliverable_id: None,
        step_id: Some(step.id),
        outcome_id: None,
        origin: TaskOrigin::Step,
        title_it: String::new(),
        title_en: String::new(),
        due_day: due,
        hand_set_day: None,
        followed_day: None,
        estimated_minutes: step.estimated_minutes,
        state,
        resume_state: (state == TaskState::Blocked).then_some(TaskState::Open),
        reason: matches!(state, TaskState::Blocked | TaskState::Cancelled).then(|| REASON.to_owned()),
        note: None,
        text: None,
        told_with: None,
        done_at: (state == TaskState::Done).then(|| seed.past(written)),
        version: 1,
        created_at: seed.past(written),
        updated_at: seed.past(written),
    }
}
