//! Texts of the mail log.

use entity::kinds::NotificationState;

/// Shortest run of letters and digits that is masked as a key: longer than an id (36), shorter than a token of 256 bits
/// (43 or more).
const KEY_CHARACTERS: usize = 40;

/// Returns the colour of a mail's state; its text says the same.
pub const fn state_colour(state: NotificationState) -> &'static str {
    match state {
        NotificationState::Sent => "success",
        NotificationState::Pending | NotificationState::Leased => "info",
        NotificationState::Unknown | NotificationState::Failed => "warning",
        NotificationState::Dead => "danger",
        NotificationState::Expired | NotificationState::Cancelled => "neutral",
    }
}

/// Masks every long random word in a text.
pub fn without_keys(text: &str) -> String {
    let mut blotted = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars().chain(std::iter::once('\n')) {
        if character.is_ascii_alphanumeric() || character == '_' || character == '-' {
            run.push(character);
            continue;
        }
        blotted.push_str(if run.len() >= KEY_CHARACTERS { "…" } else { &run });
        run.clear();
        blotted.push(character);
    }
    blotted.pop();
    blotted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_removed_and_ids_stay() {
        let key = "a".repeat(43);
        let id = "0193c5e2-7d1a-7c3e-9d2b-1f0e6a5b4c3d";
        let text = format!("Apri https://raccordo.example/sign-in/{key}?next=/designations/{id}\nGrazie.");
        let expected = format!("Apri https://raccordo.example/sign-in/…?next=/designations/{id}\nGrazie.");
        assert_eq!(without_keys(&text), expected);
        assert_eq!(without_keys(&key), "…");
    }
}
