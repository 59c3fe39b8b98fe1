//! The data file: loaded, loaded again, and refused with defects.

use crate::support::db::{Engine, TestDb};
use crate::{both_engines, on_sqlite};
use entity::kinds::ObservatoryKind;
use entity::{
    agreement, audit_event, body, designation, designation_record, observatory, person, product, product_step, seat,
    technical_table,
};
use raccordo::auth::actor::{Actor, Identity};
use raccordo::clock::FixedClock;
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::load::{self, Change, Diff, Edited, LoadError, Outcome, Summary};
use raccordo::network::service as network;
use raccordo::texts::Lang;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

both_engines! {
    the_real_file_makes_the_network_of_the_agreement,
    loading_twice_changes_nothing_and_leaves_one_event,
    loading_a_changed_file_shows_its_changes_before_it_writes_them,
    steps_may_change_places,
}

on_sqlite! {
    seats_follow_from_bodies_and_observatories,
    the_file_designates_the_secretariat_who_can_then_sign_in,
    the_event_names_the_file_by_its_hash,
    rows_missing_in_the_file_are_reported_and_stay,
    a_holiday_the_law_abolished_goes,
    the_register_is_not_begun_twice,
    a_body_keeps_its_code,
    only_an_operator_loads,
    a_bad_file_is_refused_with_line_and_reason_and_changes_nothing,
}

const REAL_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/lombardia.toml");

/// A database, an operator who loads into it, and a folder for files with defects.
struct Loading {
    ctx: Ctx,
    folder: tempfile::TempDir,
    _database: TestDb,
}

impl Loading {
    async fn into_empty(engine: Engine) -> Self {
        let database = TestDb::new(engine).await;
        let now = "2026-11-23T09:00:00Z".parse().expect("an instant of the test");
        let services = Services::new(database.db.clone(), Arc::new(FixedClock::at(now)), Config::for_tests());
        let ctx = Ctx {
            services: Arc::new(services),
            actor: Actor::operator(),
            lang: Lang::It,
            request_id: None,
            generation: None,
        };
        Self { ctx, folder: tempfile::tempdir().expect("a temporary folder"), _database: database }
    }

    async fn load(&self, path: &Path) -> Result<Summary, LoadError> {
        load::run(&self.ctx, path, Edited::Keep, |_| true).await
    }

    async fn load_real_file(&self) -> Summary {
        self.load(Path::new(REAL_FILE)).await.expect("the real file is good")
    }

    /// Writes the real file with the first occurrence of a text replaced.
    fn file_with(&self, from: &str, to: &str) -> PathBuf {
        let real = std::fs::read_to_string(REAL_FILE).expect("the real file");
        assert!(real.contains(from), "the planted defect needs \"{from}\" in the real file");
        let path = self.folder.path().join("network.toml");
        std::fs::write(&path, real.replacen(from, to, 1)).expect("a file of the test");
        path
    }

    async fn count<E: EntityTrait>(&self) -> u64
    where
        E::Model: Send + Sync,
    {
        E::find().count(self.ctx.reader()).await.expect("rows can be counted")
    }

    async fn events(&self) -> u64 {
        self.count::<audit_event::Entity>().await
    }
}

async fn the_real_file_makes_the_network_of_the_agreement(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    let summary = loading.load_real_file().await;
    assert_eq!(summary.outcome, Outcome::Loaded);
    let db = loading.ctx.reader();
    let bodies = network::bodies(db).await.expect("bodies");
    assert_eq!(bodies.iter().filter(|body| body.signatory).count(), 13);
    assert_eq!(bodies[0].code, "regione-lombardia");
    let observatories = network::observatories(db).await.expect("observatories");
    let of_kind = |kind| observatories.iter().filter(|observatory| observatory.kind == kind).count();
    assert_eq!((of_kind(ObservatoryKind::Territorial), of_kind(ObservatoryKind::Regional)), (12, 1));
    let agreement = network::agreement(&loading.ctx).await.expect("the agreement");
    assert_eq!(agreement.in_force_to.to_string(), "2027-06-30");
    assert_eq!(agreement.review_due.to_string(), "2027-03-30");
    assert_eq!(agreement.acts[0].number, "XII/3092");
    assert_eq!(network::calendars(db).await.expect("calendars").iter().count(), 12);
    assert_eq!(network::ladder(db).await.expect("the ladder").rungs, [-10, -3, 0]);
}

async fn seats_follow_from_bodies_and_observatories(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let seats = seat::Entity::find().all(loading.ctx.reader()).await.expect("seats");
    assert_eq!(seats.len(), 3 * 13 + 13 + 2);
    let find = |code: &str| seats.iter().find(|seat| seat.code == code).unwrap_or_else(|| panic!("no seat {code}"));
    for code in ["referent:bergamo", "deputy:regionale", "partner:monza-brianza"] {
        assert!(find(code).observatory_id.is_some(), "{code}");
    }
    for code in ["body_manager:provincia-bergamo", "secretariat:regione-lombardia", "direction:regione-lombardia"] {
        assert!(find(code).observatory_id.is_none(), "{code}");
    }
}

