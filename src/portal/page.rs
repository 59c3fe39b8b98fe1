//! Reading a page as a person would: its title and its words. Pure.
//!
//! Not a parser of HTML: markup, scripts and styles are left out, the entities of Italian text are read, and case and
//! punctuation do not count. That is enough to ask whether a page names something.

use crate::typed;

/// What a page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What stands in `<title>`, at most 500 characters.
    pub title: Option<String>,
    /// All words, lower case, one blank between them and one at each end, so that whole words can be looked for.
    words: String,
}

/// As many characters of a title as the column holds.
const TITLE_CHARACTERS: usize = 500;
/// As many bytes as the name of an entity is looked for in: none we know is longer, and a page may be a mebibyte of `&`.
const ENTITY_BYTES: usize = 10;

impl Page {
    /// Reads a body as UTF-8; what is not is read as well as it goes.
    pub fn read(body: &[u8]) -> Self {
        let html = String::from_utf8_lossy(body);
        let title = between(&html, "<title", "</title")
            .map(|title| decoded(title).split_whitespace().collect::<Vec<_>>().join(" "));
        Self {
            title: title.filter(|title| !title.is_empty()).map(|title| typed::cut(&title, TITLE_CHARACTERS)),
            words: folded(&decoded(&without_markup(&html))),
        }
    }

    /// Whether title or text names something: all its words, in their order.
    pub fn names(&self, what: &str) -> bool {
        let what = folded(what);
        !what.trim().is_empty() && self.words.contains(&what)
    }

    /// What changes when what a reader reads changes, and does not when only the markup round it does.
    pub fn fingerprint(&self) -> String {
        crate::secret::sha256_hex(self.words.as_bytes())
    }
}

/// The text inside the first element whose start begins with `open`.
fn between<'a>(html: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let start = find(html, open)?;
    let inside = &html[start..][html[start..].find('>')? + 1..];
    Some(&inside[..find(inside, close)?])
}

/// As `find`, whatever the case; ASCII only, so that offsets are those of the text itself.
fn find(html: &str, what: &str) -> Option<usize> {
    html.as_bytes().windows(what.len()).position(|window| window.eq_ignore_ascii_case(what.as_bytes()))
}

fn without_markup(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        // Two words in two elements are two words.
        text.push(' ');
        rest = &rest[start..];
        let silent = [("<script", "</script"), ("<style", "</style"), ("<!--", "-->")];
        let end =
            silent.iter().find(|(open, _)| starts_with(rest, open)).map_or(Some(0), |(_, close)| find(rest, close));
        let Some(end) = end else { return text };
        let Some(close) = rest[end..].find('>') else { return text };
        rest = &rest[end + close + 1..];
    }
    text.push_str(rest);
    text
}

fn starts_with(text: &str, what: &str) -> bool {
    text.as_bytes().get(..what.len()).is_some_and(|start| start.eq_ignore_ascii_case(what.as_bytes()))
}

/// Reads the entities that Italian pages use; unknown ones stay as they are.
fn decoded(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        let Some((character, behind)) = referenced(after) else {
            read.push('&');
            rest = after;
            continue;
        };
        read.push(character);
        rest = behind;
    }
    read.push_str(rest);
    read
}

/// The character that a text behind `&` names, and what follows its `;`.
fn referenced(after: &str) -> Option<(char, &str)> {
    let end = after.bytes().take(ENTITY_BYTES + 1).position(|byte| byte == b';')?;
    Some((entity(&after[..end])?, &after[end + 1..]))
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
        return code.and_then(char::from_u32);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "agrave" => 'à',
        "egrave" => 'è',
        "eacute" => 'é',
        "igrave" => 'ì',
        "ograve" => 'ò',
        "ugrave" => 'ù',
        "Agrave" => 'À',
        "Egrave" => 'È',
        _ => return None,
    })
}

fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut folded = String::with_capacity(lower.len() + 2);
    folded.push(' ');
    for word in words {
        folded.push_str(word);
        folded.push(' ');
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = "<!doctype html><html><head><TITLE lang=it>\n Relazione  territoriale &ndash; Citt&agrave; di Lecco </TITLE>\
        <style>.como { }</style><script>let milano = '<p>Sondrio</p>';</script></head>\
        <body><!-- Varese --><h1>Relazione</h1><h1>territoriale</h1> sul mercato del&nbsp;lavoro, Monza&#39;s&#x20;2026</body></html>";

    #[test]
    fn a_page_is_read_without_its_markup() {
        let page = Page::read(PAGE.as_bytes());
        assert_eq!(page.title.as_deref(), Some("Relazione territoriale &ndash; Città di Lecco"));
        assert!(page.names("Relazione territoriale sul mercato del lavoro"));
        assert!(page.names("città di lecco"));
        for unsaid in ["Como", "Milano", "Sondrio", "Varese", "", "Lecc", "lavoro Relazione"] {
            assert!(!page.names(unsaid), "{unsaid}");
        }
    }

    #[test]
    fn only_whole_words_count() {
        let page = Page::read(b"<p>Il comodo lodigiano</p>");
        assert!(!page.names("Como") && !page.names("Lodi"));
    }

    #[test]
    fn the_fingerprint_follows_the_words_and_not_the_markup() {
        let print = |html: &str| Page::read(html.as_bytes()).fingerprint();
        assert_eq!(print("<p>Uno due</p>"), print("<div class='x'>Uno</div><b>due</b><script>token=1</script>"));
        assert_ne!(print("<p>Uno due</p>"), print("<p>Uno tre</p>"));
    }

    #[test]
    fn a_mebibyte_of_ampersands_is_read_at_once() {
        let page = Page::read("&".repeat(1024 * 1024).as_bytes());
        assert_eq!(page, Page { title: None, words: " ".to_owned() });
    }

    proptest! {
        #[test]
        fn whatever_a_portal_answers_is_read(body in prop::collection::vec(any::<u8>(), 0..400), html in "[<>/!&;#a-zè \\-]{0,200}") {
            let _ = Page::read(&body);
            let _ = Page::read(html.as_bytes()).names(&html);
        }
    }
}
