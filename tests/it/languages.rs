//! Italian data on English pages are marked as Italian, so that they are read out as such.

use crate::support::app::SECRETARIAT;
use crate::support::db::Engine;
use crate::support::source;
use crate::support::world::{MANAGER, OWN, World};
use entity::{agenda_item, body, designation_record, meeting, observatory, outcome, release_change, unavailability};
use scraper::{ElementRef, Html, Node};
use sea_orm::EntityTrait;
use std::collections::BTreeSet;

/// Texts of the world that people wrote in Italian, and names of bodies and observatories.
async fn italian(world: &World) -> BTreeSet<String> {
    let db = world.app.services.db.reader();
    let mut texts: BTreeSet<String> = BTreeSet::new();
    texts.extend(body::Entity::find().all(db).await.expect("rows").into_iter().map(|row| row.name));
    texts.extend(observatory::Entity::find().all(db).await.expect("rows").into_iter().map(|row| row.name));
    texts.extend(meeting::Entity::find().all(db).await.expect("rows").into_iter().map(|row| row.title));
    texts.extend(agenda_item::Entity::find().all(db).await.expect("rows").into_iter().map(|row| row.title));
    texts.extend(outcome::Entity::find().all(db).await.expect("rows").into_iter().map(|row| row.text));
    texts.extend(
        release_change::Entity::find().all(db).await.expect("rows").into_iter().filter_map(|row| row.reason_text),
    );
    let records = designation_record::Entity::find().all(db).await.expect("rows");
    texts.extend(records.into_iter().flat_map(|row| [row.act_subject, row.act_organ]));
    texts.extend(unavailability::Entity::find().all(db).await.expect("rows").into_iter().filter_map(|row| row.note));
    texts.retain(|text| !text.is_empty());
    texts
}

/// Returns the pieces of text of a page that are Italian data as a whole and not marked. Options of lists and places of a
/// seat behind its kind count too.
fn unmarked(html: &str, italian: &BTreeSet<String>) -> BTreeSet<String> {
    let page = Html::parse_document(html);
    let mut found = BTreeSet::new();
    for node in page.tree.nodes() {
        let Node::Text(text) = node.value() else { continue };
        let text = text.trim();
        let place = text.rsplit_once(" · ").map_or(text, |(_, place)| place);
        if !italian.contains(text) && !italian.contains(place) {
            continue;
        }
        let language = node.ancestors().filter_map(ElementRef::wrap).find_map(|element| {
            // A value typed by the reader is in the reader's language.
            let is_field = ["textarea", "title", "option"].contains(&element.value().name());
            if is_field { Some("it") } else { element.attr("lang") }
        });
        if language != Some("it") {
            found.insert(text.to_owned());
        }
    }
    found
}

#[actix_web::test]
async fn italian_data_on_english_pages_are_marked_as_italian() {
    let world = World::new(Engine::Sqlite).await;
    let italian = italian(&world).await;
    assert!(italian.len() > 20, "{italian:?}");
    let mut found = BTreeSet::new();
    for email in [SECRETARIAT, OWN, MANAGER] {
        let reader = world.app.browser(email).await;
        for route in source::routes().into_iter().filter(|route| route.method == "GET" && !route.described) {
            let path = world.fill(&route.path);
            let answer = reader.get(&path).header("accept", "text/html").header("accept-language", "en").send().await;
            let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
            if answer.status.as_u16() != 200 || !is_page {
                continue;
            }
            let html = answer.text();
            assert!(html.contains("<html lang=\"en\">"), "{path} is not English");
            found.extend(unmarked(&html, &italian).into_iter().map(|text| format!("{}: {text}", route.path)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
