//! The open data as catalogues of data read them: DCAT-AP_IT with its required properties, the network in COV-AP_IT, each
//! release as an event of schema.org.

use crate::on_sqlite;
use crate::public_agenda::{confirmed, desk, moved, read};
use crate::support::app::TestApp;
use crate::support::db::Engine;
use crate::support::world::World;
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use oxttl::TurtleParser;
use serde_json::Value;
use std::collections::BTreeSet;

on_sqlite! {
    the_catalogue_has_every_required_property_of_the_italian_profile,
    turtle_and_json_ld_say_the_same,
    the_description_names_no_person,
    a_release_is_an_event_that_says_how_it_stands,
    the_licence_is_the_one_that_the_installation_names,
}

const DCT: &str = "http://purl.org/dc/terms/";
const DCAT: &str = "http://www.w3.org/ns/dcat#";
const DCATAPIT: &str = "http://dati.gov.it/onto/dcatapit#";
const FOAF: &str = "http://xmlns.com/foaf/0.1/";
const VCARD: &str = "http://www.w3.org/2006/vcard/ns#";
const COV: &str = "https://w3id.org/italia/onto/COV/";
const EU: &str = "http://publications.europa.eu/resource/authority/";

struct Described(Vec<Triple>);

impl Described {
    async fn read(app: &TestApp) -> Self {
        let answer = app.anonymous().get("/catalogue.ttl").send().await;
        assert_eq!(answer.header("content-type"), Some("text/turtle; charset=utf-8"));
        let text = answer.text();
        Self(TurtleParser::new().for_slice(text.as_bytes()).collect::<Result<_, _>>().expect("it is Turtle"))
    }

    /// Returns the things of a class.
    fn all(&self, class: &str) -> Vec<NamedOrBlankNode> {
        let class = Term::from(NamedNode::new(class).expect("a class"));
        let of = |triple: &&Triple| triple.predicate == oxrdf::vocab::rdf::TYPE && triple.object == class;
        self.0.iter().filter(of).map(|triple| triple.subject.clone()).collect()
    }

    fn values(&self, of: &NamedOrBlankNode, property: &str) -> Vec<&Term> {
        let is_its = |triple: &&Triple| triple.subject == *of && triple.predicate.as_str() == property;
        self.0.iter().filter(is_its).map(|triple| &triple.object).collect()
    }

    /// Returns the things that a property names, and fails without one.
    #[track_caller]
    fn named(&self, of: &NamedOrBlankNode, property: &str) -> Vec<NamedOrBlankNode> {
        let values = self.values(of, property);
        assert!(!values.is_empty(), "{of} has no {property}");
        let node = |value: &Term| match value {
            Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
            other => panic!("{other} is no thing"),
        };
        values.into_iter().map(node).collect()
    }

    /// Fails unless the thing has a text for each property.
    #[track_caller]
    fn demand_texts(&self, of: &NamedOrBlankNode, properties: &[String]) {
        for property in properties {
            let values = self.values(of, property);
            let is_text = |value: &&Term| matches!(value, Term::Literal(literal) if !literal.value().trim().is_empty());
            assert!(!values.is_empty() && values.iter().all(is_text), "{of} has no {property}");
        }
    }
}

fn address(of: &NamedOrBlankNode) -> String {
    match of {
        NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNode::BlankNode(node) => panic!("{node} has no address"),
    }
}

