//! The open data of the service described for catalogues of data: DCAT-AP_IT for the calendar and the releases of each
//! product, COV-AP_IT and the W3C's organisation ontology for the network (ADR 37). Pure; without personal data.
//!
//! One graph is written as Turtle and as JSON-LD. Addresses of things are addresses of pages with a fragment.

mod graph;

pub use graph::Graph;

use crate::catalogue::model::Product;
use crate::letters;
use crate::network::model::{AgreementView, BodyView, ObservatoryView};
use crate::releases::feed::Format;
use crate::releases::sought::Narrowing;
use crate::texts::Lang;
use crate::time::zone;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::ProductId;
use entity::kinds::{BodyKind, Periodicity, Theme};
use graph::{Node, expanded};
use std::collections::HashMap;

/// Vocabularies of the European Publications Office.
const EU: &str = "http://publications.europa.eu/resource/authority";
/// The region in the classification of territorial units.
const LOMBARDY: &str = "http://data.europa.eu/nuts/code/ITC4";
/// The Italian list of licences, with the ones that it has for us.
const LICENCES: &str = "https://w3id.org/italia/controlled-vocabulary/licences";
/// Address of CC BY 4.0 without its scheme, by which the list's entry is chosen.
const CC_BY_4: &str = "creativecommons.org/licenses/by/4.0";

/// Facts to describe.
pub struct Facts<'f> {
    /// Base address of the service, without a trailing slash.
    pub base_url: &'f str,
    pub licence: Option<&'f str>,
    /// Office that answers for products without a contact of their own.
    pub secretariat: (&'f str, &'f str),
    pub agreement: Option<&'f AgreementView>,
    pub bodies: &'f [BodyView],
    pub observatories: &'f [ObservatoryView],
    pub products: &'f [Product],
    /// Instant of the last change of a release, by product.
    pub changed: &'f HashMap<ProductId, DateTime<Utc>>,
    pub today: NaiveDate,
}

/// A dataset of the catalogue.
struct Dataset<'f> {
    /// Path of its page; its identifier too.
    path: String,
    titles: [(Lang, String); 2],
    descriptions: Vec<(Lang, String)>,
    themes: &'static [&'static str],
    frequency: &'static str,
    contact: (&'f str, Option<&'f str>),
    narrowed: Narrowing,
    modified: NaiveDate,
}

/// Describes catalogue, datasets and network in one graph.
pub fn graph(facts: &Facts<'_>) -> Graph {
    let mut graph = Graph::default();
    let datasets = datasets(facts);
    facts.describe_catalogue(&mut graph, &datasets);
    for dataset in &datasets {
        facts.describe_dataset(&mut graph, dataset);
    }
    facts.describe_licence(&mut graph);
    facts.describe_network(&mut graph);
    graph
}

/// Returns the dataset of the whole calendar and one for each product in use.
fn datasets<'f>(facts: &Facts<'f>) -> Vec<Dataset<'f>> {
    let day = |at: &DateTime<Utc>| zone::day_of(*at);
    let named = |key: &str, lang: Lang| (lang, lang.t(key).to_owned());
    let whole = Dataset {
        path: "/calendar".to_owned(),
        titles: Lang::ALL.map(|lang| named("releases.feed_name", lang)),
        descriptions: Lang::ALL.map(|lang| named("releases.calendar_lead", lang)).into(),
        themes: &["SOCI"],
        frequency: "IRREG",
        contact: (facts.secretariat.0, Some(facts.secretariat.1)),
        narrowed: Narrowing::default(),
        modified: facts.changed.values().max().map_or(facts.today, day),
    };
    let of = |product: &'f Product| {
        let contact = product.details.contact.as_ref();
        let title = |lang: Lang| (lang, lang.f("overview.dataset_title", &[("product", product.name(lang))]));
        let described = |lang: Lang| {
            let own = match lang {
                Lang::It => product.details.description_it.clone(),
                Lang::En => product.details.description_en.clone(),
            };
            (lang, own.unwrap_or_else(|| title(lang).1))
        };
        Dataset {
            path: format!("/products/{}", product.code),
            titles: Lang::ALL.map(title),
            descriptions: Lang::ALL.map(described).into(),
            themes: themes(product.details.theme),
            frequency: frequency(product.details.periodicity),
            contact: contact.map_or((facts.secretariat.0, Some(facts.secretariat.1)), |contact| {
                (contact.name.as_str(), contact.email.as_deref())
            }),
            narrowed: Narrowing { product: Some(product.clone()), ..Narrowing::default() },
            modified: facts.changed.get(&product.id).map_or(whole.modified, day),
        }
    };
    let in_use = facts.products.iter().filter(|product| product.retired_at.is_none());
    let products: Vec<Dataset<'f>> = in_use.map(of).collect();
    std::iter::once(whole).chain(products).collect()
}

