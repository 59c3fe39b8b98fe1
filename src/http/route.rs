//! Patterns of routes.
//!
//! An id in a route has the pattern of an id, `{id:[0-9A-Fa-f-]+}`, so that no route matches the path of another and
//! the order of registration does not matter. The API's document, the metrics and the gate use the pattern of a route
//! without these shapes.

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
