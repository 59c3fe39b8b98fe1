//! The language switch: a form, because a GET changes nothing.

use crate::auth::local_path::LocalPath;
use crate::http::Answer;
use crate::http::cookies::LANGUAGE;
use crate::http::form::PublicForm;
use crate::http::page::see_other;
use crate::texts::Lang;
use actix_web::cookie::time::Duration;
use actix_web::{HttpRequest, post, web};
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(choose_language);
}

#[derive(Deserialize)]
struct Choice {
    lang: String,
    /// The page to come back to.
    #[serde(default)]
    back: String,
}

#[post("/language")]
async fn choose_language(request: HttpRequest, choice: PublicForm<Choice>) -> Answer {
    let lang = Lang::of(&choice.0.lang);
    let mut answer = see_other(LocalPath::or_home(&choice.0.back).as_str());
    let cookie = LANGUAGE.set(&request, lang.code().to_owned(), Some(Duration::days(365)));
    answer.add_cookie(&cookie).map_err(|error| crate::error::Error::Internal(error.to_string()))?;
    Ok(answer)
}
