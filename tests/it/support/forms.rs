//! The forms of a page, filled in and sent as by a browser without scripts.

use super::app::{Answer, Client};
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeSet;

/// A form with method POST and its values.
#[derive(Clone, Debug)]
pub struct PageForm {
    pub action: String,
    /// Addresses of its buttons with another target.
    pub other_actions: Vec<String>,
    pub is_multipart: bool,
    /// Names and values in the order of the page, hidden fields too.
    pub fields: Vec<(String, String)>,
    /// Fields that can be edited, once each.
    pub typed: Vec<PageField>,
}

/// A visible field.
#[derive(Clone, Debug)]
pub struct PageField {
    pub name: String,
    /// `date`, `time`, `select`, `radio`, `textarea`, …
    pub kind: String,
    /// Choices, without the empty one.
    pub choices: Vec<String>,
    pub is_required: bool,
}

impl PageField {
    /// Returns whether any text can be typed into the field.
    pub fn is_text(&self) -> bool {
        ["text", "textarea", "email", "url", "tel"].contains(&self.kind.as_str())
    }
}

/// The errors on the page of a refused form.
pub struct Refusal {
    /// Fields to which the error summary links.
    pub fields: BTreeSet<String>,
    /// Whether the page has an error summary.
    pub has_summary: bool,
    /// Fields to which the summary links and that have no error text beside them.
    pub silent: Vec<String>,
    /// Texts of the summary.
    pub texts: Vec<String>,
}

impl Refusal {
    pub fn of(html: &str) -> Self {
        let page = Html::parse_document(html);
        let root = page.root_element();
        let lines = select(root, "[data-error-summary] a[href^='#field-']");
        let name = |line: &ElementRef<'_>| attribute(*line, "href").trim_start_matches("#field-").to_owned();
        let fields: BTreeSet<String> = lines.iter().map(name).collect();
        let says_nothing = |field: &&String| {
            let is_group =
                select(root, "fieldset[id]").iter().any(|group| attribute(*group, "id") == format!("field-{field}"));
            !is_group && select(root, &format!("[id='error-{field}']")).is_empty()
        };
        let silent = fields.iter().filter(says_nothing).cloned().collect();
        let texts = select(root, "[data-error-summary] li");
        let texts = texts.iter().map(|line| line.text().collect::<String>().trim().to_owned()).collect();
        Self { texts, has_summary: !select(root, "[data-error-summary]").is_empty(), silent, fields }
    }
}

fn select<'a>(element: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    element.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn attribute(element: ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_owned()
}

/// Returns the addresses of the service to which a page links, without fragments.
pub fn links(html: &str) -> BTreeSet<String> {
    let page = Html::parse_document(html);
    let addresses: Vec<String> =
        select(page.root_element(), "a[href^='/']").iter().map(|link| attribute(*link, "href")).collect();
    addresses
        .into_iter()
        .filter(|address| !address.starts_with("/static/"))
        .map(|address| address.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// Returns the POST forms in the main part of a page.
pub fn forms(html: &str) -> Vec<PageForm> {
    let page = Html::parse_document(html);
    select(page.root_element(), "main form[method=post]").into_iter().map(PageForm::of).collect()
}

/// Returns the form that posts to an address.
pub fn form(html: &str, action: &str) -> PageForm {
    let found = forms(html).into_iter().find(|form| form.action == action);
    found.unwrap_or_else(|| panic!("no form posts to {action}: {html}"))
}

impl PageForm {
    fn of(form: ElementRef<'_>) -> Self {
        let mut read = Self {
            action: attribute(form, "action"),
            other_actions: select(form, "[formaction]")
                .into_iter()
                .map(|button| attribute(button, "formaction"))
                .collect(),
            is_multipart: form.attr("enctype").is_some_and(|kind| kind.starts_with("multipart/")),
            fields: Vec::new(),
            typed: Vec::new(),
        };
        for field in select(form, "input, select, textarea") {
            read.add(field);
        }
        read
    }

    fn add(&mut self, field: ElementRef<'_>) {
        let name = attribute(field, "name");
        let tag = field.value().name();
        let kind = if tag == "input" { field.attr("type").unwrap_or("text") } else { tag };
        let (value, choices) = match kind {
            "file" => return,
            "hidden" => return self.fields.push((name, attribute(field, "value"))),
            "textarea" => (Some(field.text().collect::<String>().trim_start_matches('\n').to_owned()), Vec::new()),
            "select" => {
                let chosen = select(field, "option[selected]").first().map(|option| attribute(*option, "value"));
                let all = select(field, "option").into_iter().map(|option| attribute(option, "value"));
                (Some(chosen.unwrap_or_default()), all.filter(|value| !value.is_empty()).collect())
            }
            "radio" | "checkbox" => {
                let value = attribute(field, "value");
                (field.attr("checked").map(|_| value.clone()), vec![value])
            }
            _ => (Some(attribute(field, "value")), Vec::new()),
        };
        self.fields.extend(value.map(|value| (name.clone(), value)));
        match self.typed.iter_mut().find(|known| known.name == name) {
            Some(known) => known.choices.extend(choices),
            None => {
                let is_required = field.attr("required").is_some();
                self.typed.push(PageField { name, kind: kind.to_owned(), choices, is_required });
            }
        }
    }

    /// Returns the value of a field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Returns the form with other values.
    pub fn with(&self, typed: &[(&str, &str)]) -> Self {
        let mut form = self.clone();
        for (name, value) in typed {
            form.fields.retain(|(known, _)| known != name);
            form.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        form
    }

    /// Returns the fields whose values in another sending of this form are no longer shown.
    pub fn lost_of(&self, sent: &Self) -> Vec<String> {
        // A browser sends line ends as CRLF, and pages may show them differently.
        let same = |value: &str| value.replace("\r\n", "\n").trim().to_owned();
        let is_shown_again = |field: &&PageField| match field.kind.as_str() {
            "checkbox" => false,
            "select" | "radio" => field.choices.iter().any(|choice| choice == sent.value(&field.name)),
            _ => true,
        };
        let fields = self.typed.iter().filter(is_shown_again).map(|field| &field.name);
        fields.filter(|name| same(self.value(name)) != same(sent.value(name))).cloned().collect()
    }

    /// Sends the form from a browser.
    pub async fn send(&self, browser: &Client) -> Answer {
        self.send_to(browser, &self.action).await
    }

    /// Sends the form by a button with another target.
    pub async fn send_to(&self, browser: &Client, action: &str) -> Answer {
        let asking = browser.post(action).header("accept", "text/html");
        let asking = if self.is_multipart {
            let part = |(name, value): &(String, String)| {
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let parts = self.fields.iter().map(part).collect::<String>();
            asking.body("multipart/form-data; boundary=b", format!("{parts}--b--\r\n"))
        } else {
            let fields = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish();
            asking.body("application/x-www-form-urlencoded", fields)
        };
        asking.send().await
    }
}
