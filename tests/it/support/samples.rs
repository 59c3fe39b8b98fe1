//! Files that programs of others read after the tests: calendars, news, data, tables and descriptions. `.ci/run` runs those
//! programs (`tests/ical_check.py`, `tests/feeds_check.py`).

use super::app::Client;

/// Keeps files under `target/samples`.
pub fn keep_for_other_readers(files: &[(&str, &str)]) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/samples");
    std::fs::create_dir_all(folder).expect("a folder for samples");
    for (name, text) in files {
        std::fs::write(format!("{folder}/{name}"), text).expect("a sample");
    }
}

/// Keeps every feed and the description of the data as the public reads them, under names that begin with `name`.
pub async fn keep_feeds(public: &Client, name: &str) {
    for (address, ending) in [
        ("/calendar.ics", "ics"),
        ("/calendar.atom", "atom"),
        ("/calendar.json", "json"),
        ("/calendar.csv", "csv"),
        ("/catalogue.ttl", "ttl"),
        ("/catalogue.jsonld", "jsonld"),
    ] {
        let answer = public.get(address).send().await;
        assert_eq!(answer.status.as_u16(), 200, "{address}");
        keep_for_other_readers(&[(&format!("{name}.{ending}"), &answer.text())]);
    }
}
