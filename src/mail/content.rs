//! Content of a mail and its two renderings, plain text (complete in itself) and HTML. Pure.
//!
//! A slice fills a [`MailContent`] with heading, facts and actions. The layout is here and in
//! `templates/mail/layout.{txt,html}`, the same for all mails.

use crate::texts::Lang;
use askama::Template;

/// Longest line of the plain text, in columns. Every client shows such lines without wrapping them again (RFC 3676 §4.2
/// recommends at most 78).
const COLUMNS: usize = 72;

/// Longest subject, in characters; a longer one is cut between two words (RFC 5322 §2.1.1 recommends lines of 78). The
/// news comes first, because a phone shows about 40.
const SUBJECT_CHARACTERS: usize = 78;

/// Style of a button. Mail clients drop style sheets.
const BUTTON: &str = "display:inline-block;padding:.75em 1.5em;background-color:#297a38;color:#ffffff;\
    font-weight:bold;text-decoration:none;border-radius:4px";

/// Content of one mail in the language of its recipient. The subject must not contain secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailContent {
    /// The day or the news first, without a tag: the sender's name says who writes, and the header `X-Raccordo-Kind`
    /// serves filters.
    pub subject: String,
    /// Line that a mailbox shows after the subject. It adds to the subject and does not repeat it.
    pub preheader: String,
    /// The news in one line.
    pub heading: String,
    pub paragraphs: Vec<String>,
    /// Things that the recipient answers one by one.
    pub items: Vec<Item>,
    /// Facts that the recipient looks up later, as label and value: day, hour, place, observatory.
    pub facts: Vec<(String, String)>,
    /// The one action, as label and address of a button.
    pub action: Option<(String, String)>,
    pub closing: Option<String>,
    /// Keys in the addresses of the mail. They are sent and never stored as text.
    pub keys: Vec<String>,
}

/// One of several things in a mail, with the button of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub title: String,
    pub said: String,
    /// Label and address of the button.
    pub action: (String, String),
}

/// Texts of the fixed parts of a mail, by the beginning of their keys: `_subject`, `_preheader`, `_heading` and `_body`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(&'static str);

impl Words {
    pub const fn of(keys: &'static str) -> Self {
        Self(keys)
    }

    /// Writes subject, preheader, heading and first paragraph of a mail; its slice adds the rest.
    pub fn write(self, lang: Lang, values: &[(&str, impl AsRef<str>)]) -> MailContent {
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        let part = |part: &str| lang.f(&format!("{}_{part}", self.0), &values);
        MailContent {
            subject: part("subject"),
            preheader: part("preheader"),
            heading: part("heading"),
            paragraphs: vec![part("body")],
            ..MailContent::default()
        }
    }
}

/// Reason why the recipient gets the mail, stated in its footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The person has a designation.
    Designated,
    /// The person is in the network's directory.
    Known,
    /// The address is the contact of a body.
    Contact,
    /// The address is the operator's in the configuration.
    Operator,
}

impl Why {
    fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Designated => lang.t("mail.why_designated"),
            Self::Known => lang.t("mail.why_known"),
            Self::Contact => lang.t("mail.why_contact"),
            Self::Operator => lang.t("mail.why_operator"),
        }
    }
}

/// Frame around the content: sender, and the reason for this recipient.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub lang: Lang,
    pub why: Why,
    /// Name of the sender, as in the header.
    pub sender: &'a str,
    /// Address at which answers are read.
    pub reply_to: &'a str,
    /// Address of the service, without a slash at the end.
    pub base_url: &'a str,
}

/// Both renderings of a mail, with its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The plain text with its keys masked, to be stored.
    pub words: String,
}

/// Sign in place of a key.
const MASK: &str = "•••";

#[derive(Template)]
#[template(path = "mail/layout.txt", escape = "none")]
struct TextFace<'a> {
    heading: String,
    paragraphs: Vec<String>,
    items: Vec<TextItem<'a>>,
    facts: Vec<String>,
    action: Option<&'a (String, String)>,
    closing: Option<String>,
    footer: Vec<String>,
}

