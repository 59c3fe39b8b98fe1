//! Content of a page: title, main heading, text. Pure.
//!
//! [`charset`] turns bytes into text, [`reader`] text into visible lines, [`words`] lines into words; [`periods`] finds
//! reference periods among the words, and [`expectation`] decides whether it is the expected page.

mod charset;
pub mod expectation;
pub mod periods;
mod reader;
mod stable;
pub mod words;

use crate::typed;
use reader::{Heading, Line, Shown};
use words::Words;

/// Longest title stored, in characters; a longer one is cut.
const TITLE_CHARACTERS: usize = 500;

/// The parts of a page that are evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Text of `<title>`, cleaned, at most 500 characters.
    pub title: Option<String>,
    title_words: Words,
    heading: Words,
    text: Words,
    fingerprint: String,
    /// Whether its elements are nested too deeply, so that the page was not read to its end.
    pub is_too_deep: bool,
}

impl Page {
    /// Reads a body with this `Content-Type`.
    pub fn read(body: &[u8], media_type: &str) -> Self {
        let Shown { title, headings, mut lines, is_too_deep } = reader::read(&charset::decoded(body, media_type));
        if lines.iter().any(|line| line.is_in_main) {
            lines.retain(|line| line.is_in_main);
        }
        let heading = Words::of(&main_heading(headings));
        let mut text = Words::default();
        for Line { text: line, .. } in &lines {
            text.append(Words::of(line));
        }
        let title = title.map(|title| typed::cleaned(&title, TITLE_CHARACTERS)).filter(|title| !title.is_empty());
        Self {
            title_words: Words::of(title.as_deref().unwrap_or_default()),
            title,
            fingerprint: stable::fingerprint(lines.iter().map(|line| line.text.as_str())),
            heading,
            text,
            is_too_deep,
        }
    }

    /// Returns the fingerprint of the main text, which changes only if its essential part changes: see [`stable`].
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// Returns all `h1` of the main content, otherwise those of the page, otherwise the first `h2`. A heading that is a
/// link as a whole announces another page and does not count.
fn main_heading(mut headings: Vec<Heading>) -> String {
    headings.retain(|heading| !heading.is_link);
    let chosen = |level: u8, is_in_main: bool| {
        let is_chosen = |one: &&Heading| one.level == level && (one.is_in_main || !is_in_main);
        headings.iter().filter(is_chosen).map(|one| one.text.as_str()).collect::<Vec<_>>()
    };
    let of_level_2 = |is_in_main| chosen(2, is_in_main).into_iter().take(1).collect::<Vec<_>>();
    let choices = [chosen(1, true), chosen(1, false), of_level_2(true), of_level_2(false)];
    choices.into_iter().find(|choice| !choice.is_empty()).unwrap_or_default().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(html: &str) -> Page {
        Page::read(html.as_bytes(), "text/html; charset=utf-8")
    }

    #[test]
    fn the_title_is_cleaned() {
        let title = |html: &str| page(html).title;
        assert_eq!(
            title("<TITLE lang=it>\n Relazione  &ndash;&#0; Citt&agrave;\0 </TITLE>").as_deref(),
            Some("Relazione –\u{fffd} Città\u{fffd}")
        );
        assert_eq!(title("<title>a\u{202e}b\u{1}</title>").as_deref(), Some("ab"));
        assert_eq!(title("<title> \u{200b} </title>"), None);
        assert_eq!(title(&format!("<title>{}</title>", "è".repeat(600))).map(|title| title.chars().count()), Some(500));
    }

    #[test]
    fn the_main_heading_is_that_of_the_main_content() {
        let heading = |html: &str| page(html).heading.joined();
        assert_eq!(heading("<h1>Sito</h1><main><h1>Uno</h1><h1>due</h1><h2>tre</h2></main>"), "uno due");
        assert_eq!(heading("<h1>Sito</h1><main><h2>tre</h2></main>"), "sito");
        assert_eq!(heading("<h2><a href=/x>Notizia</a></h2><h2>Uno</h2><h2>due</h2>"), "uno");
        assert_eq!(heading("<header><h1>Sito</h1></header><p>testo"), "");
    }

    proptest! {
        #[test]
        fn any_answer_of_a_portal_is_read_without_error(
            body in prop::collection::vec(any::<u8>(), 0..400),
            html in "(<|</|>|!|&|;|#|=|-|[a-z è]|h1|title|script|table|td|p|hidden|\\PC){0,120}",
            media_type in "\\PC{0,40}|text/html; ?charset=[a-z0-9\"-]{0,12}",
        ) {
            let _ = Page::read(&body, &media_type);
            let _ = page(&html);
        }
    }
}
