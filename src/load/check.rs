//! Checks of a file that parses: malformed codes, missing references, impossible days, contradicting values. Pure: the
//! database is not asked.
//!
//! All problems are collected before the file is refused, so that the operator can correct them in one round.

mod products;

use super::file::{
    Agreement, Body, Contributions, Designation, File, Holiday, HolidayKind, Ladder, Observatory, OneOffDay, Person,
    Problem, Source, Spanned, TechnicalTable, Territory,
};
use crate::letters;
use crate::mail::{address, is_address};
use crate::network::model::frame::mailbox;
use crate::sources::model::{ADDRESS_CHARACTERS, CODE_CHARACTERS, NAME_CHARACTERS, PUBLISHER_CHARACTERS};
use crate::time::{NonWorkingRule, RuleKind};
use entity::kinds::{BodyKind, ObservatoryKind, SeatKind, TableKind};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Distance of a reminder from the due day, in working days. The agreement's reminders lie within a quarter; others are
/// refused.
const RUNGS_WORKING_DAYS: std::ops::RangeInclusive<i32> = -60..=60;

/// Days before a release from which it may go out without a chapter: a month of work at most, so that no chapter is given
/// up before it is due.
const CHAPTER_LIMITS_WORKING_DAYS: std::ops::RangeInclusive<i32> = 1..=20;
const NOTICE_WORKING_DAYS: std::ops::RangeInclusive<i32> = 0..=60;
/// Returns the problems of a file in the order of its lines; none if it can be loaded.
pub fn check(source: &str, file: &File) -> Vec<Problem> {
    let mut checker = Checker { source, problems: Vec::new() };
    checker.agreement(&file.agreement);
    checker.holidays(&file.holidays);
    checker.territories(&file.territories);
    checker.neighbours(&file.territories);
    let territories = codes(file.territories.iter().map(|territory| &territory.get_ref().code));
    checker.one_off_days(&file.one_off_days, &territories);
    checker.bodies(&file.bodies, &territories);
    checker.observatories(&file.observatories, &file.bodies);
    checker.people(&file.people, &file.designations);
    checker.designations(file);
    checker.tables(&file.tables, &file.bodies);
    checker.sources(&file.sources);
    checker.products(&file.products, &file.observatories, &file.territories, &file.sources);
    checker.ladder(&file.ladder);
    checker.contributions(&file.contributions);
    checker.problems.sort();
    checker.problems
}

type Codes<'a> = HashSet<&'a str>;

fn codes<'a>(texts: impl Iterator<Item = &'a Spanned<String>>) -> Codes<'a> {
    texts.map(|text| text.get_ref().as_str()).collect()
}

