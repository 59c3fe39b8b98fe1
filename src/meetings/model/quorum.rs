//! The quorum, and people who represent several parties.

use super::{Attendance, Party, Refusal};
use crate::letters;
use entity::ids::BodyId;

/// The quorum: more than half of the table's parties, in person or by delegate.
///
/// The agreement sets no quorum; the majority of the members is the usual rule of collegiate bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    pub parties: usize,
    pub there: usize,
}

impl Quorum {
    pub fn of<'a>(parties: usize, attendances: impl IntoIterator<Item = &'a Attendance>) -> Self {
        Self { parties, there: attendances.into_iter().filter(|one| one.is_there()).count() }
    }

    pub const fn needed(self) -> usize {
        self.parties / 2 + 1
    }

    pub const fn is_reached(self) -> bool {
        self.there >= self.needed()
    }

    /// Returns the reason to store for `decisions` recorded decisions: none with a quorum, the given one without;
    /// refuses if there is neither.
    pub fn justify(self, decisions: usize, reason: Option<String>) -> Result<Option<String>, Refusal> {
        match (self.is_reached() || decisions == 0, reason) {
            (true, _) => Ok(None),
            (false, Some(reason)) => Ok(Some(reason)),
            (false, None) => Err(Refusal::QuorumLost { quorum: self, decisions }),
        }
    }

    /// Refuses a decision without a quorum.
    pub const fn must_be_reached(self) -> Result<(), Refusal> {
        if self.is_reached() { Ok(()) } else { Err(Refusal::QuorumMissing(self)) }
    }
}

/// A person who represents several parties at one meeting: named in the minutes, each party counted. The agreement does
/// not forbid it, and a party with a delegate is represented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    pub name: String,
    /// The names of the parties, in the order of the list.
    pub parties: Vec<String>,
}

/// Returns the people who represent more than one present party, as delegate or as a member for the party.
///
/// `sitting` contains the bodies with the names of their members that day. People are compared by name, because a
/// delegate is recorded by name only; order, case and punctuation do not count.
pub fn stand_ins<'a>(
    there: impl IntoIterator<Item = (&'a Party, &'a Attendance)>,
    sitting: &[(BodyId, String)],
) -> Vec<StandIn> {
    let mut found: Vec<(Vec<String>, StandIn)> = Vec::new();
    for (party, attendance) in there.into_iter().filter(|(_, attendance)| attendance.is_there()) {
        let own = sitting.iter().filter(|(body, _)| *body == party.body_id).map(|(_, name)| name);
        let names: Vec<&String> = match &attendance.delegate {
            Some(delegate) => vec![delegate],
            None => own.collect(),
        };
        for name in names {
            let key = words_of(name);
            match found.iter_mut().find(|(known, _)| *known == key) {
                Some((_, one)) if one.parties.contains(&party.name) => {}
                Some((_, one)) => one.parties.push(party.name.clone()),
                None => found.push((key, StandIn { name: name.clone(), parties: vec![party.name.clone()] })),
            }
        }
    }
    found.into_iter().map(|(_, one)| one).filter(|one| one.parties.len() > 1).collect()
}

/// Returns the words of a name as keys of `letters::name_key`, sorted.
fn words_of(name: &str) -> Vec<String> {
    let words = name.split(|letter: char| letter.is_whitespace() || letter == ',');
    let mut keys: Vec<String> = words.map(|word| letters::name_key(word, "")).filter(|key| !key.is_empty()).collect();
    keys.sort_unstable();
    keys
}
