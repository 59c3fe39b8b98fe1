//! The permission matrix: every policy evaluated for every action and every kind of caller, printed for review as a
//! diff. A slice with a `policy.rs` that is missing here fails, and so does a missing action.

use crate::support::golden::assert_goldens;
use crate::support::source;
use entity::ids::{BodyId, DesignationId, ObservatoryId, PersonId, SeatId};
use entity::kinds::SeatKind;
use raccordo::auth::actor::{Actor, HeldSeat, Identity, Scope};
use raccordo::auth::rights;
use raccordo::{deliverables, designations, meetings, network, tasks};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write};
use uuid::Uuid;

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

/// A body with its observatory, seats and people. Two places allow subjects of the same and of another body.
#[derive(Clone, Copy)]
struct Place(u128);

const REGION: Place = Place(1_000);
/// Place of all subjects.
const LODI: Place = Place(2_000);
const COMO: Place = Place(3_000);

impl Place {
    fn body(self) -> BodyId {
        id(self.0)
    }

    fn observatory(self) -> ObservatoryId {
        id(self.0 + 1)
    }

    fn seat(self, kind: SeatKind) -> SeatId {
        id(self.0 + 100 + kind as u128)
    }

    fn person(self, kind: SeatKind) -> PersonId {
        id(self.0 + 200 + kind as u128)
    }

    fn holder(self, kind: SeatKind) -> Actor {
        let of_observatory = matches!(kind, SeatKind::Referent | SeatKind::Deputy);
        let seat = HeldSeat {
            designation_id: id::<DesignationId>(self.0 + 300 + kind as u128),
            seat_id: self.seat(kind),
            kind,
            body_id: self.body(),
            observatory_id: of_observatory.then(|| self.observatory()),
        };
        person(self.person(kind), vec![seat])
    }
}

fn person(id: PersonId, seats: Vec<HeldSeat>) -> Actor {
    Actor { identity: Identity::Person { id, name: "A person".to_owned() }, seats, scope: Scope::Full }
}

fn reading(mut actor: Actor) -> Actor {
    actor.scope = Scope::ReadOnly;
    actor
}

/// Returns the kinds of caller: the columns of the matrix.
fn callers() -> Vec<(&'static str, Actor)> {
    let mut all = vec![("anonymous", Actor::anonymous()), ("no seat", person(id(9), Vec::new()))];
    for kind in [SeatKind::Referent, SeatKind::Deputy, SeatKind::BodyManager, SeatKind::Partner] {
        all.push((kind.as_str(), LODI.holder(kind)));
    }
    for (name, kind) in [
        ("other referent", SeatKind::Referent),
        ("other deputy", SeatKind::Deputy),
        ("other manager", SeatKind::BodyManager),
        ("other partner", SeatKind::Partner),
    ] {
        all.push((name, COMO.holder(kind)));
    }
    let (beside, within) = (LODI.holder(SeatKind::Partner), COMO.holder(SeatKind::Referent));
    all.push(("partner and other referent", person(id(8), [beside.seats, within.seats].concat())));
    let both = [LODI, COMO].map(|place| place.holder(SeatKind::BodyManager).seats).concat();
    all.push(("manager of both", person(id(7), both)));
    all.push(("direction", REGION.holder(SeatKind::Direction)));
    all.push(("secretariat", REGION.holder(SeatKind::Secretariat)));
    all.push(("reading referent", reading(LODI.holder(SeatKind::Referent))));
    all.push(("reading secretariat", reading(REGION.holder(SeatKind::Secretariat))));
    all.push(("job", Actor::system("a job")));
    all.push(("operator", Actor::operator()));
    all
}

/// The printed matrix, a text for each slice.
#[derive(Default)]
struct Matrix {
    texts: BTreeMap<String, String>,
    /// File of the slice that is being printed.
    file: String,
}

impl Matrix {
    fn slice(&mut self, name: &'static str) {
        self.file = file_of(name);
    }

    fn text(&mut self) -> &mut String {
        self.texts.entry(self.file.clone()).or_default()
    }

