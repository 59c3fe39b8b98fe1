//! Reads the visible text of a page's markup.
//!
//! It uses the tokenizer of `html5ever` but not its tree, because the tree of a hostile page grows with the square of
//! its size, while this reader's memory grows linearly. Open elements are kept on a stack. The few end tags that HTML
//! allows to omit are added where they decide what is visible.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

/// Deepest nesting of elements that is read, the same as in browsers; the rest of a deeper page is ignored.
const DEEPEST: usize = 512;

/// Visible parts of a page, not yet interpreted.
#[derive(Debug, Default)]
pub struct Shown {
    pub title: Option<String>,
    pub headings: Vec<Heading>,
    pub lines: Vec<Line>,
    /// Whether elements are nested deeper than [`DEEPEST`], so that the rest was not read.
    pub is_too_deep: bool,
}

/// An `h1` or `h2`.
#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 or 2.
    pub level: u8,
    pub text: String,
    pub is_in_main: bool,
    /// Whether the whole heading is a link, so that it announces another page.
    pub is_link: bool,
}

/// Text between two block boundaries.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub is_in_main: bool,
}

/// Reads a page.
pub fn read(html: &str) -> Shown {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    while !queue.is_empty() {
        // The tokenizer stops after a script, which is never run here, and then continues.
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    let mut reading = tokenizer.sink.0.into_inner();
    reading.end_upto(0);
    reading.end_line();
    reading.shown
}

#[derive(Default)]
struct Sink(RefCell<Reading>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => reading.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                reading.start(&tag);
                return raw_text(&tag.name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            Token::TagToken(tag) => reading.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Returns the tokenizer state for elements whose content is not markup, as the standard's tree construction sets it.
fn raw_text(name: &str) -> Option<RawKind> {
    match name {
        "title" | "textarea" => Some(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => Some(RawKind::Rawtext),
        "script" => Some(RawKind::ScriptData),
        _ => None,
    }
}

const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta",
    "param", "source", "track", "wbr",
];

/// Elements without text of the page itself: those that browsers do not render, form controls, and the frame around the
/// content (menus, asides, the footer).
const SILENT: &[&str] = &[
    "script", "style", "noscript", "template", "iframe", "noembed", "noframes", "object", "audio", "video", "canvas",
    "svg", "math", "select", "datalist", "textarea", "nav", "aside", "footer",
];

/// Roles of the frame around the content (WAI-ARIA 1.2).
const SILENT_ROLES: &[&str] =
    &["navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog", "alertdialog"];

/// Styles that hide an element.
const HIDING: &[&str] = &["display:none", "visibility:hidden", "font-size:0;", "opacity:0;"];

/// Elements that begin and end a line; all others are inline.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements that an inner end tag of another element does not close.
const WALLS: &[&str] = &["td", "th", "caption", "template", "button"];

const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6"];

/// Elements closed by a start tag if they are still open: the start tags, the elements they close, and the elements at
/// which the search stops.
const ENDED_BY: &[(&[&str], &[&str], &[&str])] = &[
    (HEADINGS, HEADINGS, &["td", "th", "section", "article", "main", "button"]),
    (&["li"], &["li"], &["ul", "ol", "menu", "dir"]),
    (&["dt", "dd"], &["dt", "dd"], &["dl"]),
    (&["td", "th", "tr"], &["td", "th"], &["table"]),
    (&["tr", "tbody", "tfoot", "thead"], &["tr"], &["table"]),
    (&["tbody", "tfoot", "thead"], &["tbody", "tfoot", "thead"], &["table"]),
];

/// An open element.
struct Open {
    name: String,
    /// Whether its content is invisible.
    is_silent: bool,
    is_main: bool,
    is_link: bool,
}

#[derive(Default)]
struct Reading {
    open: Vec<Open>,
    /// Numbers of open elements that are silent, main content, or links.
    silent: usize,
    main: usize,
    links: usize,
    title: Option<String>,
    heading: Option<(Heading, bool)>,
    line: String,
    shown: Shown,
}

impl Reading {
    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if self.shown.is_too_deep {
            return;
        }
        if is_block(name) {
            self.end_line();
        }
        if is_block(name) && name != "br" {
            self.end_what_is_ended_by(name);
        }
        if VOID.contains(&name) || (tag.self_closing && self.is_open("svg")) {
            return;
        }
        if self.open.len() == DEEPEST {
            self.shown.is_too_deep = true;
            return;
        }
        let open = Open {
            name: name.to_owned(),
            is_silent: self.is_silent(tag),
            is_main: name == "main" || attribute(tag, "role") == Some("main"),
            is_link: name == "a" && attribute(tag, "href").is_some(),
        };
        self.silent += usize::from(open.is_silent);
        self.main += usize::from(open.is_main);
        self.links += usize::from(open.is_link);
        self.open.push(open);
        if name == "title" && self.shown.title.is_none() && self.silent == 0 {
            self.title = Some(String::new());
        }
        let level = match name {
            "h1" => 1,
            "h2" => 2,
            _ => return,
        };
        let heading = Heading { level, text: String::new(), is_in_main: self.main > 0, is_link: true };
        self.heading = (self.silent == 0).then_some((heading, false));
    }

    fn end(&mut self, name: &str) {
        if self.shown.is_too_deep {
            return;
        }
        // Silent elements, blocks and links end at their end tag, even if elements inside are still open.
        let ends_all_inside = is_block(name) || SILENT.contains(&name) || matches!(name, "template" | "a");
        let is_wall = |open: &Open| WALLS.contains(&&*open.name) || (!ends_all_inside && is_block(&open.name));
        let place = self.open.iter().rev().take_while(|open| open.name == name || !is_wall(open));
        let above = place.take_while(|open| open.name != name).count();
        let Some(place) = self.open.len().checked_sub(above + 1).filter(|place| self.open[*place].name == name) else {
            return;
        };
        self.end_upto(place);
    }

    /// Closes all elements from a position of the stack on.
    fn end_upto(&mut self, place: usize) {
        for open in self.open.split_off(place).into_iter().rev() {
            if is_block(&open.name) {
                self.end_line();
            }
            match open.name.as_str() {
                "title" => self.shown.title = self.shown.title.take().or(self.title.take()),
                "h1" | "h2" => self.end_heading(),
                _ => {}
            }
            self.silent -= usize::from(open.is_silent);
            self.main -= usize::from(open.is_main);
            self.links -= usize::from(open.is_link);
        }
    }

    fn end_heading(&mut self) {
        if let Some((heading, has_text)) = self.heading.take()
            && has_text
        {
            self.shown.headings.push(heading);
        }
    }

    fn end_what_is_ended_by(&mut self, name: &str) {
        let upto = |stack: &[Open], ended: &[&str], walls: &[&str]| {
            let from_top = stack.iter().rposition(|open| ended.contains(&&*open.name) || walls.contains(&&*open.name));
            from_top.filter(|place| ended.contains(&&*stack[*place].name))
        };
        if let Some(place) = upto(&self.open, &["p"], WALLS) {
            self.end_upto(place);
        }
        for (_, ended, walls) in ENDED_BY.iter().filter(|(starts, ..)| starts.contains(&name)) {
            if let Some(place) = upto(&self.open, ended, walls) {
                self.end_upto(place);
            }
        }
    }

    fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|open| open.name == name)
    }

    /// Returns whether an element shows no content of the page. A `header` belongs to the site unless it is inside a
    /// part of the content (HTML-AAM 1.0, 3.5).
    fn is_silent(&self, tag: &Tag) -> bool {
        let name = &*tag.name;
        let role = attribute(tag, "role").unwrap_or_default();
        let style: String =
            attribute(tag, "style").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
        let style = format!("{};", style.to_ascii_lowercase());
        let is_closed_dialog = name == "dialog" && attribute(tag, "open").is_none();
        let is_banner = name == "header" && !["main", "article", "section"].iter().any(|part| self.is_open(part));
        SILENT.contains(&name)
            || SILENT_ROLES.contains(&role)
            || is_closed_dialog
            || (is_banner && self.main == 0)
            || attribute(tag, "hidden").is_some()
            || attribute(tag, "aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || HIDING.iter().any(|hiding| style.contains(hiding))
    }

    fn text(&mut self, text: &str) {
        if self.shown.is_too_deep {
            return;
        }
        if let Some(title) = &mut self.title {
            title.push_str(text);
            return;
        }
        if self.silent > 0 {
            return;
        }
        self.line.push_str(text);
        if let Some((heading, has_text)) = &mut self.heading {
            heading.text.push_str(text);
            if !text.trim().is_empty() {
                *has_text = true;
                heading.is_link &= self.links > 0;
            }
        }
    }

    fn end_line(&mut self) {
        if let Some((heading, _)) = &mut self.heading {
            heading.text.push(' ');
        }
        let text = std::mem::take(&mut self.line);
        if !text.trim().is_empty() {
            self.shown.lines.push(Line { text, is_in_main: self.main > 0 });
        }
    }
}

fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|one| &*one.name.local == name).map(|one| &*one.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        let text = |line: Line| line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        read(html).lines.into_iter().map(text).collect()
    }

    #[test]
    fn a_page_is_read_as_its_reader_sees_it() {
        let table: &[(&str, &[&str])] = &[
            ("<p>Il <b>mer</b>cato<br>del <i>la</i>voro</p>fine", &["Il mercato", "del lavoro", "fine"]),
            ("<script>let a = '<p>Sondrio</p>';</script><style>p { }</style><!-- Varese -->uno", &["uno"]),
            ("<noscript><p>due</p></noscript><template><p>tre</p></template>uno", &["uno"]),
            ("<header><h1>Sito</h1></header><main><header><h1>Pagina</h1></header></main>", &["Pagina"]),
            ("<nav>menu</nav><div role=navigation>menu</div><aside>altro</aside><footer>piede</footer>uno", &["uno"]),
            ("<p hidden>due</p><p style='display : NONE'>tre</p><p aria-hidden=true>q</p><p>uno", &["uno"]),
            ("<p hidden>due<p>uno", &["uno"]),
            ("<ul><li hidden>due<li>uno</ul>", &["uno"]),
            ("<div hidden><p>due<div>tre</div></div>uno", &["uno"]),
            ("<table><tr><td>a<td>b<tr><td hidden>c<td>d</table>", &["a", "b", "d"]),
            ("<svg><title>icona</title><path/></svg>uno", &["uno"]),
            ("<p>a</b></div>b</p>", &["ab"]),
            ("<textarea><p>due</textarea>uno", &["uno"]),
            ("<div style='opacity:0.9'>uno</div><div style='opacity:0'>due</div>", &["uno"]),
            ("a &amp; b &egrave; c&nbsp;d &#8217; &ndash;", &["a & b è c d ’ –"]),
        ];
        for (html, expected) in table {
            assert_eq!(&lines(html), expected, "{html}");
        }
    }

    #[test]
    fn title_and_headings_are_told_apart() {
        let shown = read(
            "<svg><title>no</title></svg><title>Il &lt;titolo&gt;</title><title>altro</title><h1><a href=/>Sito</a></h1>\
             <main><h1>La <b>pag</b>ina<br>intera</h1><h2><a href=/x>Altra</a> e</h2><h1> </h1></main>",
        );
        assert_eq!(shown.title.as_deref(), Some("Il <titolo>"));
        let told: Vec<_> = shown.headings.iter().map(|h| (h.level, h.text.trim(), h.is_in_main, h.is_link)).collect();
        assert_eq!(told, [(1, "Sito", false, true), (1, "La pagina intera", true, false), (2, "Altra e", true, false)]);
    }

    #[test]
    fn a_hostile_page_is_read_in_the_time_of_an_honest_one() {
        let many = |what: &str| what.repeat(256 * 1024 / what.len());
        assert!(read(&many("<div>")).is_too_deep);
        for what in
            ["&", "<", "<b></i>", "<p><b></p>", "<li>x", "</div>", "<table><td>", "<h1>x</h1>", "\0", "<!--", "&#0;"]
        {
            let _ = read(&many(what));
        }
    }
}
