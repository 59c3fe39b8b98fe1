//! The story of a designation: the first record as it was entered, then of each record what it changed, with the operation
//! in the trail that wrote it. Operations that wrote no record stand in the trail alone.

use super::words as register_words;
use crate::ctx::Ctx;
use crate::designations::model::{Record, Statement};
use crate::designations::verb::Verb;
use crate::error::Result;
use crate::network::questions::AllBodies;
use crate::network::service as network;
use crate::slices::Happened;
use crate::texts::{Label, Lang};
use crate::time::words;
use entity::ids::{BodyId, PersonId};
use entity::kinds::{Channel, RecordChange};
use std::collections::{BTreeMap, BTreeSet};

/// One record of the history.
pub struct HistoryRow {
    pub when: String,
    pub kind: &'static str,
    pub what: &'static str,
    pub by: String,
    /// «Operazione n. 57, per conto dell’ente Provincia di Bergamo (comunicazione: PEC)».
    pub operation: Option<String>,
    /// Term and act of the first record; of a later one what it changed.
    pub lines: Vec<String>,
    pub reason: Option<String>,
}

/// One operation in the trail.
pub struct TrailRow {
    pub seq: i64,
    pub when: String,
    pub action: String,
    pub who: String,
    pub on_behalf: Option<String>,
}

/// Puts records and operations together, both the latest first: each record with the operation that wrote it, and the
/// operations that wrote none.
pub fn told_once(
    history: &[Record],
    trail: Vec<Happened>,
    names: &Names,
    lang: Lang,
) -> (Vec<HistoryRow>, Vec<TrailRow>) {
    let mut others = trail;
    let mut rows = Vec::with_capacity(history.len());
    for (place, record) in history.iter().enumerate().rev() {
        let wrote = |one: &Happened| {
            one.event.at == record.recorded_at && one.event.verb::<Verb>() == Some(written_by(record.change))
        };
        let operation = others.iter().position(wrote).map(|place| trail_row(others.remove(place), names, lang));
        let before = place.checked_sub(1).and_then(|before| history.get(before));
        rows.push(row(record, before, operation, names, lang));
    }
    (rows, others.into_iter().map(|happened| trail_row(happened, names, lang)).collect())
}

/// Returns the verb of the use case that writes such a record.
const fn written_by(change: RecordChange) -> Verb {
    match change {
        RecordChange::Registered => Verb::Designate,
        RecordChange::Ended => Verb::End,
        RecordChange::Corrected => Verb::Correct,
        RecordChange::Annulled => Verb::Annul,
    }
}

fn row(record: &Record, before: Option<&Record>, operation: Option<TrailRow>, names: &Names, lang: Lang) -> HistoryRow {
    let statement = &record.statement;
    HistoryRow {
        when: words::long_instant(record.recorded_at, lang),
        kind: match record.change {
            RecordChange::Registered => "success",
            RecordChange::Ended => "neutral",
            RecordChange::Corrected => "warning",
            RecordChange::Annulled => "danger",
        },
        what: record.change.label(lang),
        by: record
            .recorded_by
            .map_or_else(|| lang.t("designations.by_service").to_owned(), |id| names.person(id, lang)),
        operation: operation.map(|row| {
            let number = lang.f("designations.history_operation", &[("number", &row.seq.to_string())]);
            row.on_behalf.map_or(number.clone(), |body| format!("{number}, {body}"))
        }),
        lines: match before {
            None => vec![register_words::term(statement.term, lang), register_words::act(&statement.act, lang)],
            Some(before) => changes(before, record, lang),
        },
        reason: register_words::reason(record, lang),
    }
}