async fn the_file_designates_the_secretariat_who_can_then_sign_in(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let db = loading.ctx.reader();
    let secretary =
        network::person_by_address(db, "SEGRETERIA@raccordo.example").await.expect("people").expect("the secretariat");
    let designation = designation::Entity::find().one(db).await.expect("designations").expect("one");
    assert_eq!(designation.person_id, secretary.id);
    let record = designation_record::Entity::find().one(db).await.expect("records").expect("one");
    assert_eq!((record.designation_id, record.valid_from.to_string()), (designation.id, "2025-07-01".to_owned()));
    assert_eq!((loading.count::<technical_table::Entity>().await, loading.count::<product::Entity>().await), (1, 1));
    assert_eq!(loading.count::<product_step::Entity>().await, 3);
}

async fn loading_twice_changes_nothing_and_leaves_one_event(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    let first = loading.load_real_file().await;
    assert_eq!(loading.events().await, 1);
    let second =
        load::run(&loading.ctx, Path::new(REAL_FILE), Edited::Keep, |_| panic!("there is nothing to ask")).await;
    let second = second.expect("the real file is good");
    assert_eq!(second.outcome, Outcome::UpToDate);
    assert_eq!(second.diff.entries, Vec::new());
    // The designation and its person are only created by the file; afterwards the register maintains them.
    assert_eq!(second.diff.unchanged, first.diff.added() - 2);
    assert_eq!(loading.events().await, 1);
}

async fn the_event_names_the_file_by_its_hash(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let event = audit_event::Entity::find().one(loading.ctx.reader()).await.expect("events").expect("one");
    let hash = raccordo::secret::sha256_hex(&std::fs::read(REAL_FILE).expect("the real file"));
    assert_eq!(event.action, "network.load");
    assert!(event.details.contains(&hash), "{}", event.details);
}

async fn loading_a_changed_file_shows_its_changes_before_it_writes_them(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let path =
        loading.file_with("name = \"Osservatorio del mercato del lavoro di Lodi\"", "name = \"Osservatorio di Lodi\"");
    let mut shown = Diff::default();
    let declined = load::run(&loading.ctx, &path, Edited::Keep, |diff| {
        shown = diff.clone();
        false
    })
    .await
    .expect("a good file");
    assert_eq!(declined.outcome, Outcome::Declined);
    assert_eq!(loading.events().await, 1, "nothing was written");
    assert!(
        shown.to_string().contains(
            "~ observatory lodi\n    name: \"Osservatorio del mercato del lavoro di Lodi\" -> \"Osservatorio di Lodi\""
        ),
        "{shown}"
    );
    let loaded = loading.load(&path).await.expect("a good file");
    assert_eq!((loaded.outcome, loaded.diff), (Outcome::Loaded, shown));
    let lodi = network::observatory(&loading.ctx, "lodi").await.expect("Lodi");
    assert_eq!((lodi.name.as_str(), lodi.version), ("Osservatorio di Lodi", 2));
}

async fn steps_may_change_places(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let real = std::fs::read_to_string(REAL_FILE).expect("the real file");
    let path = loading.folder.path().join("swapped.toml");
    let swapped = real
        .replace("code = \"dati\"", "code = \"-\"")
        .replace("code = \"bozza\"", "code = \"dati\"")
        .replace("code = \"-\"", "code = \"bozza\"");
    std::fs::write(&path, swapped).expect("a file of the test");
    let summary = loading.load(&path).await.expect("a good file");
    assert_eq!((summary.diff.changed(), summary.diff.added()), (2, 0));
    let again = loading.load(&path).await.expect("a good file");
    assert_eq!(again.outcome, Outcome::UpToDate);
}

async fn rows_missing_in_the_file_are_reported_and_stay(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let without_varese = loading.file_with(
            "[[observatory]]\ncode = \"varese\"\nbody = \"provincia-varese\"\nname = \"Osservatorio del mercato del lavoro di Varese\"\nkind = \"territorial\"",
            "",
        );
    let summary = loading.load(&without_varese).await.expect("a good file");
    assert_eq!(summary.outcome, Outcome::UpToDate, "keeping is no change");
    let kept: Vec<&str> = summary
        .diff
        .entries
        .iter()
        .filter(|entry| entry.change == Change::Kept)
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(kept, ["varese", "deputy:varese", "partner:varese", "referent:varese"]);
    assert_eq!(loading.count::<observatory::Entity>().await, 13);
}

