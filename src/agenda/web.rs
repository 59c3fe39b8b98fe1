//! Pages of the yearly agenda: the proposal (`web/proposal.rs`) and the editions (`web/editions.rs`), the import
//! of a spreadsheet (`web/import.rs`).

mod editions;
mod import;
mod proposal;

use actix_web::web::ServiceConfig;

/// Registers the pages.
pub fn pages(cfg: &mut ServiceConfig) {
    proposal::pages(cfg);
    editions::pages(cfg);
    import::pages(cfg);
}
