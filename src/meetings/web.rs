pub fn pages(_cfg: &mut actix_web::web::ServiceConfig) {}
