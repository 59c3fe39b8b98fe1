//! Patterns of routes.
//!
//! An id in a route has the pattern of an id, `{id:[0-9A-Fa-f-]+}`, so that no route matches the path of another and
//! the order of registration does not matter. The API's document, the metrics and the gate use the pattern of a route
//! without these shapes.

use actix_web::{HttpMessage, HttpRequest};
use std::rc::Rc;

/// The documented pattern of a request's route, found once for all layers.
#[derive(Clone)]
pub(super) struct Pattern(Option<Rc<str>>);

impl Pattern {
    /// Finds the pattern and keeps it with the request.
    pub(super) fn find(request: &HttpRequest) {
        // The decoded path, as routes match it.
        let pattern = request.resource_map().match_pattern(request.match_info().as_str());
        let pattern = pattern.map(|pattern| documented(&pattern).into());
        request.extensions_mut().insert(Self(pattern));
    }

    /// Returns the pattern that [`Self::find`] has found; `None` if no route matches.
    pub(super) fn of(request: &HttpRequest) -> Option<Rc<str>> {
        request.extensions().get::<Self>().and_then(|found| found.0.clone())
    }
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
