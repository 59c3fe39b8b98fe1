//! Mails about a thing by party: a part of the pages of a meeting and of a release, for readers of the mail log.
//!
//! A page makes it with [`by_party`] and shows it with the macro of `mail_log/told.html`.

use super::words::state_colour;
use crate::http::page::Badge;
use crate::texts::{Label, Lang};
use crate::time::words;
use chrono::{DateTime, Utc};
use entity::ids::{BodyId, MailId};
use entity::kinds::NotificationState;

/// The latest mail to one person.
pub struct Told {
    /// The party of the person; `None` for a person of no party.
    pub body: Option<BodyId>,
    pub name: String,
    /// Content of the mail, in words.
    pub what: String,
    pub at: DateTime<Utc>,
    /// The mail with its state; `None` once it is no longer kept.
    pub mail: Option<(MailId, NotificationState)>,
    /// Whether mails to the person's address come back.
    pub has_bounced: bool,
}

/// A party with its people who were told; without people if the party was not told.
pub struct PartyTold {
    pub party: String,
    pub people: Vec<PersonTold>,
}

/// The latest mail to one person, in words.
pub struct PersonTold {
    pub name: String,
    pub what: String,
    pub when: String,
    /// Outcome of the mail, with the page of the mail.
    pub outcome: Option<(Badge, String)>,
}

/// Groups mails by party: every party in the given order, also one to whom nothing went, then the people of no party
/// under `others`, if there are any.
pub fn by_party(parties: &[(BodyId, String)], told: Vec<Told>, others: &str, lang: Lang) -> Vec<PartyTold> {
    let mut groups: Vec<PartyTold> =
        parties.iter().map(|(_, name)| PartyTold { party: name.clone(), people: Vec::new() }).collect();
    let mut of_no_party = Vec::new();
    for one in told {
        let place = parties.iter().position(|(body, _)| Some(*body) == one.body);
        let person = PersonTold::of(one, lang);
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.people.push(person),
            None => of_no_party.push(person),
        }
    }
    if !of_no_party.is_empty() {
        groups.push(PartyTold { party: others.to_owned(), people: of_no_party });
    }
    groups
}

impl PersonTold {
    fn of(one: Told, lang: Lang) -> Self {
        let outcome = one.mail.map(|(mail, state)| (outcome(state, one.has_bounced, lang), format!("/mail/{mail}")));
        Self { name: one.name, what: one.what, when: words::long_instant(one.at, lang), outcome }
    }
}

/// Returns the outcome of a mail as its sender sees it: accepted by the server, come back, waiting, or another state.
fn outcome(state: NotificationState, has_bounced: bool, lang: Lang) -> Badge {
    let (text, kind) = match state {
        NotificationState::Sent if has_bounced => (lang.t("mail_log.told_bounced"), "danger"),
        NotificationState::Sent => (lang.t("mail_log.told_accepted"), "success"),
        NotificationState::Pending | NotificationState::Leased => {
            (lang.t("mail_log.told_waiting"), state_colour(state))
        }
        _ => (state.label(lang), state_colour(state)),
    };
    Badge { text, kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn body(number: u128) -> BodyId {
        BodyId(Uuid::from_u128(number))
    }

    #[test]
    fn a_party_with_nobody_is_listed_and_a_person_of_no_party_comes_last() {
        let told = |of: Option<BodyId>, name: &str, state, has_bounced| Told {
            body: of,
            name: name.to_owned(),
            what: "invito".to_owned(),
            at: DateTime::UNIX_EPOCH,
            mail: Some((MailId(Uuid::nil()), state)),
            has_bounced,
        };
        let parties = [(body(1), "Bergamo".to_owned()), (body(2), "Sondrio".to_owned())];
        let all = vec![
            told(None, "Anna Rossi", NotificationState::Pending, false),
            told(Some(body(1)), "Ada Riva", NotificationState::Sent, false),
            told(Some(body(1)), "Ugo Sala", NotificationState::Sent, true),
        ];
        let groups = by_party(&parties, all, "Partner invitati", Lang::It);
        let shown: Vec<(&str, Vec<(&str, &str)>)> = groups
            .iter()
            .map(|group| {
                let outcome = |one: &PersonTold| one.outcome.as_ref().map_or("", |(badge, _)| badge.text);
                let people = group.people.iter().map(|one| (one.name.as_str(), outcome(one)));
                (group.party.as_str(), people.collect())
            })
            .collect();
        let accepted = Lang::It.t("mail_log.told_accepted");
        let bounced = Lang::It.t("mail_log.told_bounced");
        let waiting = Lang::It.t("mail_log.told_waiting");
        assert_eq!(
            shown,
            [
                ("Bergamo", vec![("Ada Riva", accepted), ("Ugo Sala", bounced)]),
                ("Sondrio", vec![]),
                ("Partner invitati", vec![("Anna Rossi", waiting)]),
            ]
        );
    }
}
