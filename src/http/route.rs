//! Patterns of routes.
//!
//! An id in a route has the pattern of an id, `{id:[0-9A-Fa-f-]+}`, so that no route matches the path of another and
//! the order of registration does not matter. The API's document, the metrics and the gate use the pattern of a route
//! without these shapes.

use actix_web::{HttpMessage, HttpRequest};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// An id that stands for all ids in the shape of a path.
const ANY_ID: &str = "00000000-0000-0000-0000-000000000000";
/// Most shapes whose pattern a worker keeps. All are forgotten beyond it, because addresses with a name or a key in them
/// are without number.
const MOST: usize = 1000;
/// Longest path, in bytes, whose pattern a worker keeps. The pattern of a longer one is searched for each time, because
/// such paths are rare and callers choose their length.
const LONGEST: usize = 200;

thread_local! {
    /// Patterns that this worker has found, by the shape of their paths: to search for one compares the path with every
    /// route, a tenth of the time of a short answer.
    static FOUND: RefCell<HashMap<String, Rc<str>>> = RefCell::default();
}

/// The documented pattern of a request's route, found once for all layers.
#[derive(Clone)]
pub(super) struct Pattern(Option<Rc<str>>);

impl Pattern {
    /// Finds the pattern and keeps it with the request.
    pub(super) fn find(request: &HttpRequest) {
        // The decoded path, as routes match it.
        let path = request.match_info().as_str();
        let search = || Some(documented(&request.resource_map().match_pattern(path)?).into());
        let pattern = if path.len() > LONGEST { search() } else { kept(shape_of(path), search) };
        request.extensions_mut().insert(Self(pattern));
    }

    /// Returns the pattern that [`Self::find`] has found; `None` if no route matches.
    pub(super) fn of(request: &HttpRequest) -> Option<Rc<str>> {
        request.extensions().get::<Self>().and_then(|found| found.0.clone())
    }
}

/// Returns the kept pattern of a shape, or searches for it and keeps it.
fn kept(shape: String, search: impl FnOnce() -> Option<Rc<str>>) -> Option<Rc<str>> {
    FOUND.with_borrow(|found| found.get(&shape).cloned()).or_else(|| {
        let pattern = search()?;
        FOUND.with_borrow_mut(|found| {
            if found.len() >= MOST {
                found.clear();
            }
            found.insert(shape, Rc::clone(&pattern));
        });
        Some(pattern)
    })
}

/// Returns a path with one id in place of each id. Routes do not tell one id from another, so all paths of a shape have
/// the same pattern.
fn shape_of(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    for (position, segment) in path.split('/').enumerate() {
        if position > 0 {
            shape.push('/');
        }
        let is_id =
            segment.len() == ANY_ID.len() && segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        shape.push_str(if is_id { ANY_ID } else { segment });
    }
    shape
}

/// Returns a pattern without the shapes of its parameters: `/tasks/{id}` for `/tasks/{id:[0-9A-Fa-f-]+}`.
pub fn documented(pattern: &str) -> String {
    let (mut documented, mut depth, mut in_shape) = (String::with_capacity(pattern.len()), 0_u32, false);
    for letter in pattern.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 1 => in_shape = true,
            _ => {}
        }
        in_shape &= depth > 0;
        if !in_shape {
            documented.push(letter);
        }
    }
    documented
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use actix_web::{App, HttpResponse, web};

    #[actix_web::test]
    async fn long_paths_have_their_pattern_and_are_not_kept() {
        let answer = async |request: HttpRequest| {
            Pattern::find(&request);
            HttpResponse::Ok().body(Pattern::of(&request).map(|pattern| pattern.to_string()).unwrap_or_default())
        };
        let app = actix_web::test::init_service(App::new().route("/names/{name}", web::get().to(answer))).await;
        for (letters, kept) in [(LONGEST - "/names/".len(), 1), (LONGEST + 1 - "/names/".len(), 0), (5000, 0)] {
            FOUND.with_borrow_mut(HashMap::clear);
            let request = TestRequest::get().uri(&format!("/names/{}", "a".repeat(letters))).to_request();
            assert_eq!(actix_web::test::call_and_read_body(&app, request).await, "/names/{name}");
            assert_eq!(FOUND.with_borrow(HashMap::len), kept, "{letters} letters");
        }
    }

    #[test]
    fn paths_of_one_shape_differ_in_their_ids_only() {
        let one = "019bdb46-aa00-7012-b72d-3cff392b0f29";
        assert_eq!(shape_of(&format!("/tasks/{one}/start")), format!("/tasks/{ANY_ID}/start"));
        assert_eq!(shape_of(&format!("/a/{one}/b/{one}")), format!("/a/{ANY_ID}/b/{ANY_ID}"));
        for path in [
            "",
            "/",
            "/tasks",
            "/tasks/",
            "//tasks",
            "/tasks/019bdb46",
            "/rilasci/019bdb46-aa00-7012-b72d-3cff392b0f2x",
        ] {
            assert_eq!(shape_of(path), path);
        }
    }

    #[test]
    fn a_pattern_is_documented_without_the_shapes_of_its_parameters() {
        for (pattern, expected) in [
            ("/tasks", "/tasks"),
            ("/tasks/{id}", "/tasks/{id}"),
            ("/tasks/{id:[0-9A-Fa-f-]+}/start", "/tasks/{id}/start"),
            ("/sign-in/{token:[^/]{8,}}", "/sign-in/{token}"),
            ("/x/{a:a|b}/{b:[0-9]+}", "/x/{a}/{b}"),
        ] {
            assert_eq!(documented(pattern), expected);
        }
    }
}