/// Lists what a record changed: «decorrenza: 2 dicembre 2026 → 1° dicembre 2026».
fn changes(before: &Record, after: &Record, lang: Lang) -> Vec<String> {
    let none = || "–".to_owned();
    let texts = |record: &Record| -> [(&'static str, String); 10] {
        let Statement { term, act, provenance, organisation } = &record.statement;
        [
            ("designations.history_from", words::date(term.from, lang)),
            ("designations.history_to", register_words::last_day(*term, lang)),
            ("designations.history_act", register_words::act(act, lang)),
            ("designations.history_act_subject", act.subject.clone()),
            ("designations.history_organisation", organisation.clone().unwrap_or_else(none)),
            ("designations.history_channel", register_words::channel(provenance.channel, lang).to_owned()),
            ("designations.history_communicated", words::date(provenance.communicated_on, lang)),
            ("designations.history_protocol", protocol(record, lang).unwrap_or_else(none)),
            ("designations.history_receipt", provenance.receipt.clone().unwrap_or_else(none)),
            // A file is identified by its id, which tells readers nothing.
            (
                "designations.history_document",
                provenance.document_id.map_or_else(none, |_| lang.t("designations.history_document_some").to_owned()),
            ),
        ]
    };
    let pairs = texts(before).into_iter().zip(texts(after));
    let mut changed: Vec<String> = pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((key, before), (_, after))| {
            let values = [("what", lang.t(key)), ("before", before.as_str()), ("after", after.as_str())];
            lang.f("designations.history_change", &values)
        })
        .collect();
    let documents = [before, after].map(|record| record.statement.provenance.document_id);
    if let [Some(one), Some(other)] = documents
        && one != other
    {
        changed.push(lang.t("designations.history_document_other").to_owned());
    }
    changed
}

/// Returns the protocol number of a communication, with its day.
pub fn protocol(record: &Record, lang: Lang) -> Option<String> {
    let provenance = &record.statement.provenance;
    let number = provenance.protocol_number.clone()?;
    Some(match provenance.protocol_date {
        Some(day) => lang.f("designations.protocol_line", &[("number", &number), ("date", &words::short_day(day))]),
        None => number,
    })
}

fn trail_row(happened: Happened, names: &Names, lang: Lang) -> TrailRow {
    let Happened { event, words: action } = happened;
    let who = match (event.actor_kind.as_str(), event.actor_id.as_deref()) {
        ("person", Some(id)) => id.parse().map_or_else(|_| id.to_owned(), |id| names.person(id, lang)),
        ("system", _) => lang.t("designations.by_service").to_owned(),
        ("operator", _) => lang.t("designations.by_operator").to_owned(),
        _ => lang.t("designations.by_nobody").to_owned(),
    };
    let body = event.on_behalf_of.and_then(|id| id.parse().ok()).and_then(|id| names.bodies.get(&id));
    let channel = event.channel.and_then(|channel| channel.parse::<Channel>().ok());
    TrailRow {
        seq: event.seq,
        when: words::long_instant(event.at, lang),
        action,
        who,
        on_behalf: body.map(|body| match channel {
            Some(channel) => lang
                .f("designations.on_behalf_by", &[("body", body), ("channel", register_words::channel(channel, lang))]),
            None => lang.f("designations.on_behalf", &[("body", body)]),
        }),
    }
}

/// Names for the ids in a history and an audit trail, which hold no names.
pub struct Names {
    people: BTreeMap<PersonId, String>,
    bodies: BTreeMap<BodyId, String>,
}

impl Names {
    pub async fn of(ctx: &Ctx, history: &[Record], trail: &[Happened]) -> Result<Self> {
        let by_trail = trail.iter().filter_map(|one| one.event.actor_id.as_deref()?.parse().ok());
        let ids: BTreeSet<PersonId> = history.iter().filter_map(|record| record.recorded_by).chain(by_trail).collect();
        let people = network::people_by_id(ctx.reader(), ids).await?;
        let people = people.into_iter().map(|person| (person.id, person.name())).collect();
        let bodies = ctx.recall(&AllBodies).await?.iter().map(|body| (body.id, body.name.clone())).collect();
        Ok(Self { people, bodies })
    }

    fn person(&self, id: PersonId, lang: Lang) -> String {
        self.people.get(&id).cloned().unwrap_or_else(|| lang.t("designations.by_nobody").to_owned())
    }
}