    /// Adds a line with the callers who may.
    fn row(&mut self, what: &str, may: impl Fn(&Actor) -> bool) {
        let _ = writeln!(self.text(), "{what}");
        let (yes, no): (Vec<_>, Vec<_>) = callers().into_iter().partition(|(_, actor)| may(actor));
        let names = |callers: Vec<(&'static str, Actor)>| {
            callers.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(self.text(), "    may:     {}\n    may not: {}", or_nobody(names(yes)), or_nobody(names(no)));
    }

    /// Adds one line per answer, for answers other than yes and no.
    fn table<T: Debug>(&mut self, what: &str, answer: impl Fn(&Actor) -> T) {
        let _ = writeln!(self.text(), "{what}");
        for (name, actor) in callers() {
            let _ = writeln!(self.text(), "    {name:<26} {}", readable(&answer(&actor)));
        }
    }
}

/// Returns the name of the golden file of a slice.
fn file_of(slice: &str) -> String {
    format!("{slice}.txt")
}

fn or_nobody(names: String) -> String {
    if names.is_empty() { "-".to_owned() } else { names }
}

/// Replaces ids with the names of their places.
fn readable(answer: &impl Debug) -> String {
    let mut text = format!("{answer:?}");
    for (place, name) in [(REGION, "region"), (LODI, "lodi"), (COMO, "como")] {
        text = text
            .replace(&place.body().to_string(), name)
            .replace(&place.observatory().to_string(), &format!("observatory of {name}"));
        for kind in SeatKind::ALL {
            text = text
                .replace(&place.seat(*kind).to_string(), &format!("{kind} of {name}"))
                .replace(&place.person(*kind).to_string(), &format!("who is {kind} of {name}"));
        }
    }
    text.replace(&id::<PersonId>(9).to_string(), "who has no seat")
        .replace(&id::<PersonId>(8).to_string(), "who holds both")
        .replace(&id::<PersonId>(7).to_string(), "who manages both")
}

fn of_auth(matrix: &mut Matrix) {
    matrix.slice("auth");
    matrix.row("see one's own profile, sessions, keys", |actor| rights::myself(actor).is_ok());
    matrix.row("change one's own sessions and keys", |actor| rights::myself_changing(actor).is_ok());
}

fn of_network(matrix: &mut Matrix) {
    use network::policy::{Action, Subject, may, may_see, reach};
    matrix.slice("network");
    for action in Action::ALL {
        matrix.row(&format!("{action:?}"), |actor| may(actor, *action));
    }
    for (what, place, kind) in [
        ("the referent of Lodi", LODI, SeatKind::Referent),
        ("a partner of Lodi", LODI, SeatKind::Partner),
        ("the manager of Lodi", LODI, SeatKind::BodyManager),
        ("the secretariat", REGION, SeatKind::Secretariat),
    ] {
        let subject = Subject { person: place.person(kind), seats: vec![(kind, place.body())] };
        matrix.row(&format!("see {what}"), |actor| may_see(actor, &subject));
        matrix.table(&format!("what may be changed of {what}"), |actor| reach(actor, &subject));
    }
    for beside in [SeatKind::Partner, SeatKind::Deputy] {
        let what = format!("the referent of Lodi who is a {beside} of Como as well");
        let seats = vec![(SeatKind::Referent, LODI.body()), (beside, COMO.body())];
        let subject = Subject { person: LODI.person(SeatKind::Referent), seats };
        matrix.row(&format!("see {what}"), |actor| may_see(actor, &subject));
        matrix.table(&format!("what may be changed of {what}"), |actor| reach(actor, &subject));
    }
}

fn of_designations(matrix: &mut Matrix) {
    use designations::policy::{Action, Subject, may, visibility};
    matrix.slice("designations");
    for (what, place, seat) in [
        ("the referent of Lodi", LODI, SeatKind::Referent),
        ("a partner of Lodi", LODI, SeatKind::Partner),
        ("the manager of Lodi", LODI, SeatKind::BodyManager),
        ("the secretariat", REGION, SeatKind::Secretariat),
    ] {
        for action in Action::ALL {
            let subject = Subject { seat, body: place.body(), holder: Some(place.person(seat)) };
            matrix.row(&format!("{action:?}: {what}"), |actor| may(actor, *action, subject));
        }
    }
    let vacant = Subject { seat: SeatKind::Referent, body: LODI.body(), holder: None };
    matrix.row("View: the vacant seat of Lodi's referent", |actor| may(actor, Action::View, vacant));
    matrix.table("which designations a list shows", visibility);
}

fn of_deliverables(matrix: &mut Matrix) {
    use deliverables::policy::{Action, Subject, may, visibility};
    matrix.slice("deliverables");
    let readers = [COMO.observatory()];
    let own = Subject::of(LODI.observatory(), LODI.body());
    for (what, subject) in [
        ("what Lodi owes", own),
        ("what Lodi owes and Como reads", Subject { readers: &readers, ..own }),
        ("what Lodi owes, accepted and shared", Subject { is_shared: true, ..own }),
    ] {
        for action in Action::ALL {
            matrix.row(&format!("{action:?}: {what}"), |actor| may(actor, *action, subject));
        }
    }
    matrix.table("which deliverables a list shows", visibility);
}

fn of_reviews(matrix: &mut Matrix) {
    use raccordo::reviews::policy::{Action, Subject, may, visibility};
    matrix.slice("reviews");
    let subject = Subject { reader: COMO.observatory(), observatory: LODI.observatory(), body: LODI.body() };
    for action in Action::ALL {
        matrix.row(&format!("{action:?}: what Como reads of Lodi"), |actor| may(actor, *action, subject));
    }
    matrix.table("which peer readings a list shows", visibility);
}

fn of_tasks(matrix: &mut Matrix) {
    use tasks::policy::{Action, Subject, may, to_do, visibility};
    matrix.slice("tasks");
    for (what, place, seat, observatory) in [
        ("of the referent of Lodi", LODI, SeatKind::Referent, Some(LODI.observatory())),
        ("of the manager of Lodi", LODI, SeatKind::BodyManager, None),
        ("of the direction", REGION, SeatKind::Direction, None),
    ] {
        for action in Action::ALL {
            let subject = Subject { seat: place.seat(seat), observatory, body: place.body() };
            matrix.row(&format!("{action:?}: a task {what}"), |actor| may(actor, *action, subject));
        }
    }
    matrix.table("which tasks a list shows", visibility);
    matrix.table("whose tasks are one's own", to_do);
}

fn of_studies(matrix: &mut Matrix) {
    use raccordo::studies::policy::{Action, may};
    matrix.slice("studies");
    for action in Action::ALL {
        matrix.row(&format!("{action:?}: a study of Lodi"), |actor| may(actor, *action, LODI.observatory()));
    }
}

fn of_meetings(matrix: &mut Matrix) {
    use meetings::policy::{Action, Subject, may, visibility};
    matrix.slice("meetings");
    for (what, convened, invited) in
        [("a draft", false, false), ("a convened meeting", true, false), ("a meeting one was invited to", true, true)]
    {
        for action in Action::ALL {
            matrix.row(&format!("{action:?}: {what}"), |actor| may(actor, *action, Subject { convened, invited }));
        }
    }
    matrix.table("which meetings a list shows", visibility);
}

/// Prints a slice whose policy needs no subject, one line per action.
macro_rules! without_subject {
    ($function:ident, $slice:ident) => {
        fn $function(matrix: &mut Matrix) {
            use raccordo::$slice::policy::{Action, may};
            matrix.slice(stringify!($slice));
            for action in Action::ALL {
                matrix.row(&format!("{action:?}"), |actor| may(actor, *action));
            }
        }
    };
}

without_subject!(of_agenda, agenda);
without_subject!(of_catalogue, catalogue);
without_subject!(of_sources, sources);
without_subject!(of_exports, exports);
without_subject!(of_releases, releases);
without_subject!(of_early_access, early_access);
without_subject!(of_portal, portal);
without_subject!(of_reminders, reminders);
without_subject!(of_overview, overview);
without_subject!(of_outbox, mail);
without_subject!(of_jobs, jobs);

fn of_documents(matrix: &mut Matrix) {
    use raccordo::documents::policy::{body_charged, may_attach};
    matrix.slice("documents");
    matrix.row("attach a document of one's own", |actor| may_attach(actor, actor.person_id()));
    matrix.row("attach a document of another person", |actor| may_attach(actor, Some(Uuid::from_u128(99).into())));
    matrix.table("to which body's share of a day a document counts", body_charged);
}

#[test]
fn the_matrix_of_rights_is_the_reviewed_one() {
    let mut matrix = Matrix::default();
    let slices = [
        of_auth,
        of_network,
        of_designations,
        of_sources,
        of_exports,
        of_catalogue,
        of_releases,
        of_studies,
        of_agenda,
        of_deliverables,
        of_reviews,
        of_tasks,
        of_meetings,
    ];
    let beside = [of_early_access, of_portal, of_reminders, of_overview, of_outbox, of_jobs, of_documents];
    for block in slices.into_iter().chain(beside) {
        block(&mut matrix);
    }
    let with_policy: BTreeSet<String> = source::sources()
        .iter()
        .filter_map(|file| file.path.strip_prefix("src/")?.strip_suffix("/policy.rs").map(ToOwned::to_owned))
        .collect();
    assert!(with_policy.len() >= 2, "no policies were found: the test looks in the wrong place");
    let unasked: Vec<_> = with_policy.iter().filter(|slice| !matrix.texts.contains_key(&file_of(slice))).collect();
    assert!(unasked.is_empty(), "policies the matrix does not ask: {unasked:?}");
    assert_goldens("rights", &matrix.texts);
}
