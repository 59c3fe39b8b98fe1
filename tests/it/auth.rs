//! Sign-in, sessions and API tokens, as used by people, programs, mail scanners and attackers.

use crate::support::app::services;
use crate::support::db::{Engine, TestDb};
use crate::{both_engines, on_sqlite};
use actix_web::cookie::Cookie;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, USER_AGENT};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::ids::{BodyId, DesignationId, PersonId, SeatId, SessionId};
use entity::kinds::{ActKind, BodyKind, Channel, RecordChange, SeatKind};
use entity::{
    Instant, api_token, body, designation, designation_record, outbox_mail, person, seat, session, setting,
    sign_in_link, territory,
};
use futures_util::future::{LocalBoxFuture, join_all};
use raccordo::auth::actor::{Actor, Identity, Scope};
use raccordo::auth::local_path::LocalPath;
use raccordo::auth::service::{self, NewToken};
use raccordo::clock::{Clock, FixedClock};
use raccordo::config::{Config, Environment};
use raccordo::ctx::{Ctx, Services};
use raccordo::error::Code;
use raccordo::http::site::Site;
use raccordo::secret;
use raccordo::texts::Lang;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use std::rc::Rc;
use std::sync::Arc;

both_engines! {
    a_sign_in_link_works_once_and_ends_the_person_s_other_links,
    a_button_pressed_by_many_at_once_enters_once,
    mails_asked_for_at_once_are_counted_together,
    a_link_ends_after_ten_minutes,
    an_address_is_sent_five_mails_an_hour_and_the_earlier_links_stay_good,
    a_session_lasts_half_an_hour_unused_and_twelve_hours_used,
    the_use_of_a_key_is_written_down_apart_from_the_request_and_counts_before_that,
    asking_for_a_link_and_reading_never_wait_for_writers,
    people_can_end_only_their_own_sessions,
    rights_end_with_the_designation_and_handover_ends_the_rest,
    no_secret_stands_in_the_tables_of_identity,
}

on_sqlite! {
    an_opened_link_does_nothing_until_its_button_is_pressed,
    a_button_pressed_twice_lets_its_browser_in,
    a_press_is_repeated_by_its_own_browser_for_a_minute,
    a_spent_link_leads_its_signed_in_person_on,
    every_link_that_cannot_be_used_gets_the_same_answer,
    the_answer_does_not_reveal_whether_an_address_is_known,
    a_text_that_is_no_address_is_refused_as_such,
    sign_in_redirects_only_to_pages_of_this_site,
    a_key_planted_before_signing_in_is_invalid_afterwards,
    signing_out_ends_the_session_at_once,
    the_profile_lists_sessions_and_capacities,
    an_invalid_api_token_is_refused_and_never_anonymous,
    a_token_that_may_read_changes_nothing,
    personas_sign_in_only_with_demonstration_data,
    a_person_has_at_most_twenty_tokens,
    a_new_token_is_shown_once_on_the_page_that_answers_its_form,
    only_an_operator_can_make_a_link_at_the_command_line,
}

const ANNA: &str = "anna.riva@provincia.example";
const BRUNO: &str = "bruno.sala@regione.example";
const FORMER: &str = "carla.monti@provincia.example";

async fn an_opened_link_does_nothing_until_its_button_is_pressed(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = office.link_of(ANNA).await;
    for scanner in ["Mozilla/5.0", "SafeLinks", "curl/8.5"] {
        let request =
            TestRequest::get().uri(&link).insert_header(("purpose", "prefetch")).insert_header((USER_AGENT, scanner));
        assert_eq!(app.status(request).await, StatusCode::OK);
    }
    let head = TestRequest::default().method(Method::HEAD).uri(&link);
    assert_eq!(app.status(head).await, StatusCode::OK);
    assert_eq!(office.sessions().await, 0);
    assert_eq!(office.unspent_links().await, 1);
    let key = press(&app, &link).await.expect("the link still works");
    assert_eq!(office.name_behind(&app, &key).await.as_deref(), Some(ANNA));
}

async fn a_sign_in_link_works_once_and_ends_the_person_s_other_links(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let (first, second) = (office.link_of(ANNA).await, office.link_of(ANNA).await);
    assert!(press(&app, &first).await.is_some());
    assert!(press(&app, &first).await.is_none());
    assert!(press(&app, &second).await.is_none());
    assert_eq!(office.sessions().await, 1);
}

async fn a_button_pressed_by_many_at_once_enters_once(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = office.link_of(ANNA).await;
    let keys = join_all((0..8).map(|_| press(&app, &link))).await;
    assert_eq!(keys.into_iter().flatten().count(), 1);
    assert_eq!(office.sessions().await, 1);
}