/// Returns the themes of the European catalogue of data for a theme of ours.
const fn themes(theme: Option<Theme>) -> &'static [&'static str] {
    match theme {
        Some(Theme::Training) => &["EDUC", "SOCI"],
        Some(Theme::Economy | Theme::Demand) => &["ECON", "SOCI"],
        Some(Theme::Employment | Theme::Hiring | Theme::Skills | Theme::Inclusion | Theme::Crises | Theme::Other)
        | None => &["SOCI"],
    }
}

/// Returns the European code of a periodicity.
const fn frequency(periodicity: Periodicity) -> &'static str {
    match periodicity {
        Periodicity::Annual => "ANNUAL",
        Periodicity::HalfYearly => "ANNUAL_2",
        Periodicity::FourMonthly => "ANNUAL_3",
        Periodicity::Quarterly => "QUARTERLY",
        Periodicity::Monthly => "MONTHLY",
        Periodicity::Irregular => "IRREG",
    }
}

/// Returns the European code of a format.
const fn file_type(format: Format) -> &'static str {
    match format {
        Format::Calendar => "ICS",
        Format::News => "ATOM",
        Format::Data => "JSON",
        Format::Table => "CSV",
    }
}

fn language(lang: Lang) -> Node {
    let code = match lang {
        Lang::It => "ITA",
        Lang::En => "ENG",
    };
    expanded(&format!("{EU}/language/{code}"))
}

