use super::*;
use uuid::Uuid;

fn step(code: &str, after: &[&str]) -> StepIn {
    StepIn {
        code: code.into(),
        name_it: code.into(),
        name_en: code.into(),
        seat: SeatKind::Referent,
        offset_working_days: -5,
        estimated_minutes: 60,
        after: after.iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn codes_of(steps: &[StepIn], before: &[&str]) -> Vec<(usize, Code)> {
    contradictions(steps, before).into_iter().map(|(at, refusal)| (at, refusal.said().code)).collect()
}

#[test]
fn a_template_without_contradictions_has_each_code_once_and_no_circle() {
    let good = [step("dati", &[]), step("bozza", &["dati"]), step("testo", &["bozza", "dati"])];
    assert_eq!(codes_of(&good, &[]), []);
    assert_eq!(codes_of(&[step("dati", &[]), step("dati", &[])], &[]), [(1, Code::CodeTaken)]);
    assert_eq!(codes_of(&[step("dati", &["dati"])], &[]), [(0, Code::CircularDependency)]);
    let circle = [step("a", &["c"]), step("b", &["a"]), step("c", &["b"]), step("d", &["a"])];
    let expected = [(0, Code::CircularDependency), (1, Code::CircularDependency), (2, Code::CircularDependency)];
    assert_eq!(codes_of(&circle, &[]), expected, "d waits for the circle and is not part of it");
}

#[test]
fn a_removed_step_that_another_needs_is_told_from_an_unknown_one() {
    let steps = [step("bozza", &["dati"])];
    assert_eq!(codes_of(&steps, &["dati", "bozza"]), [(0, Code::StepNeeded)]);
    assert_eq!(codes_of(&steps, &["bozza"]), [(0, Code::UnknownValue)]);
}

fn observatory(code: &str, kind: ObservatoryKind, number: u128) -> ObservatoryView {
    ObservatoryView {
        id: Uuid::from_u128(number).into(),
        code: code.into(),
        name: code.into(),
        kind,
        site: None,
        body_id: Uuid::from_u128(number + 100).into(),
        body_code: code.into(),
        body_name: code.into(),
        territory: "MI".into(),
        version: 1,
    }
}

#[test]
fn the_regional_observatory_is_chosen_apart_from_the_territorial_ones() {
    let [bergamo, como] =
        ["bergamo", "como"].map(|code| observatory(code, ObservatoryKind::Territorial, code.len() as u128));
    let region = observatory("lombardia", ObservatoryKind::Regional, 99);
    let all = [bergamo.clone(), como.clone(), region.clone()];
    let chosen = |who, codes: &[&str], with_regional| {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        Contributors::chosen(who, &codes, with_regional, &all)
    };
    let everyone = chosen(Contributing::AllTerritorial, &["como"], false).expect("all");
    assert!(everyone.include(&bergamo) && !everyone.include(&region) && everyone.named.is_empty());
    let one = chosen(Contributing::Named, &["como", "como"], true).expect("one and the region");
    assert!(one.include(&como) && !one.include(&bergamo) && one.include(&region) && one.named.len() == 1);
    assert!(chosen(Contributing::Named, &[], true).is_ok(), "the regional one alone");
    assert_eq!(chosen(Contributing::Named, &[], false), Err(Refusal::ContributorsMissing));
    for stranger in ["lombardia", "roma"] {
        let refused = chosen(Contributing::Named, &[stranger], false);
        assert_eq!(refused, Err(Refusal::NotAnObservatory { code: stranger.into() }));
    }
}

#[test]
fn of_the_versions_that_apply_to_a_period_the_latest_is_in_force() {
    let sheet = |number: i32, from: &str| Sheet {
        id: Uuid::nil().into(),
        number,
        text_it: String::new(),
        text_en: None,
        lists: Vec::new(),
        document_id: None,
        from: from.parse().expect("a period"),
        published_at: DateTime::UNIX_EPOCH,
    };
    let sheets = [sheet(1, "2024"), sheet(2, "2026"), sheet(3, "2025")];
    let number = |period: &str| in_force(&sheets, period.parse().expect("a period")).map(|sheet| sheet.number);
    assert_eq!(number("2023"), None);
    assert_eq!(number("2024"), Some(1));
    assert_eq!(number("2025"), Some(3));
    assert_eq!(number("2027"), Some(3), "a later version replaces the earlier ones from its period on");
}