/// Guide of the Italian profile: the properties that a catalogue, a dataset, a distribution, an agent, a contact and a
/// licence must have.
async fn the_catalogue_has_every_required_property_of_the_italian_profile(engine: Engine) {
    let (app, desk) = desk(engine).await;
    confirmed(&desk).await;
    let found = Described::read(&app).await;
    let catalogues = found.all(&format!("{DCATAPIT}Catalog"));
    let [catalogue] = catalogues.as_slice() else { panic!("not one catalogue: {catalogues:?}") };
    found.demand_texts(catalogue, &["title", "description", "modified"].map(|name| format!("{DCT}{name}")));
    let datasets = found.named(catalogue, &format!("{DCAT}dataset"));
    let products = desk.get("/api/v1/products").send().await.expect(200)["items"].as_array().expect("a list").len();
    assert_eq!(datasets.len(), 1 + products, "the calendar, and each product");
    let named = |things: &[NamedOrBlankNode]| things.iter().map(address).collect::<BTreeSet<String>>();
    assert_eq!(named(&datasets), named(&found.all(&format!("{DCATAPIT}Dataset"))));
    let mut agents: Vec<NamedOrBlankNode> = found.named(catalogue, &format!("{DCT}publisher"));
    for dataset in &datasets {
        found.demand_texts(
            dataset,
            &["title", "description", "identifier", "modified"].map(|name| format!("{DCT}{name}")),
        );
        for theme in found.named(dataset, &format!("{DCAT}theme")) {
            assert!(address(&theme).starts_with(&format!("{EU}data-theme/")), "{theme}");
        }
        for frequency in found.named(dataset, &format!("{DCT}accrualPeriodicity")) {
            assert!(address(&frequency).starts_with(&format!("{EU}frequency/")), "{frequency}");
        }
        agents.extend(found.named(dataset, &format!("{DCT}rightsHolder")));
        agents.extend(found.named(dataset, &format!("{DCT}publisher")));
        for contact in found.named(dataset, &format!("{DCAT}contactPoint")) {
            assert!(found.all(&format!("{DCATAPIT}Organization")).contains(&contact), "{contact}");
            found.demand_texts(&contact, &[format!("{VCARD}fn")]);
            assert!(address(&found.named(&contact, &format!("{VCARD}hasEmail"))[0]).starts_with("mailto:"));
        }
        let distributions = found.named(dataset, &format!("{DCAT}distribution"));
        assert_eq!(distributions.len(), 4, "{dataset}");
        for distribution in distributions {
            assert!(found.all(&format!("{DCATAPIT}Distribution")).contains(&distribution), "{distribution}");
            let format = &found.named(&distribution, &format!("{DCT}format"))[0];
            assert!(address(format).starts_with(&format!("{EU}file-type/")), "{format}");
            for licence in found.named(&distribution, &format!("{DCT}license")) {
                assert!(found.all(&format!("{DCATAPIT}LicenseDocument")).contains(&licence), "{licence}");
                found.demand_texts(&licence, &[format!("{FOAF}name")]);
            }
            let access = address(&found.named(&distribution, &format!("{DCAT}accessURL"))[0]);
            let path = access.strip_prefix("http://raccordo.test").expect("of this service").to_owned();
            assert_eq!(app.anonymous().get(&path).send().await.status.as_u16(), 200, "{path}");
        }
    }
    for agent in agents {
        assert!(found.all(&format!("{DCATAPIT}Agent")).contains(&agent), "{agent}");
        found.demand_texts(&agent, &[format!("{DCT}identifier"), format!("{FOAF}name")]);
    }
    let bodies = found.all(&format!("{COV}PublicOrganization"));
    assert_eq!(bodies.len(), 13);
    for body in &bodies {
        found.demand_texts(body, &[format!("{COV}IPAcode"), format!("{COV}legalName")]);
    }
    let units = found.all("http://www.w3.org/ns/org#OrganizationalUnit");
    assert_eq!(units.len(), 13);
    for unit in &units {
        assert!(bodies.contains(&found.named(unit, "http://www.w3.org/ns/org#unitOf")[0]), "{unit}");
    }
}

/// Reads JSON-LD as the form of ours has to be read: names with prefixes, values as objects.
fn triples_of(json: &Value) -> BTreeSet<String> {
    let context = json["@context"].as_object().expect("prefixes");
    let full = |name: &str| match name.split_once(':').and_then(|(prefix, rest)| Some((context.get(prefix)?, rest))) {
        Some((namespace, rest)) => format!("{}{rest}", namespace.as_str().expect("a namespace")),
        None => name.to_owned(),
    };
    let node = |name: &str| NamedNode::new(full(name)).expect("an address");
    let term = |value: &Value| -> Term {
        match (&value["@id"], &value["@language"], &value["@type"]) {
            (Value::String(id), ..) => node(id).into(),
            (_, Value::String(language), _) => {
                let text = value["@value"].as_str().expect("a text");
                Literal::new_language_tagged_literal(text, language).expect("a language").into()
            }
            (_, _, Value::String(kind)) => {
                Literal::new_typed_literal(value["@value"].as_str().expect("a text"), node(kind)).into()
            }
            _ => Literal::new_simple_literal(value["@value"].as_str().expect("a text")).into(),
        }
    };
    let mut found = BTreeSet::new();
    for thing in json["@graph"].as_array().expect("things") {
        let subject = node(thing["@id"].as_str().expect("an address"));
        for (name, values) in thing.as_object().expect("an object").iter().filter(|(name, _)| *name != "@id") {
            for value in values.as_array().expect("values") {
                let triple = match name.as_str() {
                    "@type" => {
                        Triple::new(subject.clone(), oxrdf::vocab::rdf::TYPE, node(value.as_str().expect("a class")))
                    }
                    property => Triple::new(subject.clone(), node(property), term(value)),
                };
                found.insert(triple.to_string());
            }
        }
    }
    found
}

