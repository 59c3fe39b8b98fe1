//! Every page in both languages, for a browser without scripts and a screen reader. The Italian text of each page is in
//! a file below `golden/pages/`, for review; the English page must have the same elements.

use crate::support::app::{Client, SECRETARIAT};
use crate::support::db::Engine;
use crate::support::forms::links;
use crate::support::golden::assert_goldens;
use crate::support::source::{self, Route};
use crate::support::world::{OWN, World};
use scraper::{ElementRef, Html, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// GET routes that are not pages: files, feeds, answers to programs.
const NO_PAGES: &[&str] = &[
    "/api/v1/openapi.json",
    "/calendar.atom",
    "/calendar.csv",
    "/calendar.ics",
    "/calendar.json",
    "/calendar.schema.json",
    "/catalogue.jsonld",
    "/catalogue.ttl",
    "/agenda/import/template",
    "/deliverables/{id}/documents/{text_id}",
    "/designations/{id}/documents/{document_id}",
    "/health/live",
    "/health/ready",
    "/mail/{id}/source",
    "/meetings/{id}/invite.ics",
    "/metrics",
    "/exports/{list}",
    "/products/{code}/documents/{sheet_document_id}",
    "/rilasci/{slug}/event.jsonld",
    "/sources/{code}/template",
    "/robots.txt",
    "/session",
    "/sitemap.xml",
    "/static/{name}",
];

/// Addresses that redirect to another page, or to a part of it.
const LEADING_ON: &[&str] = &["/outcomes/{id}", "/releases/{id}"];

/// Pages of people who are not signed in.
const FOR_STRANGERS: &[&str] = &["/sign-in", "/sign-in/sent", "/sign-in/{token}"];

/// Pages of people who work for an observatory. The home page of the secretariat is `/monday`.
const FOR_REFERENTS: &[&str] = &["/", "/dossier"];

fn page_routes() -> Vec<Route> {
    source::routes().into_iter().filter(|route| route.method == "GET" && !route.described).collect()
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

/// Returns the general faults of a page.
fn faults(html: &str, lang: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let mut found = Vec::new();
    let mut demand = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    demand(select(&page, "html").iter().all(|html| html.attr("lang") == Some(lang)), "its language is not said");
    let title: String = select(&page, "head > title").iter().flat_map(scraper::ElementRef::text).collect();
    demand(title.trim().trim_start_matches('·').trim() != "Raccordo", "no title of its own");
    demand(select(&page, "h1").len() == 1, "not exactly one h1");
    demand(
        select(&page, "h1").iter().all(|heading| !heading.text().collect::<String>().trim().is_empty()),
        "an empty h1",
    );
    demand(select(&page, "main").len() == 1, "not exactly one main landmark");
    demand(select(&page, "meta[name=viewport]").len() == 1, "no viewport");
    demand(!page.root_element().text().any(|text| text.contains("[?]")), "a text that is not there");
    demand(select(&page, "[style], script:not([src]), style").is_empty(), "an inline style or script");
    demand(select(&page, "img:not([alt])").is_empty(), "an image without alt");
    demand(select(&page, "a[target=_blank]:not([rel])").is_empty(), "a link that opens a window");
    let mut ids = BTreeSet::new();
    for element in select(&page, "[id]") {
        let id = element.attr("id").unwrap_or_default();
        demand(ids.insert(id.to_owned()), &format!("the id {id} twice"));
    }
    for reference in select(&page, "[aria-describedby], [aria-labelledby], [aria-controls]") {
        let names = ["aria-describedby", "aria-labelledby", "aria-controls"]
            .into_iter()
            .filter_map(|name| reference.attr(name));
        for name in names.flat_map(str::split_whitespace) {
            demand(ids.contains(name), &format!("refers to {name}, which is not there"));
        }
    }
    for field in select(&page, "input:not([type=hidden]):not([type=submit]), select, textarea") {
        let id = field.attr("id").unwrap_or_default();
        let has_label = !select(&page, &format!("label[for='{id}']")).is_empty() || field.attr("aria-label").is_some();
        demand(
            !id.is_empty() && has_label,
            &format!("the field {} has no label", field.attr("name").unwrap_or("without name")),
        );
    }
    for group in select(&page, "fieldset") {
        let legend = Selector::parse("legend").expect("a selector");
        demand(group.select(&legend).next().is_some(), "a group of fields without legend");
    }
    for form in select(&page, "form") {
        let action = form.attr("action").unwrap_or_default();
        let is_post = form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let token = Selector::parse("input[name=csrf]").expect("a selector");
        let has_token = form.select(&token).any(|field| field.attr("value").is_some_and(|value| !value.is_empty()));
        // The link of a reminder is itself a key, and the choice of a language only concerns the reader's browser.
        let needs_token = is_post && !action.starts_with("/p/") && action != "/language";
        demand(!needs_token || has_token, &format!("the form to {action} has no token"));
        demand(is_post || !has_token, &format!("the form to {action} shows its token in the address"));
    }
    for button in select(&page, "button, a, summary") {
        let words: String = button.text().collect();
        let is_named = !words.trim().is_empty() || button.attr("aria-label").is_some();
        demand(is_named, "something to press without a name");
    }
    for cell in select(&page, "table") {
        let caption = Selector::parse("caption").expect("a selector");
        demand(cell.select(&caption).next().is_some() || cell.attr("aria-label").is_some(), "a table without caption");
    }
    let mut level = 0;
    for heading in select(&page, "h1, h2, h3, h4, h5, h6") {
        let own = heading.value().name()[1..].parse().unwrap_or(0);
        demand(own <= level + 1, &format!("h{own} follows h{level}"));
        level = own;
    }
    found
}

/// Returns the words of a page between navigation and footer: one line for each block, with `[…]` around controls.
fn words_of(html: &str) -> String {
    let page = Html::parse_document(html);
    let mut words = String::new();
    for main in select(&page, "main") {
        say(main, &mut words);
    }
    let lines = words.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).map(|line| lasting(&line)).collect::<Vec<_>>().join("\n")
}

fn say(element: ElementRef<'_>, words: &mut String) {
    let name = element.value().name();
    let field = |kind: &str| format!(" [{}{kind}]", element.attr("name").unwrap_or_default());
    match name {
        "svg" | "template" => return,
        "input" => match element.attr("type").unwrap_or("text") {
            "hidden" => {}
            "checkbox" | "radio" => words.push_str(" [ ]"),
            _ => words.push_str(&field(&element.attr("value").map(|value| format!("={value}")).unwrap_or_default())),
        },
        "select" | "textarea" => words.push_str(&field(":")),
        "br" => words.push('\n'),
        _ => {}
    }
    let is_inline =
        ["a", "abbr", "b", "button", "code", "em", "label", "small", "span", "strong", "time", "input"].contains(&name);
    let is_pressed =
        name == "button" || element.attr("class").is_some_and(|class| class.split(' ').any(|class| class == "btn"));
    words.push_str(match (is_pressed, is_inline) {
        (true, _) => " [[",
        (false, true) => " ",
        (false, false) => "\n",
    });
    for child in element.children() {
        if let Some(text) = child.value().as_text() {
            words.push_str(text);
        } else if let Some(inner) = ElementRef::wrap(child) {
            say(inner, words);
        }
    }
    words.push_str(match (is_pressed, is_inline) {
        (true, _) => "]] ",
        (false, true) => "",
        (false, false) => "\n",
    });
}

/// Returns the elements of a page in order, with the attributes by which forms and links refer to them. No translation
/// may change them.
fn skeleton(html: &str) -> Vec<String> {
    let known_by = |element: ElementRef<'_>| {
        let names = ["id", "name", "type", "for", "aria-describedby"];
        names.iter().filter_map(|name| Some(format!("[{name}={}]", lasting(element.attr(name)?)))).collect::<String>()
    };
    let page = Html::parse_document(html);
    select(&page, "body *").into_iter().map(|element| element.value().name().to_owned() + &known_by(element)).collect()
}