async fn a_button_pressed_twice_lets_its_browser_in(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = format!("{}?next=/tasks", office.link_of(ANNA).await);
    let form = form_of_the_way_in("this browser");
    let first = send_form(&app, &link, &form, "pre=this browser").await;
    let lost = key_in(&first).expect("a session");
    // The browser shows the answer to the second press, and may have dropped the first answer with its session key.
    let second = send_form(&app, &link, &form, "pre=this browser").await;
    let key = key_in(&second).expect("a session");
    assert_eq!(second.headers().get(LOCATION), first.headers().get(LOCATION));
    assert_ne!(key, lost);
    assert_eq!(office.name_behind(&app, &key).await.as_deref(), Some(ANNA));
    assert_eq!(office.name_behind(&app, &lost).await, None, "one press, one session");
    // If it kept the first answer, the third press carries the session that the second press opened.
    let third = send_form(&app, &link, &form, &format!("pre=this browser; sid={key}")).await;
    let key = key_in(&third).expect("a session");
    assert_eq!(office.name_behind(&app, &key).await.as_deref(), Some(ANNA));
    // Both presses at the same instant.
    let link = office.link_of(ANNA).await;
    let press = || send_form(&app, &link, &form, "pre=this browser");
    let answers = join_all([press(), press(), press()]).await;
    let keys: Vec<String> = answers.iter().filter_map(key_in).collect();
    assert_eq!(keys.len(), 3);
    let mut open = 0;
    for key in &keys {
        open += usize::from(office.name_behind(&app, key).await.is_some());
    }
    assert_eq!(open, 1);
}

async fn a_press_is_repeated_by_its_own_browser_for_a_minute(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = office.link_of(ANNA).await;
    let form = form_of_the_way_in("this browser");
    let key = key_in(&send_form(&app, &link, &form, "pre=this browser").await).expect("a session");
    // The same link in another browser, in this browser after a restart, and in another browser with this one's form.
    let elsewhere = form_of_the_way_in("another");
    for (form, cookie, status) in [
        (&elsewhere, "pre=another", StatusCode::GONE),
        (&form_of_the_way_in("this browser"), "pre=this browser", StatusCode::GONE),
        (&form, "pre=another", StatusCode::CONFLICT),
    ] {
        let answer = send_form(&app, &link, form, cookie).await;
        assert_eq!((answer.status(), key_in(&answer)), (status, None), "{cookie}");
    }
    assert_eq!(office.name_behind(&app, &key).await.as_deref(), Some(ANNA));
    // Going back a page after signing out does not sign in again.
    assert_eq!(post(&app, "/sign-out", &[], &key).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(send_form(&app, &link, &form, "pre=this browser").await.status(), StatusCode::GONE);
    let link = office.link_of(ANNA).await;
    send_form(&app, &link, &form, "pre=this browser").await;
    office.advance(Duration::seconds(61));
    assert_eq!(send_form(&app, &link, &form, "pre=this browser").await.status(), StatusCode::GONE);
}

async fn a_spent_link_leads_its_signed_in_person_on(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = format!("{}?next=/tasks", office.link_of(ANNA).await);
    let (anna, bruno) = (press(&app, &link).await.expect("enters"), office.link_of(BRUNO).await);
    let bruno = press(&app, &bruno).await.expect("enters");
    office.advance(Duration::minutes(11));
    let open = async |key: &str| {
        let asking = TestRequest::get().uri(&link).cookie(Cookie::new("sid", key.to_owned()));
        let answer = app.send(asking).await;
        (answer.status(), answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned))
    };
    assert_eq!(open(&anna).await, (StatusCode::SEE_OTHER, Some("/tasks".to_owned())));
    assert_eq!(open(&bruno).await, (StatusCode::GONE, None), "somebody else's link leads nowhere");
    assert_eq!(open("").await, (StatusCode::GONE, None));
}

async fn mails_asked_for_at_once_are_counted_together(engine: Engine) {
    let office = Office::new(engine).await;
    join_all((0..12).map(|_| office.ask_quietly(ANNA))).await;
    assert_eq!(office.mails_to(ANNA).await, 5);
}

async fn a_link_ends_after_ten_minutes(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = office.link_of(ANNA).await;
    office.advance(Duration::minutes(10));
    assert!(press(&app, &link).await.is_none());
}

