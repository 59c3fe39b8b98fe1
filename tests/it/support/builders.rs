//! Builders of test data with defaults for everything that does not matter.

use super::app::Client;
use serde_json::{Value, json};

/// A designation as a client sends it: `Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-02-01")`.
#[derive(Clone)]
pub struct Designation(Value);

impl Designation {
    /// Starts a designation to a seat, by an act dated 4 January 2027, from 11 January 2027, communicated by PEC on
    /// that day.
    pub fn of(seat: &str) -> Self {
        Self(json!({
            "seat": seat,
            "person": { "given_name": "Ada", "family_name": "Riva", "email": "ada.riva@ente.example" },
            "valid_from": "2027-01-11",
            "act": {
                "kind": "decree", "number": "12/2027", "date": "2027-01-04",
                "organ": "Presidente della Provincia", "subject": "Designazione del referente dell'osservatorio",
            },
            "provenance": { "channel": "pec", "communicated_on": "2027-01-11", "protocol_number": "0001234/2027" },
        }))
    }

    pub fn to(mut self, given_name: &str, family_name: &str) -> Self {
        let email = format!("{}.{}@ente.example", given_name.to_lowercase(), family_name.to_lowercase());
        self.0["person"] = json!({ "given_name": given_name, "family_name": family_name, "email": email });
        self
    }

    pub fn from(mut self, day: &str) -> Self {
        self.0["valid_from"] = day.into();
        self
    }

    pub fn until(mut self, day: &str) -> Self {
        self.0["valid_to"] = day.into();
        self
    }

    pub fn by_act_of(mut self, day: &str) -> Self {
        self.0["act"]["date"] = day.into();
        self
    }

    pub fn communicated_on(mut self, day: &str) -> Self {
        self.0["provenance"]["communicated_on"] = day.into();
        self
    }

    pub fn replacing_the_holder(mut self) -> Self {
        self.0["replaces_holder"] = true.into();
        self
    }

    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0[member] = value.into();
        self
    }

    /// Returns only the statement, which is the body of a correction.
    pub fn statement(mut self) -> Value {
        let members = self.0.as_object_mut().expect("an object");
        members.retain(|name, _| !["seat", "person", "replaces_holder"].contains(&name.as_str()));
        self.0
    }

    pub fn json(self) -> Value {
        self.0
    }
}

/// Enters a designation as the secretariat does.
pub async fn designate(secretariat: &Client, designation: Designation) -> Value {
    secretariat.post("/api/v1/designations").json(designation.json()).send().await.expect(201)
}

/// Plans the territorial report about a period and confirms its day.
pub async fn confirmed(secretariat: &Client, period: &str, day: &str) -> Value {
    let date = json!({ "precision": "month", "day": day });
    let release = json!({ "product": "relazione-territoriale", "period": period, "date": date });
    let planned = secretariat.post("/api/v1/releases").json(release).send().await.expect(201);
    let path = format!("/api/v1/releases/{}/confirm", planned["id"].as_str().expect("an id"));
    secretariat.post(&path).if_match(&planned["version"]).json(json!({ "day": day })).send().await.expect(200)
}
