//! Pages of the register: the board of seats, the list, one designation, and the forms that change it.
//!
//! Handlers are short: the policy decides permissions, `forms` parses the input, a use case makes the change. A refused
//! form is shown again with everything that was typed, and a file that was already uploaded need not be uploaded again.
//! If the designation has changed meanwhile, the form shows the change and can be sent again.

mod absence;
mod board;
mod change;
mod forms;
mod holder;
mod new;
mod one;
mod register;
mod seats;
mod story;
mod timeline;
pub mod words;

pub use seats::{HolderLink, SeatLine, SeatsBlock, seats_of_body, seats_of_observatory};
pub use timeline::{TimelineBlock, timeline_of_body, timeline_of_observatory};

use actix_web::web::ServiceConfig;

/// Registers every page of the register.
pub fn pages(cfg: &mut ServiceConfig) {
    board::pages(cfg);
    register::pages(cfg);
    new::pages(cfg);
    one::pages(cfg);
    change::pages(cfg);
    absence::pages(cfg);
    holder::pages(cfg);
}