struct Checker<'a> {
    source: &'a str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn refuse(&mut self, span: &Range<usize>, reason: impl Into<String>) {
        self.problems.push(Problem::at(self.source, span, reason));
    }

    /// Checks that a text is not blank, not padded and not longer than its column.
    fn text(&mut self, text: &Spanned<String>, most: usize) {
        let value = text.get_ref();
        if value.trim().is_empty() {
            self.refuse(&text.span(), "the text is empty");
        } else if value.trim() != value {
            self.refuse(&text.span(), format!("\"{value}\" begins or ends with a space"));
        } else if !letters::reads_as_typed(value) {
            self.refuse(&text.span(), "the text holds characters that nobody sees and that change how it is read");
        } else if value.chars().count() > most {
            self.refuse(&text.span(), format!("the text is longer than {most} characters"));
        }
    }

    /// Checks a code, which stands in addresses of pages: lower-case letters, digits and single hyphens.
    fn slug(&mut self, code: &Spanned<String>, most: usize) {
        let value = code.get_ref();
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !value.split('-').all(word) || value.len() > most {
            let rule = format!("up to {most} lower-case letters and digits, words joined by hyphens");
            self.refuse(&code.span(), format!("\"{value}\" is no code: {rule}"));
        }
    }

    fn form(&mut self, text: &Spanned<String>, is_right: bool, what: &str) {
        if !is_right {
            self.refuse(&text.span(), format!("\"{}\" is no {what}", text.get_ref()));
        }
    }

    /// Checks that texts are unique, ignoring case. `what` is the name of the value in the message.
    fn unique<'b>(&mut self, texts: impl Iterator<Item = &'b Spanned<String>>, what: &str) {
        self.unique_by(texts, what, str::to_lowercase);
    }

    fn unique_by<'b>(
        &mut self,
        texts: impl Iterator<Item = &'b Spanned<String>>,
        what: &str,
        key: impl Fn(&str) -> String,
    ) {
        let mut first_seen: HashMap<String, usize> = HashMap::new();
        for text in texts {
            let line = Problem::at(self.source, &text.span(), "").line;
            if let Some(first) = first_seen.get(&key(text.get_ref())) {
                self.refuse(&text.span(), format!("the {what} \"{}\" already stands in line {first}", text.get_ref()));
            } else {
                first_seen.insert(key(text.get_ref()), line);
            }
        }
    }

    fn refers(&mut self, code: &Spanned<String>, known: &Codes, what: &str) {
        if !known.contains(code.get_ref().as_str()) {
            self.refuse(&code.span(), format!("there is no {what} \"{}\" in this file", code.get_ref()));
        }
    }

    fn within(&mut self, number: &Spanned<i32>, range: &std::ops::RangeInclusive<i32>, what: &str) {
        if !range.contains(number.get_ref()) {
            let (least, most) = (range.start(), range.end());
            self.refuse(&number.span(), format!("{what} must be from {least} to {most}, not {}", number.get_ref()));
        }
    }

    fn sources(&mut self, sources: &[Spanned<Source>]) {
        self.unique(sources.iter().map(|source| &source.get_ref().code), "code of a source");
        for source in sources.iter().map(Spanned::get_ref) {
            self.slug(&source.code, CODE_CHARACTERS);
            self.text(&source.name, NAME_CHARACTERS);
            self.text(&source.publisher, PUBLISHER_CHARACTERS);
            if let Some(address) = &source.address {
                self.text(address, ADDRESS_CHARACTERS);
                self.form(address, is_web_address(address.get_ref()), "address of a page");
            }
        }
    }

    /// Checks that neighbours are territories of the file, and that each names the other.
    fn neighbours(&mut self, territories: &[Spanned<Territory>]) {
        for territory in territories.iter().map(Spanned::get_ref) {
            for neighbour in &territory.neighbours {
                let own = territory.code.get_ref();
                let found =
                    territories.iter().map(Spanned::get_ref).find(|one| one.code.get_ref() == neighbour.get_ref());
                let is_mutual = |one: &Territory| one.neighbours.iter().any(|back| back.get_ref() == own);
                match found {
                    Some(other) if is_mutual(other) && other.code.get_ref() != own => {}
                    Some(_) => self.refuse(
                        &neighbour.span(),
                        format!("\"{}\" does not name \"{own}\" as a neighbour", neighbour.get_ref()),
                    ),
                    None => self.refuse(
                        &neighbour.span(),
                        format!("there is no territory \"{}\" in this file", neighbour.get_ref()),
                    ),
                }
            }
        }
    }

    fn agreement(&mut self, agreement: &Spanned<Agreement>) {
        let agreement = agreement.get_ref();
        self.slug(&agreement.code, 60);
        self.text(&agreement.title, 300);
        let review = &agreement.review_due;
        if *review.get_ref() > agreement.in_force_to {
            self.refuse(&review.span(), "the review would come after the agreement has ended");
        }
        if agreement.in_force_from.is_some_and(|from| from > *review.get_ref()) {
            self.refuse(&review.span(), "the review would come before the agreement is in force");
        }
        let mut seen = HashSet::new();
        for act in &agreement.acts {
            let (span, act) = (act.span(), act.get_ref());
            self.text(&act.kind, 40);
            self.text(&act.number, 60);
            self.text(&act.subject, 500);
            if !seen.insert((act.kind.get_ref(), act.number.get_ref())) {
                self.refuse(
                    &span,
                    format!("the act {} {} stands here twice", act.kind.get_ref(), act.number.get_ref()),
                );
            }
        }
    }

    fn holidays(&mut self, holidays: &[Spanned<Holiday>]) {
        let mut seen = HashSet::new();
        for holiday in holidays {
            let (span, holiday) = (holiday.span(), holiday.get_ref());
            self.text(&holiday.name_it, 120);
            self.text(&holiday.name_en, 120);
            self.text(&holiday.source, 300);
            match rule_kind(holiday) {
                Ok(kind) => self.rule(&span, kind, holiday.from_year, holiday.to_year),
                Err(reason) => self.refuse(&span, reason),
            }
            if !seen.insert((holiday.name_it.get_ref(), holiday.from_year)) {
                let name = holiday.name_it.get_ref();
                self.refuse(&span, format!("the holiday \"{name}\" already begins in the same year further up"));
            }
        }
    }

    fn rule(&mut self, span: &Range<usize>, kind: RuleKind, from_year: Option<i32>, to_year: Option<i32>) {
        // The names are checked elsewhere; here only the day matters.
        if let Err(error) = NonWorkingRule::new(kind, from_year, to_year, "-", "-") {
            self.refuse(span, error.to_string());
        }
    }

    fn territories(&mut self, territories: &[Spanned<Territory>]) {
        self.unique(territories.iter().map(|territory| &territory.get_ref().code), "territory");
        for territory in territories {
            let territory = territory.get_ref();
            let code = territory.code.get_ref();
            self.form(&territory.code, is_sigla(code), "code of a territory: two capital letters");
            self.text(&territory.name, 80);
            self.text(&territory.city, 80);
            let (span, patron) = (territory.patron.span(), territory.patron.get_ref());
            self.text(&patron.name_it, 120);
            self.text(&patron.name_en, 120);
            self.rule(&span, RuleKind::Fixed { month: patron.month, day: patron.day }, None, None);
        }
    }

    fn one_off_days(&mut self, days: &[Spanned<OneOffDay>], territories: &Codes) {
        let mut seen = HashSet::new();
        for one_off in days {
            let (span, day) = (one_off.span(), one_off.get_ref());
            self.text(&day.name_it, 120);
            self.text(&day.name_en, 120);
            if let Some(territory) = &day.territory {
                self.refers(territory, territories, "territory");
            }
            if !seen.insert((day.territory.as_ref().map(Spanned::get_ref), day.date)) {
                self.refuse(&span, format!("the day {} stands here twice for the same territory", day.date));
            }
        }
    }

    fn bodies(&mut self, bodies: &[Spanned<Body>], territories: &Codes) {
        let all = || bodies.iter().map(Spanned::get_ref);
        self.unique(all().map(|body| &body.code), "code of a body");
        self.unique(all().map(|body| &body.ipa), "IPA code");
        self.unique(all().map(|body| &body.istat), "ISTAT code");
        self.unique(all().map(|body| &body.nuts), "NUTS code");
        self.unique(all().filter_map(|body| body.sigla.as_ref()), "sigla");
        self.unique(all().filter_map(|body| body.pec.as_ref()), "certified mailbox");
        self.unique(all().flat_map(|body| std::iter::once(&body.name).chain(&body.aliases)), "name");
        for body in bodies {
            self.body(body.get_ref(), territories);
        }
        let regions: Vec<_> = bodies.iter().filter(|body| body.get_ref().kind == BodyKind::Region).collect();
        match regions.as_slice() {
            [] => self.refuse(&(0..0), "no body of kind \"region\": it holds the secretariat and the direction"),
            [_] => {}
            [_, second, ..] => self.refuse(&second.span(), "a second body of kind \"region\""),
        }
    }

    fn body(&mut self, body: &Body, territories: &Codes) {
        self.slug(&body.code, 60);
        self.text(&body.name, 200);
        for alias in &body.aliases {
            self.text(alias, 200);
        }
        self.text(&body.capital, 80);
        self.refers(&body.territory, territories, "territory");
        self.form(&body.ipa, is_ipa_code(body.ipa.get_ref()), "IPA code: up to 20 letters, digits and underscores");
        self.form(&body.capital_istat, is_digits(body.capital_istat.get_ref(), 6), "ISTAT code of a town: six digits");
        let cadastral = &body.capital_cadastral;
        self.form(cadastral, is_cadastral(cadastral.get_ref()), "cadastral code: a capital letter and three digits");
        if let Some(pec) = &body.pec {
            self.form(pec, mailbox(pec.get_ref()).is_some(), "certified mailbox: an e-mail address of a domain");
        }
        match body.kind {
            BodyKind::Region => self.region(body),
            BodyKind::MetropolitanCity | BodyKind::Province => self.province(body),
        }
    }

    fn region(&mut self, region: &Body) {
        self.form(&region.istat, is_digits(region.istat.get_ref(), 2), "ISTAT code of a region: two digits");
        self.form(&region.nuts, is_nuts(region.nuts.get_ref(), 4), "NUTS 2 code of Italy: \"IT\" and two characters");
        for superfluous in region.province_code.iter().chain(&region.sigla) {
            self.refuse(&superfluous.span(), "a region has neither province code nor sigla");
        }
    }

    fn province(&mut self, body: &Body) {
        self.form(&body.istat, is_digits(body.istat.get_ref(), 3), "ISTAT code of a province: three digits");
        self.form(&body.nuts, is_nuts(body.nuts.get_ref(), 5), "NUTS 3 code of Italy: \"IT\" and three characters");
        let capital = &body.capital_istat;
        match &body.province_code {
            None => self.refuse(&body.code.span(), "a province needs its province_code"),
            Some(code) if !is_digits(code.get_ref(), 3) => self.form(code, false, "province code: three digits"),
            Some(code) if !capital.get_ref().starts_with(code.get_ref()) => {
                self.refuse(
                    &capital.span(),
                    format!("the ISTAT code of a town begins with its province's, {}", code.get_ref()),
                );
            }
            Some(_) => {}
        }
        match &body.sigla {
            None => self.refuse(&body.code.span(), "a province needs its sigla"),
            Some(sigla) => self.form(sigla, is_sigla(sigla.get_ref()), "sigla: two capital letters"),
        }
    }

    fn observatories(&mut self, observatories: &[Spanned<Observatory>], bodies: &[Spanned<Body>]) {
        self.unique(observatories.iter().map(|observatory| &observatory.get_ref().code), "code of an observatory");
        self.unique(observatories.iter().map(|observatory| &observatory.get_ref().name), "name");
        let kinds: HashMap<&str, BodyKind> =
            bodies.iter().map(|body| (body.get_ref().code.get_ref().as_str(), body.get_ref().kind)).collect();
        for observatory in observatories {
            let observatory = observatory.get_ref();
            self.slug(&observatory.code, 60);
            self.text(&observatory.name, 200);
            if let Some(site) = &observatory.site {
                self.text(site, 500);
                self.form(
                    site,
                    is_web_address(site.get_ref()),
                    "site: an address that begins with https:// or http://",
                );
            }
            let Some(kind) = kinds.get(observatory.body.get_ref().as_str()) else {
                self.refers(&observatory.body, &Codes::new(), "body");
                continue;
            };
            if (*kind == BodyKind::Region) != (observatory.kind == ObservatoryKind::Regional) {
                self.refuse(
                    &observatory.body.span(),
                    "the regional observatory is the region's, the territorial ones are not",
                );
            }
        }
    }

    fn people(&mut self, people: &[Spanned<Person>], designations: &[Spanned<Designation>]) {
        self.unique(people.iter().map(|person| &person.get_ref().code), "code of a person");
        self.unique_by(people.iter().map(|person| &person.get_ref().email), "address", address::meant);
        let designated = codes(designations.iter().map(|designation| &designation.get_ref().person));
        for person in people {
            let person = person.get_ref();
            self.slug(&person.code, 60);
            if let Some(given_name) = &person.given_name {
                self.text(given_name, 100);
            }
            self.text(&person.family_name, 100);
            let email = &person.email;
            self.form(email, is_address(&address::meant(email.get_ref())), "e-mail address");
            if !designated.contains(person.code.get_ref().as_str()) {
                // A person without a designation is refused, because contact data without an office would be personal
                // data without a purpose.
                self.refuse(&person.code.span(), format!("no designation names \"{}\"", person.code.get_ref()));
            }
        }
    }

    fn designations(&mut self, file: &File) {
        let people = codes(file.people.iter().map(|person| &person.get_ref().code));
        let bodies = codes(file.bodies.iter().map(|body| &body.get_ref().code));
        let observatories = codes(file.observatories.iter().map(|observatory| &observatory.get_ref().code));
        let regions: Codes =
            codes(file.bodies.iter().map(Spanned::get_ref).filter(|b| b.kind == BodyKind::Region).map(|b| &b.code));
        let mut seen = HashSet::new();
        for designation in &file.designations {
            let (span, designation) = (designation.span(), designation.get_ref());
            self.refers(&designation.person, &people, "person");
            self.act_of(designation);
            let (body, observatory) = (designation.body.as_ref(), designation.observatory.as_ref());
            match designation.seat {
                SeatKind::Referent | SeatKind::Deputy | SeatKind::Partner => {
                    self.place(&span, designation, observatory, body, "observatory", &observatories);
                }
                SeatKind::BodyManager => self.place(&span, designation, body, observatory, "body", &bodies),
                SeatKind::Secretariat | SeatKind::Direction => {
                    self.place(&span, designation, body, observatory, "region", &regions);
                }
            }
            let place = observatory.or(body).map(Spanned::get_ref);
            let has_one_holder = matches!(designation.seat, SeatKind::Referent | SeatKind::BodyManager);
            let holder = (!has_one_holder).then_some(designation.person.get_ref());
            if !seen.insert((designation.seat, place, holder)) {
                self.refuse(&span, "the same seat is given twice");
            }
        }
    }

    fn act_of(&mut self, designation: &Designation) {
        self.text(&designation.act_number, 60);
        self.text(&designation.act_organ, 200);
        self.text(&designation.act_subject, 500);
        let from = &designation.valid_from;
        if designation.act_date > *from.get_ref() {
            self.refuse(&from.span(), format!("the act is dated {}, after it takes effect", designation.act_date));
        }
    }

    /// Checks that a seat is at a body or at an observatory, not at both.
    fn place(
        &mut self,
        span: &Range<usize>,
        designation: &Designation,
        place: Option<&Spanned<String>>,
        other: Option<&Spanned<String>>,
        what: &str,
        known: &Codes,
    ) {
        match place {
            Some(code) => self.refers(code, known, what),
            None => self.refuse(span, format!("the seat {} needs its {what}", designation.seat)),
        }
        if let Some(superfluous) = other {
            self.refuse(&superfluous.span(), format!("the seat {} is one of a {what}", designation.seat));
        }
    }

    fn tables(&mut self, tables: &[Spanned<TechnicalTable>], bodies: &[Spanned<Body>]) {
        let signatories =
            codes(bodies.iter().map(Spanned::get_ref).filter(|body| body.signatory).map(|body| &body.code));
        self.unique(tables.iter().map(|table| &table.get_ref().code), "code of a table");
        for table in tables {
            let (span, table) = (table.span(), table.get_ref());
            self.slug(&table.code, 60);
            self.text(&table.name_it, 200);
            self.text(&table.name_en, 200);
            self.within(&table.ordinary_notice_days, &NOTICE_WORKING_DAYS, "the notice in working days");
            self.unique(table.parties.iter(), "party");
            for party in &table.parties {
                self.refers(party, &signatories, "signatory");
            }
            match (table.kind, table.parties.first()) {
                (TableKind::WorkingGroup, None) => {
                    self.refuse(&span, "a working group needs its parties");
                }
                (TableKind::Plenary, Some(first)) => {
                    self.refuse(&first.span(), "the plenary table is of every signatory: it names no parties");
                }
                (TableKind::WorkingGroup, Some(_)) | (TableKind::Plenary, None) => {}
            }
        }
    }

    fn contributions(&mut self, contributions: &Contributions) {
        let Some(days) = &contributions.missing_from_working_days else { return };
        if !CHAPTER_LIMITS_WORKING_DAYS.contains(days.get_ref()) {
            self.refuse(&days.span(), "missing_from_working_days must be from 1 to 20 working days");
        }
    }

    fn ladder(&mut self, ladder: &Spanned<Ladder>) {
        let ladder = ladder.get_ref();
        let (span, rungs) = (ladder.rungs.span(), ladder.rungs.get_ref());
        if rungs.is_empty() || !rungs.is_sorted_by(|earlier, later| earlier < later) {
            self.refuse(&span, "the rungs must climb, each once: [-10, -3, 0]");
        }
        if rungs.iter().any(|rung| !RUNGS_WORKING_DAYS.contains(rung)) {
            self.refuse(&span, "a rung must be from -60 to 60 working days");
        }
        if *ladder.send_until.get_ref() <= ladder.send_from {
            self.refuse(&ladder.send_until.span(), "sending would end before it begins");
        }
    }
}

/// Returns the day of a holiday, or an error if columns are missing or superfluous for its kind.
pub fn rule_kind(holiday: &Holiday) -> Result<RuleKind, &'static str> {
    match (holiday.kind, holiday.month, holiday.day, holiday.offset) {
        (HolidayKind::Fixed, Some(month), Some(day), None) => Ok(RuleKind::Fixed { month, day }),
        (HolidayKind::Easter, None, None, Some(days)) => Ok(RuleKind::EasterOffset { days }),
        (HolidayKind::Fixed, ..) => Err("a fixed holiday has month and day and no offset"),
        (HolidayKind::Easter, ..) => Err("a holiday tied to Easter has an offset and neither month nor day"),
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_sigla(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_ipa_code(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns whether a text has the form of a cadastral code ("codice Belfiore"), such as A794.
fn is_cadastral(text: &str) -> bool {
    text.len() == 4 && text.starts_with(|first: char| first.is_ascii_uppercase()) && is_digits(&text[1..], 3)
}

fn is_nuts(text: &str, length: usize) -> bool {
    text.len() == length
        && text.starts_with("IT")
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