async fn a_holiday_the_law_abolished_goes(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let path = loading.file_with("month = 10\nday = 4", "month = 10\nday = 5");
    let moved = loading.load(&path).await.expect("a good file");
    assert_eq!(moved.diff.changed(), 1, "{}", moved.diff);
    let path = loading.file_with("from_year = 2026\n", "from_year = 2030\n");
    let later = loading.load(&path).await.expect("a good file");
    assert_eq!((later.diff.added(), later.diff.removed()), (1, 1), "{}", later.diff);
}

async fn the_register_is_not_begun_twice(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let path = loading.file_with("email = \"segreteria@raccordo.example\"", "email = \"altra@raccordo.example\"");
    let summary = loading.load(&path).await.expect("a good file");
    assert_eq!(summary.outcome, Outcome::UpToDate);
    assert_eq!((loading.count::<person::Entity>().await, loading.count::<designation::Entity>().await), (1, 1));
}

async fn a_body_keeps_its_code(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let real = std::fs::read_to_string(REAL_FILE).expect("the real file");
    let path = loading.folder.path().join("renamed.toml");
    std::fs::write(&path, real.replace("provincia-lodi", "provincia-di-lodi")).expect("a file of the test");
    let refused = loading.load(&path).await.expect_err("refused").to_string();
    assert!(refused.contains("the IPA code \"p_lo\" is that of \"provincia-lodi\""), "{refused}");
    let kept = body::Entity::find().filter(body::Column::Code.eq("provincia-lodi")).one(loading.ctx.reader()).await;
    assert!(kept.expect("bodies").is_some());
}

async fn only_an_operator_loads(engine: Engine) {
    let mut loading = Loading::into_empty(engine).await;
    loading.ctx.actor.identity = Identity::Anonymous;
    let refused = loading.load(Path::new(REAL_FILE)).await.expect_err("refused");
    assert!(matches!(refused, LoadError::Failed(raccordo::error::Error::Denied)), "{refused}");
    assert_eq!(loading.count::<agreement::Entity>().await, 0);
}

async fn a_bad_file_is_refused_with_line_and_reason_and_changes_nothing(engine: Engine) {
    let loading = Loading::into_empty(engine).await;
    loading.load_real_file().await;
    let before = everything(&loading).await;
    for (from, to, reason) in DEFECTS {
        let path = loading.file_with(from, to);
        let planted = std::fs::read_to_string(&path).expect("the file of the test");
        let line = line_of_defect(&planted, to);
        let refused = loading.load(&path).await.expect_err(to).to_string();
        let said = refused.lines().skip(1).any(|said| {
            said.trim_start().strip_prefix("line ").and_then(|said| said.split_once(": ")).is_some_and(
                |(number, text)| {
                    number.parse().is_ok_and(|number: usize| line.contains(&number)) && text.contains(reason)
                },
            )
        });
        assert!(said, "wanted \"{reason}\" near lines {line:?}, got: {refused}");
    }
    assert_eq!(everything(&loading).await, before);
}

