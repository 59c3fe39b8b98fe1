//! Pages of the yearly agenda: the proposal (`web/proposal.rs`), the editions (`web/editions.rs`), the work of a year
//! (`web/year.rs`) and the import of a spreadsheet (`web/import.rs`).

mod editions;
mod import;
pub mod proposal;
mod year;

use actix_web::web::ServiceConfig;

/// Registers the pages.
pub fn pages(cfg: &mut ServiceConfig) {
    proposal::pages(cfg);
    editions::pages(cfg);
    year::pages(cfg);
    import::pages(cfg);
}
