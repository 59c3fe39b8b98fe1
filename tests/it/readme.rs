//! The tours of the README as they stand there: its commands in a shell against the program, and the words of its pages.

use crate::support::oracle::Oracle;
use crate::support::portal::Portal;
use crate::support::real_binary::Installation;
use chrono::{TimeDelta, Weekday};
use raccordo::clock::{Clock, SystemClock};
use std::process::{Command, Output};

const README: &str = include_str!("../../README.md");

/// Preamble of the commands: the program instead of a build, and a note of each status and address.
const BEFORE: &str = r#"
set -euo pipefail
cargo() { shift 3; "$RACCORDO_PROGRAM" "$@"; }
curl() {
  local out; out=$(command curl --max-time 60 --write-out '\n%{http_code}' "$@")
  local word; for word in "$@"; do [[ $word == http* ]] && echo "${out##*$'\n'} ${word#http://*/}" >>"$STATUSES"; done
  printf '%s' "${out%$'\n'*}"
}
"#;

/// Returns the commands below a heading.
fn commands(heading: &str) -> String {
    let (_, below) = README.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let section = below.split("\n## ").next().unwrap_or_default();
    section.split("```sh\n").skip(1).filter_map(|block| block.split("```").next()).collect()
}

/// Replaces a part of the commands that a machine without the network, or on another day, has otherwise.
fn instead(commands: &str, written: &str, here: &str) -> String {
    assert!(commands.contains(written), "the tour has no {written}");
    commands.replace(written, here)
}

#[actix_web::test]
async fn each_command_of_the_tour_by_curl_is_answered() {
    let portal = Portal::start().await;
    let page = "<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Provincia di Bergamo</h1>";
    portal.show("/relazione-2026-bergamo", page);
    let installation = Installation::with_network()
        .await
        .set("PORTAL__ALLOWED_HOSTS", "127.0.0.1,example.org")
        .set("PORTAL__ALLOWED_PRIVATE_ADDRESSES", portal.address)
        .set("PORTAL__ALLOW_HTTP", true);
    let running = installation.serve_until_ready().await;

    // The tour chooses some Tuesday and lets its reader try the next day; here it is one that is worked everywhere.
    let mut tuesday = SystemClock.now().date_naive() + TimeDelta::weeks(17);
    while chrono::Datelike::weekday(&tuesday) != Weekday::Tue || !Oracle::read().all_work(tuesday) {
        tuesday += TimeDelta::days(1);
    }
    let tour = commands("A tour by curl");
    let tour = instead(&tour, "http://127.0.0.1:8080", &format!("http://127.0.0.1:{}", installation.port));
    let tour = instead(&tour, "https://example.org/relazione-2026-bergamo", &portal.url("/relazione-2026-bergamo"));
    let tour = instead(&tour, "DAY=$(date -d 'tuesday +17 weeks' +%F)", &format!("DAY={tuesday}"));

    let statuses = installation.database().with_file_name("statuses");
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("{BEFORE}{tour}")]);
    let program = installation.command(&[]);
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(program.get_current_dir().expect("a folder"));
    shell.env("RACCORDO_PROGRAM", program.get_program()).env("STATUSES", &statuses);
    let said = tokio::task::spawn_blocking(move || shell.output()).await.expect("it ends").expect("bash is there");
    let answers = std::fs::read_to_string(&statuses).expect("curl was called");
    let Output { status, stdout, stderr } = said;
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{answers}\n{stdout}\n{stderr}");
    for answer in answers.lines() {
        assert!(answer.starts_with("200 ") || answer.starts_with("201 "), "{answer}\n{stdout}\n{stderr}");
    }
    let asked = tour.lines().filter(|line| line.contains("api $API") || line.contains("api \"$API")).count();
    assert_eq!(answers.lines().count(), asked + 1, "every command, and the public calendar\n{answers}");
    for said in
        ["\"state\":\"verified\"", "\"kind\":\"state\"", "STATUS:CANCELLED", "La nota entra nella relazione annuale"]
    {
        assert!(stdout.contains(said), "{said}: {stdout}");
    }
    drop(running);
}

#[test]
fn each_word_of_a_page_in_the_readme_is_on_a_page() {
    let (_, below) = README.split_once("\n## A tour by pages\n").expect("the heading");
    let section = below.split("\n## ").next().unwrap_or_default().replace('\n', " ");
    let words: Vec<&str> = section.split('*').skip(1).step_by(2).collect();
    assert!(words.len() > 10, "{words:?}");
    let texts = crate::texts::texts("it");
    for word in words {
        assert!(texts.values().any(|text| text == word), "no page says {word}");
    }
}
