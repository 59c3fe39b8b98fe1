//! An S3-compatible store on this machine: one bucket in memory, reached over HTTP.

use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use raccordo::config::{Config, ContentsKind, Secret};
use raccordo::secret::sha256_hex;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// Behaviour of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Good,
    /// Accepts no content: 507.
    Full,
    /// Answers each request with 403.
    Refusing,
    /// Answers each request with a delay.
    Slow,
}

#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, (Bytes, SystemTime)>,
    mood: Mood,
    puts: usize,
}

/// A running store. It stops with the runtime of its test.
#[derive(Clone)]
pub struct FakeS3 {
    bucket: Arc<Mutex<Bucket>>,
    port: u16,
}

impl FakeS3 {
    pub fn start() -> Self {
        let bucket: Arc<Mutex<Bucket>> = Arc::default();
        let shared = Data::from(Arc::clone(&bucket));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(1 << 26))
                .default_service(web::to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a port");
        let port = server.addrs()[0].port();
        #[expect(clippy::disallowed_methods, reason = "the server of a test ends with the test")]
        actix_web::rt::spawn(server.run());
        Self { bucket, port }
    }

    /// The configuration of a service that keeps its documents here.
    pub fn config(&self) -> Config {
        let mut config = Config::for_tests();
        config.documents.store = ContentsKind::S3;
        config.documents.s3_endpoint = format!("http://127.0.0.1:{}", self.port);
        config.documents.s3_bucket = "atti".into();
        config.documents.s3_access_key = "raccordo".into();
        config.documents.s3_secret_key = Secret::new("a secret of the test");
        config
    }

    pub fn set(&self, mood: Mood) {
        self.bucket.lock().expect("no test panics with it").mood = mood;
    }

    /// The keys and contents in the bucket.
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        let bucket = self.bucket.lock().expect("no test panics with it");
        bucket.objects.iter().map(|(key, (content, _))| (key.clone(), content.clone())).collect()
    }

    /// Puts another content under every key.
    pub fn alter_all(&self) {
        let mut bucket = self.bucket.lock().expect("no test panics with it");
        for (content, _) in bucket.objects.values_mut() {
            let mut altered = content.to_vec();
            altered[0] ^= 1;
            *content = altered.into();
        }
    }

    pub fn remove_all(&self) {
        self.bucket.lock().expect("no test panics with it").objects.clear();
    }
}

async fn answer(request: HttpRequest, bucket: Data<Mutex<Bucket>>, body: Bytes) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=raccordo/") {
        return HttpResponse::Unauthorized().finish();
    }
    let mood = bucket.lock().expect("no test panics with it").mood;
    if mood == Mood::Slow {
        actix_web::rt::time::sleep(Duration::from_millis(300)).await;
    }
    if mood == Mood::Refusing {
        return HttpResponse::Forbidden().body("<Error><Code>AccessDenied</Code></Error>");
    }
    let Some(rest) = request.path().strip_prefix("/atti") else { return HttpResponse::NotFound().finish() };
    let key = rest.trim_start_matches('/').to_owned();
    let mut bucket = bucket.lock().expect("no test panics with it");
    match *request.method() {
        Method::PUT if mood == Mood::Full => {
            HttpResponse::InsufficientStorage().body("<Error><Code>XMinioStorageFull</Code></Error>")
        }
        Method::PUT => {
            let signed = header("x-amz-content-sha256");
            if signed != "UNSIGNED-PAYLOAD" && signed != sha256_hex(&body) {
                return HttpResponse::BadRequest().body("<Error><Code>XAmzContentSHA256Mismatch</Code></Error>");
            }
            bucket.puts += 1;
            let etag = format!("\"{}\"", bucket.puts);
            #[expect(clippy::disallowed_methods, reason = "another machine has a clock of its own")]
            let written_at = SystemTime::now();
            bucket.objects.insert(key, (body, written_at));
            HttpResponse::Ok().insert_header(("etag", etag)).finish()
        }
        Method::DELETE => {
            bucket.objects.remove(&key);
            HttpResponse::NoContent().finish()
        }
        Method::GET | Method::HEAD if key.is_empty() => {
            HttpResponse::Ok().content_type("application/xml").body(list(&bucket))
        }
        Method::GET | Method::HEAD => match bucket.objects.get(&key) {
            Some((content, written)) => HttpResponse::Ok()
                .insert_header(("etag", "\"1\""))
                .insert_header(("last-modified", httpdate(*written)))
                .body(content.clone()),
            None => HttpResponse::NotFound().body("<Error><Code>NoSuchKey</Code></Error>"),
        },
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}

fn httpdate(at: SystemTime) -> String {
    actix_web::http::header::HttpDate::from(at).to_string()
}

fn list(bucket: &Bucket) -> String {
    let mut xml = String::from("<ListBucketResult><IsTruncated>false</IsTruncated>");
    for (key, (content, written)) in &bucket.objects {
        let at = chrono::DateTime::<chrono::Utc>::from(*written).to_rfc3339();
        let size = content.len();
        write!(
            xml,
            "<Contents><Key>{key}</Key><LastModified>{at}</LastModified><ETag>\"1\"</ETag><Size>{size}</Size></Contents>"
        )
        .expect("writing to a string");
    }
    xml + "</ListBucketResult>"
}
