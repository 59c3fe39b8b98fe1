//! The pages of the register: the list, one designation, and the forms by which it changes.
//!
//! Handlers stay thin: what may be done is asked of the policy, what is typed is understood by `forms`, what happens is a
//! use case. A refused form comes back with everything that was typed; a file that was kept already is not asked for
//! again. Whoever meets a change made meanwhile sees what it was and decides anew.

mod absence;
mod change;
mod forms;
mod holder;
mod new;
mod one;
mod register;
mod seats;
pub mod words;

pub use seats::{HolderLink, SeatLine, SeatsBlock, seats_of_body, seats_of_observatory};

use actix_web::web::ServiceConfig;

/// Registers every page of the register.
pub fn pages(cfg: &mut ServiceConfig) {
    register::pages(cfg);
    new::pages(cfg);
    one::pages(cfg);
    change::pages(cfg);
    absence::pages(cfg);
    holder::pages(cfg);
}