struct TextItem<'a> {
    title: String,
    said: String,
    action: &'a (String, String),
}

#[derive(Template)]
#[template(path = "mail/layout.html")]
struct HtmlFace<'a> {
    content: &'a MailContent,
    subject: &'a str,
    frame: Frame<'a>,
    why: &'static str,
    sent_by: String,
    write_to: String,
}

impl MailContent {
    /// Renders the mail for its recipient.
    pub fn render(&self, frame: Frame<'_>) -> Result<Rendered, askama::Error> {
        let lang = frame.lang;
        let subject = fitting(&self.subject);
        let sent_by = lang.f("mail.sent_by", &[("sender", frame.sender)]);
        let write_to = lang.f("mail.write_to", &[("address", frame.reply_to)]);
        let why = frame.why.text(lang);
        let text = TextFace {
            heading: wrap(&self.heading, ""),
            paragraphs: self.paragraphs.iter().map(|paragraph| wrap(paragraph, "")).collect(),
            items: self.items.iter().map(TextItem::of).collect(),
            facts: self.facts.iter().map(|(label, value)| wrap(&format!("{label}: {value}"), "  ")).collect(),
            action: self.action.as_ref(),
            closing: self.closing.as_ref().map(|closing| wrap(closing, "")),
            footer: vec![wrap(&sent_by, ""), wrap(why, ""), wrap(&write_to, ""), frame.base_url.to_owned()],
        };
        let html = HtmlFace { content: self, subject: &subject, frame, why, sent_by, write_to };
        let text = text.render()?;
        let words = self.keys.iter().fold(text.clone(), |words, key| words.replace(key, MASK));
        Ok(Rendered { text, html: html.render()?, words, subject })
    }
}

impl<'a> TextItem<'a> {
    fn of(item: &'a Item) -> Self {
        Self { title: wrap(&item.title, ""), said: wrap(&item.said, ""), action: &item.action }
    }
}

/// Shortens a subject to [`SUBJECT_CHARACTERS`], between two words if it has several.
fn fitting(subject: &str) -> String {
    if subject.chars().count() <= SUBJECT_CHARACTERS {
        return subject.to_owned();
    }
    let kept: String = subject.chars().take(SUBJECT_CHARACTERS - 1).collect();
    let kept = kept.rsplit_once(' ').map_or(kept.as_str(), |(whole, _)| whole);
    format!("{}…", kept.trim_end_matches([',', ':', ';', '.', ' ']))
}