/// Returns the first two elements that differ between two skeletons.
fn first_difference(one: &[String], other: &[String]) -> Option<(String, String)> {
    let place = (0..one.len().max(other.len())).find(|place| one.get(*place) != other.get(*place))?;
    let at =
        |skeleton: &[String]| skeleton.get(place).map_or_else(|| "no further element".to_owned(), ToOwned::to_owned);
    Some((at(one), at(other)))
}

/// Returns the golden file of a page, in a folder for each slice: `/meetings/{id}/outcomes/new` is in
/// `meetings/id.outcomes.new.txt`.
fn golden_name(path: &str) -> String {
    let plain = path.trim_start_matches('/').replace(['{', '}'], "");
    let (folder, page) = plain.split_once('/').unwrap_or((&plain, "index"));
    let folder = if folder.is_empty() { "home" } else { folder };
    format!("{folder}/{}.txt", page.replace('/', "."))
}

/// Returns a line without the parts that differ in every run: ids, keys, fingerprints, durations.
fn lasting(line: &str) -> String {
    let is_of_a_run = |part: &str| {
        part.len() >= 32 && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
    };
    let parts = line.split_inclusive(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)));
    parts
        .map(|part| {
            let end = part.trim_end_matches(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)));
            if is_of_a_run(end) { format!("…{}", &part[end.len()..]) } else { part.to_owned() }
        })
        .collect()
}

