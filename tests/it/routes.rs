//! Routes: each path belongs to exactly one route, regardless of the order of registration.

use crate::support::app::SECRETARIAT;
use crate::support::db::Engine;
use crate::support::source::{self, Route};
use crate::support::world::World;

#[actix_web::test]
async fn no_two_routes_take_the_same_path() {
    let world = World::new(Engine::Sqlite).await;
    let routes = source::routes();
    let mut shared = Vec::new();
    for (number, route) in routes.iter().enumerate() {
        let path = world.fill(&route.path);
        let others = routes.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, other)| other);
        for other in others.filter(|other| (&other.method, other.described) == (&route.method, route.described)) {
            if other.takes(&path) {
                shared.push(format!("{} {path} is of {} and of {}", route.method, route.pattern, other.pattern));
            }
        }
    }
    assert!(routes.len() > 150, "only {} routes were found", routes.len());
    let is_of_no_shape = |route: &&Route| route.pattern.contains("{id}") || route.pattern.contains("_id}");
    let shapeless: Vec<_> = routes.iter().filter(is_of_no_shape).map(|route| &route.pattern).collect();
    assert!(shapeless.is_empty(), "ids without their shape: {shapeless:?}");
    assert!(shared.is_empty(), "{shared:#?}");
}

#[actix_web::test]
async fn an_id_of_another_shape_is_not_found() {
    let world = World::new(Engine::Sqlite).await;
    let (client, browser) = (world.app.client(SECRETARIAT).await, world.app.browser(SECRETARIAT).await);
    for id in ["x", "0", "new-one", "0190", "01890000-0000-7000-8000-00000000000g"] {
        client.get(&format!("/api/v1/releases/{id}")).send().await.refused(404, "not_found");
        let page = browser.get(&format!("/releases/{id}/move")).header("accept", "text/html").send().await;
        assert_eq!(page.status.as_u16(), 404, "{id}");
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{id}");
    }
    let path = world.fill("/api/v1/releases/{id}").to_uppercase().replace("/API/V1/RELEASES", "/api/v1/releases");
    client.get(&path).send().await.expect(200);
}