/// Breaks a text into lines of at most [`COLUMNS`], at blanks only, because a broken link would not work. Line breaks
/// of the text itself stay; lines after the first begin with `indent`.
fn wrap(text: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for written in text.lines() {
        let mut line = if lines.is_empty() { String::new() } else { indent.to_owned() };
        let mut is_begun = false;
        for word in written.split_whitespace() {
            let width = line.chars().count() + usize::from(is_begun) + word.chars().count();
            if is_begun && width > COLUMNS {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
                is_begun = false;
            }
            if is_begun {
                line.push(' ');
            }
            line.push_str(word);
            is_begun = true;
        }
        lines.push(line);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content() -> MailContent {
        MailContent {
            subject: "Designazione registrata".into(),
            preheader: "Da lunedì 1 marzo 2027".into(),
            heading: "Gentile Anna Bianchi,".into(),
            paragraphs: vec![
                "la Provincia di Lecco l’ha designata referente dell’osservatorio del mercato del lavoro a decorrere dal giorno indicato qui sotto.".into(),
                "Attenzione a <b>questo</b> & a quello.".into(),
            ],
            facts: vec![("Incarico".into(), "referente".into()), ("Decorrenza".into(), "lunedì 1 marzo 2027".into())],
            action: Some(("Vedi la designazione".into(), "https://raccordo.example/designations/1?a=1&b=2".into())),
            closing: Some("Buon lavoro.".into()),
            ..MailContent::default()
        }
    }

    fn frame(lang: Lang) -> Frame<'static> {
        Frame {
            lang,
            why: Why::Designated,
            sender: "Raccordo · Segreteria tecnica",
            reply_to: "segreteria@raccordo.example",
            base_url: "https://raccordo.example",
        }
    }

    #[test]
    fn the_stored_words_hold_no_key() {
        let address = "https://raccordo.example/designations/1?a=1&b=2";
        let rendered = MailContent { keys: vec!["1?a=1&b=2".to_owned()], ..content() }.render(frame(Lang::It));
        let Rendered { text, words, .. } = rendered.expect("renders");
        assert!(text.contains(address) && !words.contains("a=1"), "{words}");
        assert!(words.contains("https://raccordo.example/designations/•••"), "{words}");
    }

    #[test]
    fn a_long_subject_is_cut_between_two_words() {
        assert_eq!(fitting("Esce mer 23 dic"), "Esce mer 23 dic");
        let long = "Nuova data, mer 23 dic (era mer 16 dic): Relazione territoriale sul mercato del lavoro, anno 2026";
        assert_eq!(fitting(long), "Nuova data, mer 23 dic (era mer 16 dic): Relazione territoriale sul mercato…");
        assert_eq!(fitting(&"x".repeat(100)).chars().count(), SUBJECT_CHARACTERS);
    }

    #[test]
    fn the_plain_text_says_everything_in_lines_that_fit() {
        let text = content().render(frame(Lang::It)).expect("renders").text;
        assert_eq!(
            text,
            "Gentile Anna Bianchi,\n\
             \n\
             la Provincia di Lecco l’ha designata referente dell’osservatorio del\n\
             mercato del lavoro a decorrere dal giorno indicato qui sotto.\n\
             \n\
             Attenzione a <b>questo</b> & a quello.\n\
             \n\
             Incarico: referente\n\
             Decorrenza: lunedì 1 marzo 2027\n\
             \n\
             Vedi la designazione:\n\
             https://raccordo.example/designations/1?a=1&b=2\n\
             \n\
             Buon lavoro.\n\
             \n\
             -- \n\
             Messaggio automatico di Raccordo · Segreteria tecnica.\n\
             Lo riceve perché ricopre un incarico nella rete degli osservatori del\n\
             mercato del lavoro.\n\
             Può rispondere a questo messaggio o scrivere a\n\
             segreteria@raccordo.example.\n\
             https://raccordo.example\n"
        );
    }

    #[test]
    fn the_html_has_the_same_text_with_markup_escaped() {
        let html = content().render(frame(Lang::En)).expect("renders").html;
        let page = scraper::Html::parse_document(&html);
        let words = page.root_element().text().collect::<Vec<_>>().join(" ");
        let mut expected =
            vec!["Gentile Anna Bianchi,", "Buon lavoro.", "Decorrenza", "lunedì 1 marzo 2027", "Vedi la designazione"];
        expected.push("Attenzione a <b>questo</b> & a quello.");
        for text in expected {
            assert!(words.contains(text), "{text} is missing");
        }
        let link =
            scraper::Selector::parse("a[href='https://raccordo.example/designations/1?a=1&b=2']").expect("a selector");
        assert_eq!(page.select(&link).count(), 1);
        assert!(html.contains("lang=\"en\""));
    }

    #[test]
    fn the_html_loads_nothing_from_anywhere() {
        let html = content().render(frame(Lang::It)).expect("renders").html;
        for tag in ["<img", "<script", "<link", "<iframe", "url("] {
            assert!(!html.contains(tag), "{tag}: nobody may learn that a mail was opened");
        }
    }

    #[test]
    fn every_subject_begins_with_the_tag() {
        for lang in Lang::ALL {
            let subject = content().render(frame(lang)).expect("renders").subject;
            assert_eq!(subject, "Designazione registrata");
        }
    }

    proptest! {
        #[test]
        fn wrapping_keeps_every_word_and_breaks_only_long_lines(text in "([a-zà-ù]{1,90}[ \n]{0,3}){0,30}") {
            let wrapped = wrap(&text, "  ");
            prop_assert!(wrapped.split_whitespace().eq(text.split_whitespace()));
            for line in wrapped.lines() {
                prop_assert!(line.chars().count() <= COLUMNS || !line.trim().contains(' '), "{line}");
            }
        }
    }
}