async fn every_link_that_cannot_be_used_gets_the_same_answer(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let spent = office.link_of(ANNA).await;
    press(&app, &spent).await.expect("enters");
    let of_a_former_holder = office.link_of(ANNA).await;
    office.end_designations_of(ANNA).await;
    let expired = office.link_of(BRUNO).await;
    office.advance(Duration::minutes(11));
    let unknown = format!("/sign-in/{}", secret::new_token());
    let mut answers = Vec::new();
    for link in [&spent, &of_a_former_holder, &expired, &unknown, &"/sign-in/no-such-key".to_owned()] {
        let answer = app.send(TestRequest::get().uri(link)).await;
        assert_eq!(answer.headers().get(CACHE_CONTROL).expect("a rule"), "no-store");
        answers.push((answer.status(), without_own_address(&text(answer).await, link)));
    }
    assert_eq!(answers[0].0, StatusCode::GONE);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

async fn the_answer_does_not_reveal_whether_an_address_is_known(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let mut answers = Vec::new();
    for address in [ANNA, "ANNA.Riva@Provincia.example", "nobody@provincia.example", FORMER] {
        let asked_at = tokio::time::Instant::now();
        let answer = ask(&app, address).await;
        assert!(asked_at.elapsed() >= std::time::Duration::from_millis(250), "{address} is answered in its own time");
        let told = (answer.status(), answer.headers().get(LOCATION).cloned(), answer.response().cookies().count());
        answers.push((told, text(answer).await));
    }
    assert_eq!(answers[0].0.0, StatusCode::SEE_OTHER);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(office.mails().await, [ANNA, ANNA]);
}

async fn a_text_that_is_no_address_is_refused_as_such(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    for address in ["", "anna", "anna@", "anna@provincia.example\r\nBcc: all@provincia.example"] {
        assert_eq!(ask(&app, address).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{address:?}");
    }
    assert!(office.mails().await.is_empty());
}

async fn an_address_is_sent_five_mails_an_hour_and_the_earlier_links_stay_good(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let good = office.link_of(BRUNO).await;
    for _ in 0..7 {
        office.ask_quietly(ANNA).await;
        office.ask_quietly(BRUNO).await;
    }
    assert_eq!(office.mails_to(ANNA).await, 5);
    assert_eq!(office.mails_to(BRUNO).await, 4, "the printed link counts as well");
    assert!(press(&app, &good).await.is_some());
    office.advance(Duration::minutes(61));
    office.ask_quietly(ANNA).await;
    assert_eq!(office.mails_to(ANNA).await, 6);
}

async fn sign_in_redirects_only_to_pages_of_this_site(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    for (next, arrives) in
        [("/designations?state=vacant", "/designations?state=vacant"), ("//evil.example", "/"), ("/sign-in", "/")]
    {
        let link = office.link_of(ANNA).await;
        let answer = post(&app, &link, &[("next", next)], "").await;
        assert_eq!(answer.headers().get(LOCATION).expect("a way on"), arrives);
    }
}

async fn a_key_planted_before_signing_in_is_invalid_afterwards(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let planted = press(&app, &office.link_of(BRUNO).await).await.expect("the attacker's own session");
    let link = office.link_of(ANNA).await;
    let answer = post(&app, &link, &[], &planted).await;
    let key = key_in(&answer).expect("a new key");
    assert_ne!(key, planted);
    assert_eq!(office.name_behind(&app, &planted).await, None);
    assert_eq!(office.name_behind(&app, &key).await.as_deref(), Some(ANNA));
}

async fn a_session_lasts_half_an_hour_unused_and_twelve_hours_used(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let rested = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let busy = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    for _ in 0..25 {
        office.advance(Duration::minutes(28));
        assert!(office.name_behind(&app, &busy).await.is_some());
    }
    assert_eq!(office.name_behind(&app, &rested).await, None);
    office.advance(Duration::minutes(20));
    assert_eq!(office.name_behind(&app, &busy).await, None, "twelve hours are over");
}

async fn the_use_of_a_key_is_written_down_apart_from_the_request_and_counts_before_that(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let key = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let token = office.token_of(ANNA, Scope::ReadOnly).await;
    let opened = office.last_seen(&key).await;
    office.advance(Duration::minutes(20));
    assert!(office.name_behind(&app, &key).await.is_some());
    assert_eq!(with_token(&app, &token).await, StatusCode::OK);
    assert_eq!(office.last_seen(&key).await, opened, "a GET writes nothing");
    office.advance(Duration::minutes(20));
    assert!(office.name_behind(&app, &key).await.is_some(), "twenty minutes of rest");
    office.site.last_use.write_down(&office.services.db).await.expect("written");
    assert_eq!(office.last_seen(&key).await, opened + Duration::minutes(40));
    let tokens = service::list_tokens(&office.as_person(ANNA).await).await.expect("tokens");
    assert_eq!(tokens[0].last_used_at, Some(opened + Duration::minutes(20)));
}

async fn asking_for_a_link_and_reading_never_wait_for_writers(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let key = press(&app, &office.link_of(BRUNO).await).await.expect("enters");
    office.advance(Duration::minutes(5));
    let writer = office.services.db.begin().await.expect("the lock of the writers");
    let quickly = std::time::Duration::from_millis(1500);
    for address in [ANNA, "nessuno@ente.example", FORMER] {
        let asked = tokio::time::timeout(quickly, ask(&app, address)).await;
        assert_eq!(asked.expect("answered meanwhile").status(), StatusCode::SEE_OTHER, "{address}");
    }
    let read = tokio::time::timeout(quickly, office.name_behind(&app, &key)).await;
    assert_eq!(read.expect("answered meanwhile").as_deref(), Some(BRUNO));
    drop(writer);
    assert_eq!(office.mails().await, [ANNA]);
}

async fn signing_out_ends_the_session_at_once(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let key = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let answer = post(&app, "/sign-out", &[], &key).await;
    assert_eq!(key_in(&answer).as_deref(), Some(""), "the browser forgets the key");
    assert_eq!(office.name_behind(&app, &key).await, None);
}

async fn people_can_end_only_their_own_sessions(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let here = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let there = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let bruno = press(&app, &office.link_of(BRUNO).await).await.expect("enters");
    let foreign = format!("/me/sessions/{}/end", office.session_id(&bruno).await);
    assert_eq!(post(&app, &foreign, &[], &here).await.status(), StatusCode::NOT_FOUND);
    let own = format!("/me/sessions/{}/end", office.session_id(&there).await);
    assert_eq!(post(&app, &own, &[], &here).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(office.name_behind(&app, &there).await, None);
    let elsewhere = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    assert_eq!(post(&app, "/me/sessions/end-others", &[], &here).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(office.name_behind(&app, &elsewhere).await, None);
    assert!(office.name_behind(&app, &here).await.is_some());
    assert!(office.name_behind(&app, &bruno).await.is_some());
}

async fn the_profile_lists_sessions_and_capacities(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let key = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let request = TestRequest::get().uri("/me").cookie(Cookie::new("sid", key));
    let answer = app.send(request).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = text(answer).await;
    for shown in ["Anna Riva", ANNA, "Referente", "Provincia di Esempio", "Firefox, Linux"] {
        assert!(page.contains(shown), "{shown} is missing");
    }
    assert_eq!(app.send(TestRequest::get().uri("/me")).await.status(), StatusCode::SEE_OTHER, "to signing in");
}

async fn rights_end_with_the_designation_and_handover_ends_the_rest(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let key = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let token = office.token_of(ANNA, Scope::Full).await;
    let link = office.link_of(ANNA).await;
    let anna = office.person(ANNA).await;
    assert_eq!(office.end_everything_of(anna).await, service_ended(0, 0, 0), "she still holds her seat");
    office.end_designations_of(ANNA).await;
    assert!(office.seats_behind(&app, &key).await.is_empty());
    assert_eq!(office.end_everything_of(anna).await, service_ended(1, 1, 1));
    assert_eq!(office.name_behind(&app, &key).await, None);
    assert_eq!(with_token(&app, &token).await, StatusCode::UNAUTHORIZED);
    assert!(press(&app, &link).await.is_none());
}

async fn an_invalid_api_token_is_refused_and_never_anonymous(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let good = office.token_of(ANNA, Scope::ReadOnly).await;
    let revoked = office.token_of(ANNA, Scope::Full).await;
    office.revoke_tokens_but(ANNA, &good).await;
    assert_eq!(with_token(&app, &good).await, StatusCode::OK);
    for bad in [revoked.as_str(), "rac_unknown", "", &"x".repeat(10_000)] {
        assert_eq!(with_token(&app, bad).await, StatusCode::UNAUTHORIZED, "{bad:.20}");
    }
    let basic = TestRequest::get().uri("/api/v1/me").insert_header((AUTHORIZATION, "Basic YTpi"));
    assert_eq!(app.status(basic).await, StatusCode::UNAUTHORIZED);
    office.advance(Duration::days(30));
    assert_eq!(with_token(&app, &good).await, StatusCode::UNAUTHORIZED, "its month is over");
}

async fn a_token_that_may_read_changes_nothing(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let reader = office.token_of(ANNA, Scope::ReadOnly).await;
    let worker = office.token_of(ANNA, Scope::Full).await;
    let create = |token: &str| {
        TestRequest::post()
            .uri("/api/v1/me/tokens")
            .insert_header((AUTHORIZATION, format!("Bearer {token}")))
            .set_json(serde_json::json!({ "name": "cruscotto", "scope": "read", "days": 30 }))
    };
    assert_eq!(app.status(create(&reader)).await, StatusCode::FORBIDDEN);
    let answer = app.send(create(&worker)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let made: serde_json::Value = serde_json::from_str(&text(answer).await).expect("json");
    assert_eq!(with_token(&app, made["secret"].as_str().expect("a secret")).await, StatusCode::OK);
    let id = made["id"].as_str().expect("an id");
    let of_bruno = office.token_of(BRUNO, Scope::Full).await;
    let revoke = |token: &str| {
        let uri = format!("/api/v1/me/tokens/{id}");
        TestRequest::delete().uri(&uri).insert_header((AUTHORIZATION, format!("Bearer {token}")))
    };
    assert_eq!(app.status(revoke(&of_bruno)).await, StatusCode::NOT_FOUND);
    assert_eq!(app.status(revoke(&worker)).await, StatusCode::NO_CONTENT);
    assert_eq!(app.status(revoke(&worker)).await, StatusCode::NOT_FOUND);
}

async fn no_secret_stands_in_the_tables_of_identity(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let link = office.link_of(ANNA).await;
    let key = press(&app, &link).await.expect("enters");
    let token = office.token_of(ANNA, Scope::Full).await;
    let waiting = office.link_of(ANNA).await;
    let db = office.services.db.reader();
    let dump = [
        format!("{:?}", session::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", sign_in_link::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", api_token::Entity::find().all(db).await.expect("rows")),
        format!("{:?}", entity::audit_event::Entity::find().all(db).await.expect("rows")),
    ]
    .concat();
    for planted in [link.trim_start_matches("/sign-in/"), waiting.trim_start_matches("/sign-in/"), &key, &token] {
        assert!(!dump.contains(planted));
    }
}

async fn personas_sign_in_only_with_demonstration_data(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let anna = office.person(ANNA).await.to_string();
    assert!(!page_at(&app, "/sign-in").await.contains("data-persona"));
    assert_eq!(post(&app, "/sign-in/demo", &[("person", &anna)], "").await.status(), StatusCode::NOT_FOUND);
    office.mark_as_demonstration().await;
    let page = page_at(&app, "/sign-in").await;
    assert!(page.contains("data-persona=\"referent\"") && page.contains("data-persona=\"secretariat\""));
    let answer = post(&app, "/sign-in/demo", &[("person", &anna)], "").await;
    let key = key_in(&answer).expect("a key");
    assert_eq!(office.name_behind(&app, &key).await.as_deref(), Some(ANNA));

    let mut config = Config::for_tests();
    config.environment = Environment::Production;
    let office = Office::with(office, config);
    let app = office.app().await;
    assert!(!page_at(&app, "/sign-in").await.contains("data-persona"));
    assert_eq!(post(&app, "/sign-in/demo", &[("person", &anna)], "").await.status(), StatusCode::NOT_FOUND);
}

async fn a_person_has_at_most_twenty_tokens(engine: Engine) {
    let office = Office::new(engine).await;
    for _ in 0..20 {
        office.token_of(ANNA, Scope::ReadOnly).await;
    }
    let ctx = office.as_person(ANNA).await;
    let input = NewToken { name: "una di troppo".to_owned(), scope: Scope::ReadOnly, days: 30 };
    let refused = ctx.write(async |txn| service::create_token(&ctx, txn, &input, &secret::new_token()).await).await;
    assert_eq!(refused.err().map(|error| error.code()), Some(Code::TooManyTokens));
    office.token_of(BRUNO, Scope::ReadOnly).await;
}

async fn a_new_token_is_shown_once_on_the_page_that_answers_its_form(engine: Engine) {
    let office = Office::new(engine).await;
    let app = office.app().await;
    let key = press(&app, &office.link_of(ANNA).await).await.expect("enters");
    let unnamed = post(&app, "/me/tokens", &[("name", ""), ("scope", "read"), ("days", "90")], &key).await;
    assert_eq!(unnamed.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = post(&app, "/me/tokens", &[("name", "cruscotto"), ("scope", "read"), ("days", "90")], &key).await;
    assert_eq!(answer.headers().get(CACHE_CONTROL).expect("a rule"), "no-store");
    let page = text(answer).await;
    let (_, rest) = page.split_once("<code id=\"secret\">").expect("the secret");
    let secret = rest.split_once('<').expect("its end").0.to_owned();
    assert_eq!(with_token(&app, &secret).await, StatusCode::OK);
    let request = TestRequest::get().uri("/me").cookie(Cookie::new("sid", key));
    let profile = text(app.send(request).await).await;
    assert!(profile.contains("cruscotto") && !profile.contains(&secret));
}

async fn only_an_operator_can_make_a_link_at_the_command_line(engine: Engine) {
    let office = Office::new(engine).await;
    let ctx = office.anonymous();
    let refused = ctx.write(async |txn| service::link_for_operator(&ctx, txn, ANNA).await).await;
    assert_eq!(refused.expect_err("refused").code(), Code::Denied);
}

#[actix_web::test]
async fn a_form_without_its_token_does_not_sign_in() {
    let office = Office::new(Engine::Sqlite).await;
    let app = office.app().await;
    let link = office.link_of(ANNA).await;
    let bare = TestRequest::post().uri(&link).set_form([("next", "/")]);
    assert_eq!(app.status(bare).await, StatusCode::CONFLICT);
    assert_eq!(office.sessions().await, 0);
    assert!(press(&app, &link).await.is_some());
}

struct Office {
    services: Arc<Services>,
    site: web::Data<Site>,
    clock: Arc<FixedClock>,
    test_db: TestDb,
}

impl Office {
    /// Starts on 30 March 2027 at 9:30 in Milan: Anna is referent, Bruno belongs to the secretariat, Carla was deputy
    /// until yesterday.
    async fn new(engine: Engine) -> Self {
        let clock = Arc::new(FixedClock::at("2027-03-30T07:30:00Z".parse().expect("an instant")));
        let test_db = TestDb::new(engine).await;
        let services = services(&test_db, &clock, Config::for_tests());
        let site = web::Data::new(Site::new(Arc::clone(&services)));
        let office = Self { services, site, clock, test_db };
        let province = office.body("provincia-di-esempio", "Provincia di Esempio").await;
        let region = office.body("regione", "Regione di Esempio").await;
        office.holder(ANNA, "Anna", "Riva", SeatKind::Referent, province, None).await;
        office.holder(BRUNO, "Bruno", "Sala", SeatKind::Secretariat, region, None).await;
        office.holder(FORMER, "Carla", "Monti", SeatKind::Deputy, province, NaiveDate::from_ymd_opt(2027, 3, 29)).await;
        office
    }

    /// Returns the same office with another configuration.
    fn with(self, config: Config) -> Self {
        let services = services(&self.test_db, &self.clock, config);
        Self { site: web::Data::new(Site::new(Arc::clone(&services))), services, ..self }
    }

    async fn app(&self) -> Browser {
        let app = Rc::new(init_service(raccordo::app::build(&self.site)).await);
        Browser(Box::new(move |request| {
            let app = Rc::clone(&app);
            Box::pin(async move {
                match app.call(request.to_request()).await {
                    Ok(answer) => answer.map_into_boxed_body(),
                    Err(error) => panic!("every failure has an answer: {error}"),
                }
            })
        }))
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn advance(&self, by: Duration) {
        self.clock.set(self.now() + by);
    }

    fn anonymous(&self) -> Ctx {
        Ctx {
            services: Arc::clone(&self.services),
            actor: Actor::anonymous(),
            lang: Lang::It,
            request_id: None,
            generation: None,
        }
    }

    /// Returns the path of a new one-time link.
    async fn link_of(&self, address: &str) -> String {
        let ctx = Ctx { actor: Actor::operator(), ..self.anonymous() };
        let url = ctx.write(async |txn| service::link_for_operator(&ctx, txn, address).await).await.expect("a link");
        url.trim_start_matches("http://raccordo.test").to_owned()
    }

    /// Requests a link with the use case of the page.
    async fn ask_quietly(&self, address: &str) {
        let ctx = self.anonymous();
        let home = LocalPath::or_home("/");
        ctx.write(async |txn| service::request_link(&ctx, txn, address, &home).await).await.expect("always answered");
    }

    async fn as_person(&self, address: &str) -> Ctx {
        let identity = Identity::Person { id: self.person(address).await, name: address.to_owned() };
        Ctx { actor: Actor { identity, seats: Vec::new(), scope: Scope::Full }, ..self.anonymous() }
    }

    /// Returns the secret of a new API token that is valid for a month.
    async fn token_of(&self, address: &str, scope: Scope) -> String {
        let ctx = self.as_person(address).await;
        let input = NewToken { name: "prova".to_owned(), scope, days: 30 };
        ctx.write(async |txn| service::create_token(&ctx, txn, &input, &secret::new_token()).await)
            .await
            .expect("a token")
            .secret
    }

    async fn revoke_tokens_but(&self, address: &str, kept: &str) {
        let ctx = self.as_person(address).await;
        let kept = api_token::Entity::find()
            .filter(api_token::Column::TokenHash.eq(secret::hash_token(kept)))
            .one(ctx.reader())
            .await
            .expect("a look")
            .expect("the kept one");
        for token in service::list_tokens(&ctx).await.expect("tokens").into_iter().filter(|token| token.id != kept.id) {
            ctx.write(async |txn| service::revoke_token(&ctx, txn, token.id).await).await.expect("revoked");
        }
    }

    async fn end_everything_of(&self, person: PersonId) -> raccordo::auth::model::Ended {
        let ctx = Ctx { actor: Actor::system("handover"), ..self.anonymous() };
        ctx.write(async |txn| service::end_everything_of(&ctx, txn, person).await).await.expect("ended")
    }

    /// Returns the address of the person of a session.
    async fn name_behind(&self, app: &Browser, key: &str) -> Option<String> {
        self.me(app, key).await.map(|me| me["email"].as_str().expect("an address").to_owned())
    }

    async fn seats_behind(&self, app: &Browser, key: &str) -> Vec<serde_json::Value> {
        let me = self.me(app, key).await.expect("still known");
        me["capacities"].as_array().expect("a list").clone()
    }

    async fn me(&self, app: &Browser, key: &str) -> Option<serde_json::Value> {
        let answer = app.send(TestRequest::get().uri("/api/v1/me").cookie(Cookie::new("sid", key.to_owned()))).await;
        let status = answer.status();
        let body = text(answer).await;
        (status == StatusCode::OK).then(|| serde_json::from_str(&body).expect("json"))
    }

    async fn sessions(&self) -> u64 {
        session::Entity::find().count(self.services.db.reader()).await.expect("a count")
    }

    async fn unspent_links(&self) -> u64 {
        let unspent = sign_in_link::Entity::find().filter(sign_in_link::Column::UsedAt.is_null());
        unspent.count(self.services.db.reader()).await.expect("a count")
    }

    async fn mails(&self) -> Vec<String> {
        self.site.all_done().await;
        let rows = outbox_mail::Entity::find().all(self.services.db.reader()).await.expect("rows");
        rows.into_iter().map(|row| row.recipient).collect()
    }

    async fn mails_to(&self, address: &str) -> usize {
        self.mails().await.iter().filter(|to| *to == address).count()
    }

    async fn session_row(&self, key: &str) -> session::Model {
        let row = session::Entity::find().filter(session::Column::KeyHash.eq(secret::hash_token(key)));
        row.one(self.services.db.reader()).await.expect("a look").expect("a session")
    }

    async fn session_id(&self, key: &str) -> SessionId {
        self.session_row(key).await.id
    }

    async fn last_seen(&self, key: &str) -> DateTime<Utc> {
        self.session_row(key).await.last_seen_at.0
    }

    async fn person(&self, address: &str) -> PersonId {
        let row = person::Entity::find().filter(person::Column::Email.eq(address));
        row.one(self.services.db.reader()).await.expect("a look").expect("a person").id
    }

    async fn mark_as_demonstration(&self) {
        let row =
            setting::Model { key: "demo".to_owned(), value: "true".to_owned(), updated_at: Instant::from(self.now()) };
        setting::Entity::insert(row.into_active_model()).exec(self.services.db.writer()).await.expect("a row");
    }

    /// Ends all designations of a person as of yesterday.
    async fn end_designations_of(&self, address: &str) {
        let of_person =
            designation::Entity::find().filter(designation::Column::PersonId.eq(self.person(address).await));
        for row in of_person.all(self.services.db.reader()).await.expect("rows") {
            designation_record::Entity::update_many()
                .col_expr(designation_record::Column::ValidTo, Expr::value(NaiveDate::from_ymd_opt(2027, 3, 29)))
                .filter(designation_record::Column::DesignationId.eq(row.id))
                .exec(self.services.db.writer())
                .await
                .expect("an end");
        }
    }

    async fn body(&self, code: &str, name: &str) -> BodyId {
        let db = self.services.db.writer();
        let territory = territory::Model {
            code: code[..3].to_owned(),
            name: name.to_owned(),
            city: name.to_owned(),
            neighbours: None,
        };
        territory::Entity::insert(territory.into_active_model()).exec(db).await.expect("a row");
        let id = self.services.new_id();
        let row = body::Model {
            id,
            code: code.to_owned(),
            name: name.to_owned(),
            kind: BodyKind::Province,
            ipa_code: code[..3].to_owned(),
            istat_code: "015".to_owned(),
            province_code: None,
            sigla: None,
            nuts: "ITC4".to_owned(),
            capital: name.to_owned(),
            capital_istat: "015146".to_owned(),
            capital_cadastral: "F205".to_owned(),
            territory: code[..3].to_owned(),
            pec: None,
            signatory: true,
            version: 1,
            created_at: Instant::from(self.now()),
            updated_at: Instant::from(self.now()),
        };
        body::Entity::insert(row.into_active_model()).exec(db).await.expect("a row");
        id
    }

    async fn holder(
        &self,
        email: &str,
        given: &str,
        family: &str,
        kind: SeatKind,
        body_id: BodyId,
        to: Option<NaiveDate>,
    ) {
        let db = self.services.db.writer();
        let now = Instant::from(self.now());
        let person_id: PersonId = self.services.new_id();
        let person = person::Model {
            id: person_id,
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            email: email.to_owned(),
            phone: None,
            language: "it".to_owned(),
            bounced_at: None,
            bounce_note: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        person::Entity::insert(person.into_active_model()).exec(db).await.expect("a row");
        let seat_id: SeatId = self.services.new_id();
        let code = format!("{kind}-{family}");
        let seat = seat::Model { id: seat_id, code, kind, body_id, observatory_id: None, version: 1, created_at: now };
        seat::Entity::insert(seat.into_active_model()).exec(db).await.expect("a row");
        let designation_id: DesignationId = self.services.new_id();
        let designation = designation::Model {
            id: designation_id,
            seat_id,
            person_id,
            handed_over_at: None,
            version: 1,
            created_at: now,
        };
        designation::Entity::insert(designation.into_active_model()).exec(db).await.expect("a row");
        let from = NaiveDate::from_ymd_opt(2027, 1, 1).expect("a day");
        let record = designation_record::Model {
            id: self.services.new_id(),
            designation_id,
            position: 1,
            change: RecordChange::Registered,
            valid_from: from,
            valid_to: to,
            organisation: None,
            act_kind: ActKind::Decree,
            act_number: "1/2027".to_owned(),
            act_date: from,
            act_organ: "Dirigente".to_owned(),
            act_subject: "Designazione".to_owned(),
            protocol_number: None,
            protocol_date: None,
            channel: Channel::Pec,
            communicated_on: from,
            receipt: None,
            document_id: None,
            reason: None,
            replaced_by: None,
            recorded_at: now,
            recorded_by: None,
            superseded_at: None,
        };
        designation_record::Entity::insert(record.into_active_model()).exec(db).await.expect("a row");
    }
}

const fn service_ended(sessions: u64, links: u64, tokens: u64) -> raccordo::auth::model::Ended {
    raccordo::auth::model::Ended { sessions, links, tokens }
}

/// Sends requests to the pages and the API under test.
struct Browser(Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, ServiceResponse>>);

impl Browser {
    /// Sends a request as a page of this site does.
    async fn send(&self, request: TestRequest) -> ServiceResponse {
        (self.0)(request.insert_header(("sec-fetch-site", "same-origin"))).await
    }

    async fn status(&self, request: TestRequest) -> StatusCode {
        self.send(request).await.status()
    }
}

async fn text(answer: ServiceResponse) -> String {
    String::from_utf8(read_body(answer).await.to_vec()).expect("text")
}

async fn page_at(app: &Browser, uri: &str) -> String {
    text(app.send(TestRequest::get().uri(uri)).await).await
}

/// Posts a form from Anna's Firefox: with the form token of this browser, and the session key if it has one.
async fn post(app: &Browser, uri: &str, fields: &[(&str, &str)], key: &str) -> ServiceResponse {
    let cookie =
        || if key.is_empty() { Cookie::new("pre", "this browser") } else { Cookie::new("sid", key.to_owned()) };
    let token = raccordo::http::csrf::token(&TestRequest::default().cookie(cookie()).to_http_request());
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
    let request =
        TestRequest::default().method(Method::POST).uri(uri).cookie(cookie()).insert_header((USER_AGENT, agent));
    app.send(request.set_form(fields)).await
}

/// Returns a form from a page shown before signing in.
fn form_of_the_way_in(browser: &'static str) -> String {
    let request = TestRequest::default().cookie(Cookie::new("pre", browser)).to_http_request();
    let token = raccordo::http::csrf::token(&request);
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", &token)
        .append_pair("next", "/tasks")
        .finish()
}

/// Sends exactly this form, as a second click does.
async fn send_form(app: &Browser, uri: &str, form: &str, cookies: &str) -> ServiceResponse {
    let request = TestRequest::post().uri(uri).insert_header(("cookie", cookies));
    app.send(request.insert_header(("content-type", "application/x-www-form-urlencoded")).set_payload(form.to_owned()))
        .await
}

async fn ask(app: &Browser, address: &str) -> ServiceResponse {
    post(app, "/sign-in", &[("email", address)], "").await
}

/// Presses the button behind a link and returns the session key, if one was opened.
async fn press(app: &Browser, link: &str) -> Option<String> {
    let answer = post(app, link, &[], "").await;
    let key = key_in(&answer);
    assert_eq!(answer.status(), if key.is_some() { StatusCode::SEE_OTHER } else { StatusCode::GONE });
    key
}

fn key_in(answer: &ServiceResponse) -> Option<String> {
    let cookie = answer.response().cookies().find(|cookie| cookie.name() == "sid")?;
    assert!(cookie.http_only() == Some(true) && cookie.path() == Some("/"));
    Some(cookie.value().to_owned())
}

async fn with_token(app: &Browser, token: &str) -> StatusCode {
    let request = TestRequest::get().uri("/api/v1/me").insert_header((AUTHORIZATION, format!("Bearer {token}")));
    app.status(request).await
}

/// Returns a page without the parts that differ in every answer: its own address and the tokens of its forms.
fn without_own_address(page: &str, address: &str) -> String {
    page.lines().filter(|line| !line.contains("name=\"csrf\"")).collect::<Vec<_>>().join("\n").replace(address, "")
}
