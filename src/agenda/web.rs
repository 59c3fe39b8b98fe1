//! Pages of the yearly agenda: the proposal (`web/proposal.rs`), the editions (`web/editions.rs`) and
//! the work of a year (`web/year.rs`).

mod editions;
mod proposal;
mod year;

use actix_web::web::ServiceConfig;

/// Registers the pages.
pub fn pages(cfg: &mut ServiceConfig) {
    proposal::pages(cfg);
    editions::pages(cfg);
    year::pages(cfg);
}
