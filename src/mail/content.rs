//! What a mail says.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailContent {
    pub subject: String,
    pub heading: String,
    pub paragraphs: Vec<String>,
    pub facts: Vec<(String, String)>,
    pub action: Option<(String, String)>,
    pub closing: Option<String>,
}