impl Facts<'_> {
    /// Returns the node of a thing: the address of its page with a fragment.
    fn node(&self, path: &str, fragment: &str) -> Node {
        expanded(&format!("{}{path}#{fragment}", self.base_url))
    }

    fn page(&self, path: &str) -> Node {
        expanded(&format!("{}{path}", self.base_url))
    }

    fn catalogue(&self) -> Node {
        self.node("/catalogue.ttl", "catalogue")
    }

    fn body(&self, code: &str) -> Node {
        self.node(&format!("/network/bodies/{code}"), "body")
    }

    /// Returns the region, which publishes the data and holds their rights.
    fn publisher(&self) -> Option<Node> {
        let region = self.bodies.iter().find(|body| body.kind == BodyKind::Region);
        region.map(|region| self.body(&region.code))
    }

    fn describe_catalogue(&self, graph: &mut Graph, datasets: &[Dataset<'_>]) {
        let own = self.catalogue();
        graph.is_a(&own, &["dcat:Catalog", "dcatapit:Catalog"]);
        for lang in Lang::ALL {
            graph.text(&own, "dct:title", lang.t("overview.open_data_title"), lang);
            graph.text(&own, "dct:description", lang.t("overview.open_data_lead"), lang);
            graph.link(&own, "dct:language", language(lang));
        }
        if let Some(publisher) = self.publisher() {
            graph.link(&own, "dct:publisher", publisher);
        }
        let modified = datasets.iter().map(|dataset| dataset.modified).max().unwrap_or(self.today);
        graph.day(&own, "dct:modified", modified);
        graph.link(&own, "dcat:themeTaxonomy", expanded(&format!("{EU}/data-theme")));
        graph.link(&own, "foaf:homepage", self.page("/"));
        graph.link(&own, "dct:spatial", expanded(LOMBARDY));
        graph.link(&own, "dct:license", self.licence());
        for dataset in datasets {
            graph.link(&own, "dcat:dataset", self.node(&dataset.path, "dataset"));
        }
    }

    fn describe_dataset(&self, graph: &mut Graph, dataset: &Dataset<'_>) {
        let own = self.node(&dataset.path, "dataset");
        graph.is_a(&own, &["dcat:Dataset", "dcatapit:Dataset"]);
        graph.value(&own, "dct:identifier", own.as_str());
        for (lang, title) in &dataset.titles {
            graph.text(&own, "dct:title", title, *lang);
        }
        for (lang, description) in &dataset.descriptions {
            graph.text(&own, "dct:description", description, *lang);
        }
        for theme in dataset.themes {
            graph.link(&own, "dcat:theme", expanded(&format!("{EU}/data-theme/{theme}")));
        }
        if let Some(publisher) = self.publisher() {
            graph.link(&own, "dct:publisher", publisher.clone());
            graph.link(&own, "dct:rightsHolder", publisher);
        }
        graph.day(&own, "dct:modified", dataset.modified);
        graph.link(&own, "dct:accrualPeriodicity", expanded(&format!("{EU}/frequency/{}", dataset.frequency)));
        graph.link(&own, "dct:spatial", expanded(LOMBARDY));
        graph.link(&own, "dcat:landingPage", self.page(&dataset.path));
        let contact = self.node(&dataset.path, "contact");
        graph.link(&own, "dcat:contactPoint", contact.clone());
        for lang in Lang::ALL {
            graph.link(&own, "dct:language", language(lang));
        }
        for format in Format::ALL {
            graph.link(&own, "dcat:distribution", self.node(&dataset.path, format.as_str()));
        }
        self.describe_contact(graph, &contact, dataset);
        for format in Format::ALL {
            self.describe_distribution(graph, dataset, *format);
        }
    }

    fn describe_contact(&self, graph: &mut Graph, own: &Node, dataset: &Dataset<'_>) {
        let (name, email) = dataset.contact;
        graph.is_a(own, &["vcard:Organization", "vcard:Kind", "dcatapit:Organization"]);
        graph.text(own, "vcard:fn", name, Lang::It);
        graph.link(own, "vcard:hasURL", self.page(&dataset.path));
        if let Some(email) = email {
            graph.link(own, "vcard:hasEmail", expanded(&letters::mailto(email)));
        }
    }

    fn describe_distribution(&self, graph: &mut Graph, dataset: &Dataset<'_>, format: Format) {
        let own = self.node(&dataset.path, format.as_str());
        let address = self.page(&dataset.narrowed.address(format.path(), &[]));
        graph.is_a(&own, &["dcat:Distribution", "dcatapit:Distribution"]);
        for lang in Lang::ALL {
            graph.text(&own, "dct:title", lang.t(format.name_key()), lang);
        }
        graph.link(&own, "dct:format", expanded(&format!("{EU}/file-type/{}", file_type(format))));
        graph.value(&own, "dcat:mediaType", format.media_type());
        graph.link(&own, "dcat:accessURL", address.clone());
        graph.link(&own, "dcat:downloadURL", address);
        graph.link(&own, "dct:license", self.licence());
        graph.day(&own, "dct:modified", dataset.modified);
    }

    /// Returns the licence: the entry of the Italian list for CC BY 4.0, the address of another, or the list's entry for an
    /// unknown one if the installation names none.
    fn licence(&self) -> Node {
        match self.licence {
            Some(address) if address.contains(CC_BY_4) => expanded(&format!("{LICENCES}/A21_CCBY40")),
            Some(address) => expanded(address),
            None => expanded(&format!("{LICENCES}/C1_Unknown")),
        }
    }

    fn describe_licence(&self, graph: &mut Graph) {
        let own = self.licence();
        graph.is_a(&own, &["dct:LicenseDocument", "dcatapit:LicenseDocument"]);
        match self.licence {
            Some(address) if address.contains(CC_BY_4) => {
                graph.value(&own, "foaf:name", "Creative Commons Attribution 4.0 International (CC BY 4.0)");
                graph.value(&own, "owl:versionInfo", "4.0");
                graph.link(&own, "dct:type", expanded("http://purl.org/adms/licencetype/Attribution"));
            }
            Some(address) => graph.value(&own, "foaf:name", address),
            None => graph.text(&own, "foaf:name", Lang::It.t("overview.data_no_licence"), Lang::It),
        }
    }

    fn describe_network(&self, graph: &mut Graph) {
        let network = self.node("/network", "network");
        graph.is_a(&network, &["org:OrganizationalCollaboration", "foaf:Agent"]);
        for lang in Lang::ALL {
            graph.text(&network, "foaf:name", lang.t("releases.feed_author"), lang);
        }
        if let Some(agreement) = self.agreement {
            graph.text(&network, "dct:description", &agreement.title, Lang::It);
        }
        for body in self.bodies {
            graph.link(&network, "org:hasMember", self.body(&body.code));
            self.describe_body(graph, body);
        }
        for observatory in self.observatories {
            self.describe_observatory(graph, observatory);
        }
    }

    fn describe_body(&self, graph: &mut Graph, body: &BodyView) {
        let own = self.body(&body.code);
        graph.is_a(&own, &["cov:PublicOrganization", "dcatapit:Agent", "foaf:Agent"]);
        graph.value(&own, "dct:identifier", &body.ipa_code);
        graph.value(&own, "cov:IPAcode", &body.ipa_code);
        graph.text(&own, "cov:legalName", &body.name, Lang::It);
        graph.text(&own, "foaf:name", &body.name, Lang::It);
        graph.link(&own, "dct:spatial", expanded(&format!("http://data.europa.eu/nuts/code/{}", body.nuts)));
        graph.link(&own, "foaf:page", self.page(&format!("/network/bodies/{}", body.code)));
    }

    fn describe_observatory(&self, graph: &mut Graph, observatory: &ObservatoryView) {
        let path = format!("/network/observatories/{}", observatory.code);
        let own = self.node(&path, "observatory");
        graph.is_a(&own, &["org:OrganizationalUnit", "foaf:Agent"]);
        graph.value(&own, "dct:identifier", &observatory.code);
        graph.text(&own, "foaf:name", &observatory.name, Lang::It);
        graph.link(&own, "org:unitOf", self.body(&observatory.body_code));
        graph.link(&own, "foaf:page", self.page(&path));
    }
}
