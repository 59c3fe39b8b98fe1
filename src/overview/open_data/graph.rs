//! A graph of facts (RDF), written as Turtle and as JSON-LD from the same triples.

use crate::texts::Lang;
use chrono::NaiveDate;
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use oxttl::TurtleSerializer;
use serde_json::{Map, Value, json};
use std::io;

/// A thing or a property, by its address.
pub type Node = NamedNode;

/// Prefixes of both forms, in the order in which they are declared.
const PREFIXES: [(&str, &str); 10] = [
    ("cov", "https://w3id.org/italia/onto/COV/"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcatapit", "http://dati.gov.it/onto/dcatapit#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("org", "http://www.w3.org/ns/org#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// Facts in the order in which they were stated, those about one thing together.
#[derive(Clone, Debug, Default)]
pub struct Graph(Vec<Triple>);

/// Returns the node of an address, or of a name with one of the prefixes.
pub fn expanded(name: &str) -> Node {
    let full = name.split_once(':').and_then(|(prefix, rest)| {
        let (_, namespace) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{namespace}{rest}"))
    });
    NamedNode::new_unchecked(full.unwrap_or_else(|| name.to_owned()))
}

/// Returns the name of an address with its prefix, if one fits.
fn shortened(address: &str) -> String {
    let fits = |(prefix, namespace): &(&str, &str)| Some(format!("{prefix}:{}", address.strip_prefix(namespace)?));
    PREFIXES.iter().find_map(fits).unwrap_or_else(|| address.to_owned())
}

impl Graph {
    fn state(&mut self, subject: &Node, property: &str, object: impl Into<Term>) {
        self.0.push(Triple::new(subject.clone(), expanded(property), object));
    }

    pub fn is_a(&mut self, subject: &Node, classes: &[&str]) {
        for class in classes {
            self.state(subject, "rdf:type", expanded(class));
        }
    }

    pub fn link(&mut self, subject: &Node, property: &str, object: Node) {
        self.state(subject, property, object);
    }

    /// States a text in a language.
    pub fn text(&mut self, subject: &Node, property: &str, text: &str, lang: Lang) {
        self.state(subject, property, Literal::new_language_tagged_literal_unchecked(text, lang.code()));
    }

    /// States a value that is no text of a language: a code, a name.
    pub fn value(&mut self, subject: &Node, property: &str, value: &str) {
        self.state(subject, property, Literal::new_simple_literal(value));
    }

    pub fn day(&mut self, subject: &Node, property: &str, day: NaiveDate) {
        self.state(subject, property, Literal::new_typed_literal(day.to_string(), xsd::DATE));
    }

    /// Writes the graph as Turtle. The same graph gives the same bytes: the serialiser declares the prefixes in any order, so
    /// their lines are sorted.
    pub fn turtle(&self) -> io::Result<String> {
        let mut serializer = TurtleSerializer::new();
        for (prefix, namespace) in PREFIXES {
            serializer = serializer.with_prefix(prefix, namespace).map_err(io::Error::other)?;
        }
        let mut writer = serializer.for_writer(Vec::new());
        for triple in &self.0 {
            writer.serialize_triple(triple.as_ref())?;
        }
        let written = String::from_utf8(writer.finish()?).map_err(io::Error::other)?;
        let (mut declared, stated): (Vec<&str>, Vec<&str>) =
            written.split_inclusive('\n').partition(|line| line.starts_with("@prefix "));
        declared.sort_unstable();
        Ok(declared.into_iter().chain(stated).collect())
    }

    /// Returns the graph as JSON-LD: one object for each thing, with its properties by name.
    pub fn json_ld(&self) -> Value {
        let mut things: Vec<Map<String, Value>> = Vec::new();
        for Triple { subject, predicate, object } in &self.0 {
            let id = match subject {
                NamedOrBlankNode::NamedNode(node) => node.as_str(),
                NamedOrBlankNode::BlankNode(node) => node.as_str(),
            };
            if things.last().and_then(|thing| thing["@id"].as_str()) != Some(id) {
                things.push(Map::from_iter([("@id".to_owned(), id.into())]));
            }
            let Some(thing) = things.last_mut() else { continue };
            let (name, value) = if *predicate == rdf::TYPE {
                ("@type".to_owned(), class(object))
            } else {
                (shortened(predicate.as_str()), value(object))
            };
            let values = thing.entry(name).or_insert_with(|| json!([]));
            if let Some(values) = values.as_array_mut() {
                values.push(value);
            }
        }
        let context: Map<String, Value> =
            PREFIXES.iter().map(|(prefix, namespace)| ((*prefix).to_owned(), (*namespace).into())).collect();
        json!({ "@context": context, "@graph": things })
    }
}

fn class(object: &Term) -> Value {
    match object {
        Term::NamedNode(node) => shortened(node.as_str()).into(),
        other => other.to_string().into(),
    }
}

fn value(object: &Term) -> Value {
    match object {
        Term::NamedNode(node) => json!({ "@id": node.as_str() }),
        Term::BlankNode(node) => json!({ "@id": format!("_:{}", node.as_str()) }),
        Term::Literal(literal) => match literal.language() {
            Some(language) => json!({ "@language": language, "@value": literal.value() }),
            None if literal.datatype() == xsd::STRING => json!({ "@value": literal.value() }),
            None => json!({ "@type": shortened(literal.datatype().as_str()), "@value": literal.value() }),
        },
    }
}