async fn turtle_and_json_ld_say_the_same(engine: Engine) {
    let (app, desk) = desk(engine).await;
    confirmed(&desk).await;
    let turtle: BTreeSet<String> = Described::read(&app).await.0.iter().map(ToString::to_string).collect();
    let answer = app.anonymous().get("/catalogue.jsonld").send().await;
    assert_eq!(answer.header("content-type"), Some("application/ld+json"));
    let json: Value = serde_json::from_str(&answer.text()).expect("JSON");
    assert_eq!(triples_of(&json), turtle);
    assert!(turtle.len() > 200, "{}", turtle.len());
    for path in ["/catalogue.ttl", "/catalogue.jsonld"] {
        let first = app.anonymous().get(path).send().await.text();
        app.advance(chrono::TimeDelta::seconds(5));
        assert_eq!(app.anonymous().get(path).send().await.text(), first, "{path}: the same facts have the same bytes");
    }
    let answer = app.anonymous().get("/catalogue.jsonld").send().await;
    let tag = answer.header("etag").expect("a tag").to_owned();
    let before = app.services.db.statements().get();
    let again = app.anonymous().get("/catalogue.jsonld").header("if-none-match", &tag).send().await;
    assert_eq!((again.status.as_u16(), app.services.db.statements().get()), (304, before + 1));
}

async fn the_description_names_no_person(engine: Engine) {
    let world = World::new(engine).await;
    for path in ["/catalogue.ttl", "/catalogue.jsonld", &world.fill("/rilasci/{slug}/event.jsonld")] {
        let text = world.app.anonymous().get(path).send().await.text();
        for name in ["Riva", "Capo", "Sala", "ente.example"] {
            assert!(!text.contains(name), "{path} has {name}");
        }
    }
}

async fn a_release_is_an_event_that_says_how_it_stands(engine: Engine) {
    let (app, desk) = desk(engine).await;
    let anyone = app.anonymous();
    let release = confirmed(&desk).await;
    let page = read(&anyone, "/rilasci/relazione-territoriale-2026").await;
    let link = scraper::Selector::parse("head link[rel=alternate][type='application/ld+json']").expect("a selector");
    let address = page.select(&link).next().and_then(|link| link.attr("href")).expect("an address").to_owned();
    let event = async || -> Value { serde_json::from_str(&anyone.get(&address).send().await.text()).expect("JSON") };
    let before = event().await;
    assert_eq!(
        (&before["@type"], &before["eventStatus"]),
        (&"PublicationEvent".into(), &"https://schema.org/EventScheduled".into())
    );
    assert_eq!(before["startDate"], "2027-03-19T09:00:00+00:00");
    assert_eq!(before["workFeatured"]["temporalCoverage"], "2026-01-01/2026-12-31");
    let release = moved(&desk, &release, "2027-04-02").await;
    let after = event().await;
    assert_eq!(after["eventStatus"], "https://schema.org/EventRescheduled");
    assert_eq!(
        (&after["startDate"], &after["previousStartDate"]),
        (&"2027-04-02T08:00:00+00:00".into(), &before["startDate"])
    );
    crate::public_agenda::cancelled(&desk, &release).await;
    assert_eq!(event().await["eventStatus"], "https://schema.org/EventCancelled");
    assert_eq!(anyone.get("/rilasci/nulla/event.jsonld").send().await.status.as_u16(), 404);
}

async fn the_licence_is_the_one_that_the_installation_names(engine: Engine) {
    for (configured, expected) in [
        ("", "https://w3id.org/italia/controlled-vocabulary/licences/C1_Unknown"),
        (
            "https://creativecommons.org/licenses/by/4.0/",
            "https://w3id.org/italia/controlled-vocabulary/licences/A21_CCBY40",
        ),
        ("https://licenza.example/1", "https://licenza.example/1"),
    ] {
        let mut config = raccordo::config::Config::for_tests();
        config.pages.data_licence_url = configured.to_owned();
        let app = TestApp::with_config(engine, config).await;
        let found = Described::read(&app).await;
        let catalogue = &found.all(&format!("{DCATAPIT}Catalog"))[0];
        assert_eq!(address(&found.named(catalogue, &format!("{DCT}license"))[0]), expected);
    }
}
