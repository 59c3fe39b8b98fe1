//! Lists in pages by cursor: the next page begins after the last row seen, so that no row is shown twice or skipped
//! when rows change meanwhile, and a late page is as cheap as the first.
//!
//! A store reads `limit + 1` rows after the cursor's key; the extra row shows that there is another page.

use crate::ctx::Ctx;
use crate::error::{Code, Error};
use crate::time::Day;
use actix_web::HttpRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

const USUAL: u16 = 50;
/// Rows of a list on a page, so that it is no longer than ten screens of a telephone.
const USUAL_ROWS: u16 = 30;
const MOST: u16 = 200;
/// Longest cursor read, in bytes; a longer one is refused. Ours are far shorter.
const CURSOR_MAX: usize = 1000;

/// Query parameters of every list: `web::Query<Paging>` beside the list's own filters, `params(Paging)` in the
/// document.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Start of the page, taken from `_links.next` of the page before. Opaque.
    #[param(max_length = 1000)]
    cursor: Option<String>,
    /// Most items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
}

/// One page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    #[schema(max_items = 200)]
    pub items: Vec<T>,
    /// Links to other pages.
    #[serde(rename = "_links")]
    pub links: Links,
}

/// Addresses of a list.
#[skip_serializing_none]
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Links {
    /// The next page; left out on the last one.
    #[schema(format = "uri", max_length = 4000)]
    pub next: Option<String>,
}

impl Paging {
    /// Returns the most items of an answer to a program.
    pub fn limit(&self) -> Result<u64, Error> {
        self.limit_or(USUAL)
    }

    /// Returns the most rows of a list on a page.
    pub fn rows(&self) -> Result<u64, Error> {
        self.limit_or(USUAL_ROWS)
    }

    fn limit_or(&self, usual: u16) -> Result<u64, Error> {
        match self.limit.unwrap_or(usual) {
            limit @ 1..=MOST => Ok(limit.into()),
            _ => Err(Error::out_of_range("limit", 1, i64::from(MOST))),
        }
    }

    /// Returns the key of the last row seen, as written by [`Page::cut`].
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Error> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty()).map(read).transpose()
    }
    /// Like [`after`](Self::after), for lists sorted by a day and then by an id.
    pub fn after_day<I: DeserializeOwned>(&self) -> Result<Option<(NaiveDate, I)>, Error> {
        Ok(self.after::<(Day, I)>()?.map(|(day, id)| (day.into(), id)))
    }
}

impl<T> Page<T> {
    /// Makes a page from `limit + 1` rows; `key` is the value that the next query compares with.
    pub fn cut<K: Serialize>(
        ctx: &Ctx,
        request: &HttpRequest,
        limit: u64,
        mut rows: Vec<T>,
        key: impl FnOnce(&T) -> K,
    ) -> Result<Self, Error> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let cursor = rows.last().filter(|_| has_more).map(|last| write(&key(last))).transpose()?;
        let next = cursor.map(|cursor| format!("{}{}", ctx.config().base_url(), next_path(request, &cursor)));
        Ok(Self { items: rows, links: Links { next } })
    }

    /// Returns the page with converted items.
    pub fn map<U>(self, say: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(say).collect(), links: self.links }
    }

    /// Returns path and query of the next page, for an HTML page with the same rows.
    pub fn next_path(&self) -> Option<String> {
        let url = url::Url::parse(self.links.next.as_deref()?).ok()?;
        Some(url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
    }
}

/// Returns this request's path and query with another cursor.
fn next_path(request: &HttpRequest, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    format!("{}?{}", request.path(), query.append_pair("cursor", cursor).finish())
}

fn write(key: &impl Serialize) -> Result<String, Error> {
    let json =
        serde_json::to_vec(key).map_err(|error| Error::Internal(format!("a cursor was not written: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

fn read<K: DeserializeOwned>(cursor: &str) -> Result<K, Error> {
    let bytes = if cursor.len() > CURSOR_MAX { None } else { URL_SAFE_NO_PAD.decode(cursor).ok() };
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| Error::refused(Code::CursorUnknown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_cursor_comes_back_as_the_key_it_was_made_of() {
        let key = ("2027-05-01".to_owned(), 7);
        let paging = Paging { cursor: Some(write(&key).expect("written")), limit: None };
        assert_eq!(paging.after::<(String, i32)>().expect("read"), Some(key));
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for cursor in ["x", "!!!!", "bnVsbA", &"A".repeat(CURSOR_MAX + 1)] {
            let paging = Paging { cursor: Some(cursor.to_owned()), limit: None };
            assert_eq!(paging.after::<(String, i32)>().expect_err("refused").code(), Code::CursorUnknown, "{cursor}");
        }
    }

    #[test]
    fn a_page_has_between_one_and_two_hundred_items() {
        let limit = |limit| Paging { cursor: None, limit }.limit().ok();
        assert_eq!(limit(None), Some(50));
        assert_eq!(limit(Some(200)), Some(200));
        assert_eq!(limit(Some(0)), None);
        assert_eq!(limit(Some(201)), None);
    }

    #[test]
    fn the_next_page_keeps_the_filters_and_changes_the_cursor() {
        let request = TestRequest::with_uri("/api/v1/seats?body=a+b&cursor=old&limit=2").to_http_request();
        assert_eq!(next_path(&request, "new"), "/api/v1/seats?body=a+b&limit=2&cursor=new");
    }
}
