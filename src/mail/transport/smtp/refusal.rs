//! Distinction of refusals after RCPT TO: about the recipient, or about something else. Pure.
//!
//! A relay that does not know us, does not relay for us, or has no room says nothing about the person, and must not put
//! the seat of an active person on the radar.

/// Enhanced codes (RFC 3463 §3.2–3.3, RFC 7505) of addresses without a mailbox: unknown mailbox, unknown domain,
/// malformed, moved, a domain without mail, closed.
const NOBODY_THERE: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];
/// Basic codes of a missing mailbox, used without an enhanced code (RFC 5321 §4.2.3).
const NOBODY_THERE_BARE: [u16; 3] = [550, 551, 553];
/// Phrases with which servers without enhanced codes refuse to relay, with the same 550.
const ABOUT_RELAYING: [&str; 4] = ["relaying", "relay access", "unable to relay", "not permitted to relay"];

/// Returns whether a permanent refusal means that the mailbox does not exist.
pub(super) fn is_about_recipient(code: u16, words: &str) -> bool {
    let lower = words.to_lowercase();
    match enhanced(&lower) {
        // Exchange Online uses it for addresses missing in its directory.
        Some("5.4.1") => lower.contains("recipient address rejected"),
        Some(enhanced) if enhanced != "5.0.0" => NOBODY_THERE.contains(&enhanced),
        _ => NOBODY_THERE_BARE.contains(&code) && !ABOUT_RELAYING.iter().any(|words| lower.contains(words)),
    }
}

/// Returns the first enhanced status code of class 5 in the text, without brackets or marks around it.
fn enhanced(words: &str) -> Option<&str> {
    words
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_digit()))
        .find(|word| word.starts_with("5.") && word.split('.').count() == 3 && word.split('.').all(is_number))
}

fn is_number(part: &str) -> bool {
    (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_about_the_mailbox_mark_the_person_s_address() {
        let cases: [(u16, &str, bool); 22] = [
            (550, "5.1.1 <anna@ente.example>: Recipient address rejected: User unknown", true),
            (550, "#5.1.1 no such user", true),
            (550, "[5.1.1] The email account that you tried to reach does not exist", true),
            (550, "5.1.2 Bad destination system address", true),
            (501, "5.1.3 Bad recipient address syntax", true),
            (551, "5.1.6 Destination mailbox has moved", true),
            (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", true),
            (550, "5.2.1 Mailbox disabled", true),
            (550, "5.4.1 Recipient address rejected: Access denied", true),
            (550, "5.0.0 no such user", true),
            (550, "never", true),
            (551, "User not local", true),
            (553, "Requested action not taken: mailbox name not allowed", true),
            (550, "5.7.1 Relaying denied", false),
            (554, "5.7.1 <anna@ente.example>: Relay access denied", false),
            (550, "Relaying denied. Proper authentication required.", false),
            (550, "5.7.64 TenantAttribution; Relay Access Denied", false),
            (550, "5.1.8 <raccordo@regione.example>: Sender address rejected: Domain not found", false),
            (550, "5.7.606 Access denied, banned sending IP 5.1.1.9", false),
            (552, "5.2.2 Mailbox full", false),
            (550, "5.4.1 No answer from host", false),
            (554, "Transaction failed", false),
        ];
        for (code, words, expected) in cases {
            assert_eq!(is_about_recipient(code, words), expected, "{code} {words}");
        }
    }
}
