//! The bare twin: the register's query and JSON through `SeaORM` in an actix-web application without authentication,
//! limits, headers or log. The difference to the service is the cost of everything else.

use actix_web::{App, HttpResponse, HttpServer, get, web};
use raccordo::clock::SystemClock;
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location};
use raccordo::designations::api::DesignationOut;
use raccordo::designations::service::{self, RegisterFilter};
use raccordo::designations::view::Designation;
use std::sync::Arc;

/// Argument that starts this program as the twin; database and port follow.
pub const FLAG: &str = "--twin";

pub fn serve(database: &str, port: &str) {
    let port: u16 = port.parse().expect("a port");
    let location = Location::Sqlite(database.into());
    actix_web::rt::System::new().block_on(async move {
        let db = Db::open_beside(&location).await.expect("the database opens");
        let config = Config::for_tests();
        let services = Arc::new(Services::new(db, Arc::new(SystemClock), config));
        let ctx = web::Data::new(Ctx::system(&services, "twin"));
        HttpServer::new(move || App::new().app_data(ctx.clone()).service(list).service(ready))
            .workers(2)
            .bind(("127.0.0.1", port))
            .expect("the port is free")
            .run()
            .await
            .expect("it serves");
    });
}

#[get("/api/v1/designations")]
async fn list(ctx: web::Data<Ctx>) -> HttpResponse {
    let lines = service::list(&ctx, &RegisterFilter::default(), None, 50).await.expect("the register");
    let days = service::promptness(ctx.reader(), &lines).await.expect("their histories");
    let shown = |line: Designation| {
        let told = days.get(&line.id).copied();
        DesignationOut::on(line, ctx.today(), told, ctx.lang)
    };
    let lines: Vec<_> = lines.into_iter().map(shown).collect();
    HttpResponse::Ok().json(lines)
}

#[get("/health/ready")]
async fn ready() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