/// Planted defects: the text replaced, its replacement, and the message expected for its line.
const DEFECTS: &[(&str, &str, &str)] = &[
    ("in_force_to = \"2027-06-30\"", "in_force_to = \"2027-06-31\"", "input is out of range"),
    (
        "review_due = \"2027-03-30\"",
        "review_due = \"2027-07-30\"",
        "the review would come after the agreement has ended",
    ),
    ("saturday_works = false", "saturday_works = \"no\"", "expected a boolean"),
    ("saturday_works = false", "saturday_worked = false", "unknown field"),
    ("month = 4\nday = 25", "month = 4\nday = 31", "no year has a day 31 in month 4"),
    ("month = 5\nday = 1\n", "month = 5\noffset = 1\n", "a fixed holiday has month and day and no offset"),
    ("month = 8, day = 26", "month = 13, day = 26", "no year has a day 26 in month 13"),
    ("code = \"BS\"", "code = \"BG\"", "the territory \"BG\" already stands in line"),
    ("kind = \"metropolitan_city\"", "kind = \"county\"", "unknown variant `county`"),
    ("ipa = \"p_bg\"", "ipa = \"P_bs\"", "IPA code \"p_bs\" already stands in line"),
    ("ipa = \"p_lo\"", "ipa = \"p-lo\"", "\"p-lo\" is no IPA code"),
    ("istat = \"016\"", "istat = \"16\"", "\"16\" is no ISTAT code of a province"),
    ("nuts = \"ITC46\"", "nuts = \"ITC4\"", "\"ITC4\" is no NUTS 3 code of Italy"),
    ("capital_istat = \"016024\"", "capital_istat = \"017024\"", "begins with its province's, 016"),
    ("capital_cadastral = \"A794\"", "capital_cadastral = \"7A94\"", "is no cadastral code"),
    ("territory = \"BG\"", "territory = \"XX\"", "there is no territory \"XX\" in this file"),
    ("pec = \"protocollo@pec.provincia.bs.it\"", "pec = \"protocollo(at)pec.it\"", "is no certified mailbox"),
    ("ipa = \"p_cr\"", "pec = \"protocollo@pec.provincia.bs.it\"\nipa = \"p_cr\"", "already stands in line"),
    ("kind = \"plenary\"", "kind = \"working_group\"", "a working group needs its parties"),
    ("kind = \"plenary\"", "kind = \"plenary\"\nparties = [\"provincia-lodi\"]", "it names no parties"),
    (
        "kind = \"plenary\"",
        "kind = \"working_group\"\nparties = [\"altro\"]",
        "there is no signatory \"altro\" in this file",
    ),
    ("aliases = [\"Provincia di Milano\"]", "aliases = [\"Provincia di Lodi\"]", "already stands in line"),
    (
        "body = \"provincia-como\"\n",
        "body = \"provincia-crema\"\n",
        "there is no body \"provincia-crema\" in this file",
    ),
    (
        "name = \"Osservatorio del mercato del lavoro di Bergamo\"",
        "name = \"Osservatorio di Bergamo\"\nsite = \"javascript:alert(1)\"",
        "is no site",
    ),
    ("code = \"monza-brianza\"", "code = \"Monza Brianza\"", "\"Monza Brianza\" is no code"),
    (
        "email = \"segreteria@raccordo.example\"\nlanguage = \"it\"",
        "email = \"segreteria@raccordo.example\"\nlanguage = \"fr\"",
        "unknown variant `fr`",
    ),
    ("given_name = \"Segreteria\"", "given_name = \"Segre\u{202e}teria\"", "characters that nobody sees"),
    ("family_name = \"tecnica\"", "family_name = \"\u{200b}\"", "characters that nobody sees"),
    ("name = \"Provincia di Lodi\"", "name = \"Provincia di \u{200f}Lodi\"", "characters that nobody sees"),
    (
        "email = \"segreteria@raccordo.example\"\nlanguage = \"it\"",
        "email = \"segreteria@localhost\"\nlanguage = \"it\"",
        "is no e-mail address",
    ),
    ("person = \"segreteria-tecnica\"", "person = \"segreteria\"", "there is no person \"segreteria\" in this file"),
    (
        "valid_from = \"2025-07-01\"",
        "valid_from = \"2025-06-30\"",
        "the act is dated 2025-07-01, after it takes effect",
    ),
    ("ordinary_notice_days = 5", "ordinary_notice_days = 500", "must be from 0 to 60, not 500"),
    ("offset_working_days = -20", "offset_working_days = 20", "must be from -250 to 0, not 20"),
    ("default_hour = \"10:00\"", "default_hour = \"25:00\"", "input is out of range"),
    ("rungs = [-10, -3, 0]", "rungs = [0, -3, -10]", "the rungs must climb"),
    ("send_until = \"18:00\"", "send_until = \"07:00\"", "sending would end before it begins"),
    ("code = \"tavolo\"\n", "", "missing field `code`"),
    ("[ladder]", "[ladder", ""),
];

/// Returns the lines of a planted defect, with the header of its table: a missing or contradictory member has no line
/// of its own, and of two equal values the second is wrong.
fn line_of_defect(planted: &str, defect: &str) -> std::collections::BTreeSet<usize> {
    let mut lines = std::collections::BTreeSet::new();
    if defect.is_empty() {
        let header = planted.lines().position(|line| line == "[[technical_table]]").expect("the table's header");
        lines.insert(header + 1);
        return lines;
    }
    for (start, _) in planted.match_indices(defect) {
        let first = planted[..start].lines().count() + usize::from(planted[..start].ends_with('\n') || start == 0);
        let header = planted[..start].rfind("\n[").map_or(first, |at| planted[..=at].lines().count() + 1);
        lines.extend([header].into_iter().chain(first..=first + defect.trim_end().matches('\n').count()));
    }
    for value in defect.split('"').filter(|value| value.len() > 1) {
        let same = |line: &str| line.to_lowercase().contains(&format!("\"{}\"", value.to_lowercase()));
        lines.extend(planted.lines().enumerate().filter(|(_, line)| same(line)).map(|(index, _)| index + 1));
    }
    lines
}

/// Returns every row that a load could change, by table.
async fn everything(loading: &Loading) -> Vec<String> {
    let db = loading.ctx.reader();
    let mut all = vec![
        format!("{:?}", agreement::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", body::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", observatory::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", person::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", seat::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", designation_record::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", product_step::Entity::find().all(db).await.expect("rows")),
    ];
    all.push(loading.events().await.to_string());
    all
}
