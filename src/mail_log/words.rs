//! Texts of the mail log.

use entity::kinds::NotificationState;

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
