//! Lists show exactly the records that the policy lets the caller view. The scope of a caller is an SQL condition and
//! the policy a function; this test compares them for callers with random seats, on the rows of a network in use.

use crate::both_engines;
use crate::support::app::SECRETARIAT;
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::source;
use crate::support::world::World;
use entity::ids::{DesignationId, PersonId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raccordo::auth::actor::{Actor, HeldSeat, Identity, Scope};
use raccordo::ctx::Ctx;
use raccordo::deliverables::service::DeliverableFilter;
use raccordo::deliverables::view::DeliverableView;
use raccordo::designations::model::Seat;
use raccordo::designations::questions::AllSeats;
use raccordo::designations::service::RegisterFilter;
use raccordo::designations::view::Designation as Registered;
use raccordo::meetings::service::MeetingFilter;
use raccordo::meetings::view::MeetingWithGuests;
use raccordo::open::{Guarded, Scoped};
use raccordo::reviews::service::{self as reviews, FoundReading};
use raccordo::tasks::model::Task;
use raccordo::tasks::service::TaskFilter;
use raccordo::{deliverables, designations, meetings, tasks};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use uuid::Uuid;

both_engines! {
    a_thing_is_listed_exactly_when_the_policy_lets_it_be_viewed,
}

const CALLERS: usize = 200;
const MOST: u64 = 1_000;

/// Generates callers who hold up to three of the seats, as a known person or a stranger, with a key of either scope.
fn actors(seats: Vec<Arc<Seat>>, people: Vec<PersonId>) -> impl Strategy<Value = Actor> {
    let held = prop::collection::vec(prop::sample::select(seats), 0..4);
    (held, prop::sample::select(people), any::<bool>()).prop_map(|(seats, id, reads_only)| Actor {
        identity: Identity::Person { id, name: "A person".to_owned() },
        seats: seats.iter().map(|seat| held_seat(seat)).collect(),
        scope: if reads_only { Scope::ReadOnly } else { Scope::Full },
    })
}

fn held_seat(seat: &Seat) -> HeldSeat {
    HeldSeat {
        designation_id: DesignationId(Uuid::nil()),
        seat_id: seat.id,
        kind: seat.kind,
        body_id: seat.body_id,
        observatory_id: seat.observatory_id,
    }
}

/// Asserts that each record is in the list exactly when the policy lets the caller view it.
fn hold_list_against_policy<T: Guarded, Id: PartialEq + Debug>(actor: &Actor, things: &[(Id, T)], shown: &[Id]) {
    for (id, thing) in things {
        assert_eq!(shown.contains(id), thing.may(actor, T::VIEW), "{id:?} for {actor:?}");
    }
}

/// Reads the records with these ids as the service itself.
async fn things<T: Scoped<Id: Copy>>(ctx: &Ctx, ids: &[T::Id]) -> Vec<(T::Id, T)> {
    let everything = T::visibility(&Actor::system("a test")).expect("the service sees everything");
    let mut things = Vec::new();
    for id in ids {
        things.push((*id, T::find(ctx, ctx.reader(), &everything, *id).await.expect("readable").expect("there")));
    }
    things
}

async fn a_thing_is_listed_exactly_when_the_policy_lets_it_be_viewed(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let partner = Designation::of("partner:bergamo").to("Pia", "Neri").with("organisation", "Università di Bergamo");
    let partner = secretariat.post("/api/v1/designations").json(partner.json()).send().await.expect(201);
    let convened = format!("/api/v1/meetings/{}", world.id("convened"));
    let version = secretariat.get(&convened).send().await.expect(200)["version"].clone();
    let guests = json!({ "guests": [partner["id"]] });
    secretariat.put(&format!("{convened}/guests")).if_match(version).json(guests).send().await.expect(200);

    // A reading accepted by Mantova is in the world. Como is asked too, and Bergamo's contribution is accepted and shared.
    let ask = json!({ "observatory": "como" });
    let lodi = secretariat.get("/api/v1/deliverables?observatory=lodi").send().await.expect(200)["items"][0].clone();
    let lodi = format!("/api/v1/deliverables/{}", lodi["id"].as_str().expect("an id"));
    secretariat.post(&format!("{lodi}/peer-readings")).json(ask).send().await.expect(201);
    let version = secretariat.get(&lodi).send().await.expect(200)["version"].clone();
    let text = json!({ "link": "https://provincia.example/relazione.pdf" });
    secretariat.post(&format!("{lodi}/submit")).if_match(version).json(text).send().await.expect(200);
    world.app.accept(&lodi).await;
    let shared = "UPDATE setting SET value = 'true' WHERE key = 'contributions.shared'";
    world.app.services.db.writer().execute_unprepared(shared).await.expect("written");

    let ctx = world.app.system();
    let register = designations::service::whole_register(&ctx, ctx.reader()).await.expect("the register");
    let people: Vec<PersonId> =
        register.iter().map(|one| one.holder.id).chain([PersonId(Uuid::from_u128(9))]).collect();
    let seats = ctx.recall(&AllSeats).await.expect("the seats").to_vec();
    let all = Ids::read(&ctx).await;
    let registered = things::<Registered>(&ctx, &all.designations).await;
    let owed = things::<DeliverableView>(&ctx, &all.deliverables).await;
    let to_do = things::<Task>(&ctx, &all.tasks).await;
    let met = things::<MeetingWithGuests>(&ctx, &all.meetings).await;
    let read = things::<FoundReading>(&ctx, &all.readings).await;
    let callers = actors(seats, people);
    let mut runner = TestRunner::deterministic();
    for _ in 0..CALLERS {
        let actor = callers.new_tree(&mut runner).expect("a caller").current();
        let shown = Ids::read(&Ctx { actor: actor.clone(), ..ctx.clone() }).await;
        hold_list_against_policy(&actor, &registered, &shown.designations);
        hold_list_against_policy(&actor, &owed, &shown.deliverables);
        hold_list_against_policy(&actor, &to_do, &shown.tasks);
        hold_list_against_policy(&actor, &met, &shown.meetings);
        hold_list_against_policy(&actor, &read, &shown.readings);
    }
}

/// Records that are in no list of their own, with the record through which they are found.
const THROUGH_ANOTHER: &[(&str, &str)] = &[("RemarkView", "DeliverableView")];

/// Records of which some callers see a part are compared above, or found through one that is. All others have
/// `Visibility = ()`.
#[test]
fn every_record_with_a_scope_is_held_to_its_policy() {
    let code = source::read("tests/it/visibility.rs");
    let compared: BTreeSet<&str> = code.split(|letter: char| !letter.is_alphanumeric()).collect();
    let mut scoped = 0;
    for file in source::sources() {
        for of in file.code.split("impl Scoped for ").skip(1) {
            let (name, rest) = of.split_once(" {").expect("a body");
            let is_for_all = rest.split_once('}').is_some_and(|(start, _)| start.contains("type Visibility = ();"));
            scoped += usize::from(!is_for_all);
            let through = THROUGH_ANOTHER.iter().find(|(one, _)| *one == name).map_or(name, |(_, through)| through);
            assert!(is_for_all || compared.contains(through), "{}: compare {name} here", file.path);
        }
    }
    assert!(scoped > 0, "the test looks in the wrong place");
}

/// Ids in the lists of the slices for a caller.
struct Ids {
    designations: Vec<DesignationId>,
    deliverables: Vec<entity::ids::DeliverableId>,
    tasks: Vec<entity::ids::TaskId>,
    meetings: Vec<entity::ids::MeetingId>,
    readings: Vec<entity::ids::PeerReadingId>,
}

impl Ids {
    async fn read(ctx: &Ctx) -> Self {
        let register =
            designations::service::list(ctx, &RegisterFilter::default(), None, MOST).await.unwrap_or_default();
        let owed =
            deliverables::service::list(ctx, &DeliverableFilter::default(), None, MOST).await.unwrap_or_default();
        let tasks = tasks::service::list(ctx, &TaskFilter::default(), None, MOST).await.unwrap_or_default();
        let meetings = meetings::service::list(ctx, &MeetingFilter::default(), None, MOST).await.unwrap_or_default();
        let readings = reviews::list_open_readings(ctx).await.unwrap_or_default();
        Self {
            designations: register.iter().map(|one| one.id).collect(),
            deliverables: owed.iter().map(|one| one.deliverable.id).collect(),
            tasks: tasks.iter().map(|one| one.id).collect(),
            readings: readings.iter().map(|one| one.reading.id).collect(),
            meetings: meetings.iter().map(|one| one.meeting.id).collect(),
        }
    }
}