#[actix_web::test]
async fn every_page_is_accessible_in_both_languages() {
    let world = World::new(Engine::Sqlite).await;
    let (secretariat, referent, stranger) =
        (world.app.browser(SECRETARIAT).await, world.app.browser(OWN).await, world.app.anonymous());
    let (mut wrong, mut led_to, mut looked_at) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut said = BTreeMap::new();
    for route in page_routes().iter().filter(|route| !NO_PAGES.contains(&route.path.as_str())) {
        let reader: &Client = match route.path.as_str() {
            path if FOR_STRANGERS.contains(&path) => &stranger,
            path if FOR_REFERENTS.contains(&path) => &referent,
            _ => &secretariat,
        };
        let mut skeletons = BTreeMap::new();
        for lang in ["it", "en"] {
            let answer = reader
                .get(&world.fill(&route.path))
                .header("accept", "text/html")
                .header("accept-language", lang)
                .send()
                .await;
            if answer.status.is_redirection() && LEADING_ON.contains(&route.path.as_str()) {
                led_to.extend(
                    answer.header("location").map(|path| path.split('#').next().unwrap_or_default().to_owned()),
                );
                continue;
            }
            if answer.status.as_u16() != 200 {
                wrong.insert(format!("{} answers {} {:?}", route.path, answer.status, answer.header("location")));
                continue;
            }
            looked_at += 1;
            let html = answer.text();
            if lang == "it" {
                said.insert(golden_name(&route.path), format!("{}\n", words_of(&html)));
            }
            skeletons.insert(lang, skeleton(&html));
            wrong.extend(faults(&html, lang).into_iter().map(|fault| format!("{} ({lang}): {fault}", route.path)));
            led_to.extend(links(&html));
        }
        if let (Some(italian), Some(english)) = (skeletons.get("it"), skeletons.get("en"))
            && let Some((one, other)) = first_difference(italian, english)
        {
            wrong.insert(format!("{}: {one} in Italian, {other} in English", route.path));
        }
    }
    assert!(looked_at > 20, "only {looked_at} pages were looked at");
    for address in led_to {
        let status = secretariat.get(&address).header("accept", "text/html").send().await.status.as_u16();
        if matches!(status, 404 | 405 | 500) {
            wrong.insert(format!("a link leads to {address}, which answers {status}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert_goldens("pages", &said);
}

#[actix_web::test]
async fn the_list_of_routes_that_are_no_pages_is_right() {
    let world = World::new(Engine::Sqlite).await;
    let secretariat = world.app.browser(SECRETARIAT).await;
    for path in NO_PAGES.iter().filter(|path| **path != "/metrics") {
        let answer = secretariat.get(&world.fill(path)).send().await;
        assert!(answer.status.is_success(), "{path} answers {}: {}", answer.status, answer.text());
        assert!(!answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path} is a page");
    }
}

/// A refusal is a page with a way forward for people, and a problem for programs.
#[actix_web::test]
async fn a_refusal_is_a_page_that_can_be_read() {
    let world = World::new(Engine::Sqlite).await;
    let referent = world.app.browser(OWN).await;
    for (path, status) in [("/nowhere", 404), ("/mail", 403), ("/designations/x", 404)] {
        for lang in ["it", "en"] {
            let answer = referent.get(path).header("accept", "text/html").header("accept-language", lang).send().await;
            assert_eq!(answer.status.as_u16(), status, "{path}");
            assert_eq!(faults(&answer.text(), lang), [""; 0], "{path}");
            assert!(answer.text().contains("action=\"/sign-out\""), "{path}: whoever is signed in stays so");
        }
    }
}

/// A refused form may be shown at an address that accepts only POST, so its language switch leads to the page of the
/// form.
#[actix_web::test]
async fn the_language_of_a_refused_form_can_be_changed() {
    let world = World::new(Engine::Sqlite).await;
    let secretariat = world.app.browser(SECRETARIAT).await;
    let log = secretariat.get("/mail?state=sent").header("accept", "text/html").send().await;
    let token = Html::parse_document(&log.text());
    let token = select(&token, "input[name=csrf]")[0].attr("value").expect("a token").to_owned();
    let refused = secretariat
        .post("/mail/pause")
        .header("accept", "text/html")
        .header("sec-fetch-site", "same-origin")
        .header("referer", "http://raccordo.test/mail?state=sent")
        .body("application/x-www-form-urlencoded", format!("csrf={token}&reason="))
        .send()
        .await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    let page = Html::parse_document(&refused.text());
    let back: Vec<_> = select(&page, "input[name=back]").iter().filter_map(|back| back.attr("value")).collect();
    assert!(!back.is_empty() && back.iter().all(|back| *back == "/mail?state=sent"), "{back:?}");
}

#[test]
fn no_template_is_left_over() {
    let templates = source::files("src/templates");
    let code: String = source::sources()
        .iter()
        .flat_map(|file| file.texts().map(|text| format!("{text}\n")).collect::<Vec<_>>())
        .collect();
    let markup: String = templates.iter().map(|file| file.text.as_str()).collect();
    for template in &templates {
        let name = template.path.trim_start_matches("src/templates/");
        let is_used = code.lines().any(|text| text == name) || markup.contains(&format!("\"{name}\""));
        assert!(is_used, "{name} is rendered by nobody");
    }
}

#[test]
fn links_to_an_address_are_written_by_one_macro() {
    let raw: Vec<String> = source::files("src/templates")
        .into_iter()
        .filter(|file| !file.path.ends_with("templates/macros.html") && file.text.contains("mailto:"))
        .map(|file| file.path)
        .collect();
    assert!(raw.is_empty(), "an address in a link is encoded by `m::address`: {raw:?}");
}
