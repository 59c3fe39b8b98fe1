//! People of the demonstration. All names are invented, all addresses belong to a reserved domain (RFC 2606).

use crate::network::model::PersonIn;
use crate::texts::Lang;

/// Domain of all addresses of the demonstration.
pub(super) const DOMAIN: &str = "ente.example";

/// Every territorial observatory with a referent.
pub(super) const AT_WORK: [&str; 11] =
    ["bergamo", "brescia", "como", "cremona", "lecco", "lodi", "mantova", "milano", "monza-brianza", "pavia", "varese"];

/// A seat with the person designated to it at the beginning of the year.
pub(super) struct Part {
    pub seat: &'static str,
    pub given_name: &'static str,
    pub family_name: &'static str,
    /// Days from the first day of the designation to its communication.
    pub communicated_after: u64,
}

const fn part(
    seat: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    communicated_after: u64,
) -> Part {
    Part { seat, given_name, family_name, communicated_after }
}

/// Managers, who come first because they get the mails about later designations. Lodi and Milano have no manager yet.
pub(super) const MANAGERS: &[Part] = &[
    part("body_manager:regione-lombardia", "Ottavia", "Reggiani", 0),
    part("body_manager:provincia-bergamo", "Silvano", "Orobico", 0),
    part("body_manager:provincia-brescia", "Nives", "Leonessa", 2),
    part("body_manager:provincia-como", "Plinio", "Lariano", 0),
    part("body_manager:provincia-cremona", "Ugolino", "Torrazzi", 0),
    part("body_manager:provincia-lecco", "Lucia", "Resegoni", 1),
    part("body_manager:provincia-mantova", "Isabella", "Minciotti", 0),
    part("body_manager:provincia-monza-brianza", "Teodolinda", "Brianzoli", 0),
    part("body_manager:provincia-pavia", "Severino", "Ticinesi", 3),
    part("body_manager:provincia-sondrio", "Bortolo", "Valtellini", 0),
    part("body_manager:provincia-varese", "Fiorenza", "Insubri", 0),
];

/// Referents, deputies, direction and partner. Sondrio has no referent.
pub(super) const TABLE: &[Part] = &[
    part("referent:regionale", "Cesira", "Lombardini", 0),
    part("referent:milano", "Ambrogio", "Navigli", 4),
    part("referent:bergamo", "Ada", "Serio", 0),
    part("referent:brescia", "Fausto", "Mella", 2),
    part("referent:como", "Marta", "Spallini", 0),
    part("referent:cremona", "Nora", "Ollio", 18),
    part("referent:lecco", "Renzo", "Grigni", 0),
    part("referent:lodi", "Piera", "Addei", 1),
    part("referent:mantova", "Virgilia", "Pastore", 0),
    part("referent:monza-brianza", "Gerardo", "Lambro", 0),
    part("referent:pavia", "Petronilla", "Lomellini", 5),
    part("referent:varese", "Elio", "Montani", 0),
    part("deputy:bergamo", "Tullio", "Brembo", 0),
    part("deputy:brescia", "Marzia", "Garza", 0),
    part("direction:regione-lombardia", "Clelia", "Pirelloni", 0),
    part("partner:bergamo", "Grace", "Orceana", 0),
];

/// Seat of the referent with a designation that ends soon.
pub(super) const EXPIRING: &str = "referent:pavia";
/// The organisation of the partner.
pub(super) const ORGANISATION: &str = "Centro studi Orobie (ente inventato)";

/// Person who replaces the referent of Varese during the year.
pub(super) const NEW_IN_VARESE: Part = part("referent:varese", "Ginevra", "Campo", 0);
/// Person with an announced designation for Como.
pub(super) const NEXT_IN_COMO: Part = part("referent:como", "Dario", "Brunatesi", 0);
/// Address of a person whose mailbox no longer exists.
pub(super) const GONE_MAILBOX: &str = "virgilia.pastore@ente.example";

impl Part {
    pub(super) fn person(&self) -> PersonIn {
        let is_partner = self.seat.starts_with("partner:");
        PersonIn {
            given_name: self.given_name.to_owned(),
            family_name: self.family_name.to_owned(),
            email: format!("{}.{}@{DOMAIN}", self.given_name.to_lowercase(), self.family_name.to_lowercase()),
            phone: None,
            language: if is_partner { Lang::En } else { Lang::It },
        }
    }

    /// Signatory of the act.
    pub(super) fn organ(&self) -> &'static str {
        match self.seat.split_once(':') {
            Some((_, "regionale" | "regione-lombardia")) => "Direttore generale Istruzione, Formazione e Lavoro",
            Some((_, "milano")) => "Sindaco metropolitano",
            _ => "Presidente della Provincia",
        }
    }

    /// Subject of the act.
    pub(super) fn subject(&self) -> &'static str {
        match self.seat.split_once(':').map(|(kind, _)| kind) {
            Some("referent") => "Designazione del referente dell'osservatorio del mercato del lavoro",
            Some("deputy") => "Designazione del supplente del referente dell'osservatorio",
            Some("body_manager") => "Individuazione del responsabile dell'ente per il Protocollo di intesa",
            Some("partner") => "Individuazione del partner dell'osservatorio",
            _ => "Individuazione della direzione per il Protocollo di intesa",
        }
    }
}
