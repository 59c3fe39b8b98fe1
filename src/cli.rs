//! The command line: arguments, output and exit status of each command. The library does the work.
//!
//! Results go to the standard output, everything else to the standard error stream. The exit status is 0 only if the
//! command did all of its work.

#![expect(clippy::print_stdout, reason = "a command answers on its standard output")]

mod mails;
mod serve;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use raccordo::auth::actor::{Actor, Scope};
use raccordo::auth::service::NewToken;
use raccordo::clock::{Clock, FixedClock, SystemClock};
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location, OpenError};
use raccordo::documents::contents::Contents;
use raccordo::error::{Error, FieldError};
use raccordo::http::{openapi, wording::text};
use raccordo::jobs::runner::{Ended, Runner};
use raccordo::jobs::schedule::{JOBS, Job};
use raccordo::load as network_file;
use raccordo::ops::contents::folder_of;
use raccordo::ops::{backup, health, keys, migrate, restore};
use raccordo::texts::Lang;
use raccordo::{audit, auth};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const OPENAPI: &str = "openapi/openapi.json";

/// Coordinates the network of labour-market observatories of Lombardy.
#[derive(Parser)]
#[command(name = "raccordo", version, about, max_term_width = 100)]
pub struct Cli {
    /// Configuration file; without it raccordo.toml is read if there is one. `RACCORDO__SECTION__SETTING` overrides a setting.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service.
    Serve {
        /// A demonstration: invented people, anybody may be any of them. Only on this machine, only on a database of its own.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database to the schema of this program. On SQLite `serve` does it by itself.
    Migrate,
    /// Read the configuration, refuse what is wrong, print what is in force with secrets masked.
    CheckConfig,
    /// Load agreement, bodies, observatories and people from a file, showing first what would change.
    Load {
        file: PathBuf,
        /// Do not ask before writing.
        #[arg(long)]
        yes: bool,
        /// Overwrite the products that were changed on a page since they were loaded.
        #[arg(long)]
        overwrite: bool,
    },
    /// Copy the database to a file while the service runs (SQLite; on PostgreSQL use `pg_dump`).
    Backup { file: PathBuf },
    /// Put a backup in the database's place, with sending paused. The service must be stopped.
    Restore { file: PathBuf },
    /// The mails: list, show, export, retry, pause and resume them.
    #[command(subcommand)]
    Outbox(mails::Command),
    /// The trail of events.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Run one job now.
    Tick {
        /// Name of the job, as on the page of jobs.
        job: String,
        /// Run it at this instant instead of now (RFC 3339, such as 2027-03-30T07:30:00Z).
        #[arg(long, value_name = "INSTANT")]
        at: Option<DateTime<Utc>>,
    },
    /// Write the description of the API.
    Openapi {
        /// Only compare it with the one in openapi/openapi.json.
        #[arg(long)]
        check: bool,
    },
    /// Print a one-time link with which the person of this address can sign in.
    SignInLink { email: String },
    /// Print an API token with all rights of a person who holds a seat, good for some days
    ApiToken {
        email: String,
        #[arg(long, default_value_t = 30)]
        days: i64,
    },
    /// Ask the running service whether it lives.
    Health,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Read the whole chain and name the first event that is not as it was written.
    Verify {
        /// A head printed earlier and kept elsewhere: shows a cut end and a rebuilt chain too.
        #[arg(long, value_name = "SEQ:HASH")]
        anchor: Option<audit::Head>,
    },
    /// Print the head of the chain, to be kept where the writers of the database cannot change it.
    Head,
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Runs the command and returns its exit status.
pub async fn run(cli: Cli) -> ExitCode {
    match Box::pin(execute(cli)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("raccordo: {}", in_words(failure.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn execute(cli: Cli) -> Outcome {
    if let Command::Openapi { check } = cli.command {
        return write_openapi(check);
    }
    let mut config = Config::load(cli.config.as_deref())?;
    match cli.command {
        Command::CheckConfig => return check_config(&config),
        Command::Health => return probe(&config).await,
        Command::Backup { file } => return make_backup(&config, &file).await,
        Command::Restore { file } => return put_back(&config, &file).await,
        _ => keys::ensure_audit_key(&mut config)?,
    }
    match cli.command {
        Command::Serve { demo } => Box::pin(serve::serve(config, demo)).await,
        Command::Migrate => migrate_schema(&config).await,
        Command::Load { file, yes, overwrite } => Box::pin(load(config, &file, yes, overwrite)).await,
        Command::Outbox(command) => mails::run(&operator(config, Arc::new(SystemClock)).await?, command).await,
        Command::Audit(command) => trail(&operator(config, Arc::new(SystemClock)).await?, command).await,
        Command::Tick { job, at } => tick(config, &job, at).await,
        Command::SignInLink { email } => sign_in_link(config, &email).await,
        Command::ApiToken { email, days } => print_token(config, &email, days).await,
        Command::CheckConfig
        | Command::Health
        | Command::Backup { .. }
        | Command::Restore { .. }
        | Command::Openapi { .. } => Ok(()),
    }
}

/// Opens the database for an operator's short command, beside a running service if there is one.
async fn operator(config: Config, clock: Arc<dyn Clock>) -> Outcome<Ctx> {
    let location = config.location()?;
    let db = Db::open_beside(&location).await?;
    migrate::demand_current(&db).await.map_err(|error| error.at(&location))?;
    Ok(operator_on(Arc::new(Services::new(db, clock, config))))
}

fn operator_on(services: Arc<Services>) -> Ctx {
    Ctx { services, actor: Actor::operator(), lang: Lang::It, request_id: None, generation: None }
}

fn check_config(config: &Config) -> Outcome {
    print!("{}", toml::to_string_pretty(config)?);
    Ok(())
}

async fn probe(config: &Config) -> Outcome {
    if health::is_alive(config.server.bind).await? {
        Ok(())
    } else {
        Err("the service answers, but not that it lives".into())
    }
}

async fn migrate_schema(config: &Config) -> Outcome {
    let location = config.location()?;
    let db = Db::open(&location).await?;
    let done = migrate::migrate(&db, &location).await;
    db.close().await;
    println!("{} migration(s) applied", done?);
    Ok(())
}

async fn load(config: Config, file: &Path, assume_yes: bool, overwrite: bool) -> Outcome {
    let location = config.location()?;
    if matches!(location, Location::Sqlite(_)) {
        // An operator prepares the file before the service runs for the first time. A running service has migrated it,
        // or is of an earlier version: then `operator` refuses.
        match Db::open(&location).await {
            Ok(db) => {
                let migrated = migrate::migrate(&db, &location).await;
                db.close().await;
                migrated?;
            }
            Err(OpenError::Locked(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let ctx = operator(config, Arc::new(SystemClock)).await?;
    let edited = if overwrite { network_file::Edited::Overwrite } else { network_file::Edited::Keep };
    let summary = network_file::run(&ctx, file, edited, |diff| agrees(diff, assume_yes)).await?;
    println!(
        "{}",
        match summary.outcome {
            network_file::Outcome::UpToDate if summary.diff.held() > 0 => {
                println!("{}", summary.diff);
                "nothing to write: the rest of the file and the database agree"
            }
            network_file::Outcome::UpToDate => "the file and the database agree: nothing to do",
            network_file::Outcome::Declined => "nothing was changed",
            network_file::Outcome::Loaded => "loaded",
        }
    );
    Ok(())
}

/// Shows the changes, then asks for confirmation unless `--yes` was given.
fn agrees(diff: &network_file::Diff, assume_yes: bool) -> bool {
    println!("{diff}");
    if assume_yes {
        return true;
    }
    println!("Write this? Type yes to go on.");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes"
}

async fn make_backup(config: &Config, file: &Path) -> Outcome {
    let manifest = backup::backup(&config.location()?, &Contents::of(config), file, SystemClock.now()).await?;
    println!("{} ({} bytes, SHA-256 {})", file.display(), manifest.bytes, manifest.sha256);
    println!("{} content(s) of documents in {}", manifest.documents.len(), folder_of(file).display());
    println!("audit head {}", manifest.audit_head);
    Ok(())
}

async fn put_back(config: &Config, file: &Path) -> Outcome {
    let restored = restore::restore(&config.location()?, &Contents::of(config), file, SystemClock.now()).await?;
    println!("restored the backup of {}", restored.manifest.created_at);
    if let Some(place) = restored.put_aside {
        println!("the database that was there is now {}", place.display());
    }
    println!(
        "sending is paused; {} mail(s) would leave, some of which may have been sent after the backup:",
        restored.waiting.len()
    );
    for mail in restored.waiting {
        println!("  {}  due {}  {}", mail.id, mail.due_at, mail.kind);
    }
    println!("look at them with `raccordo outbox list`, then let them go with `raccordo outbox resume`");
    Ok(())
}

async fn trail(ctx: &Ctx, command: AuditCommand) -> Outcome {
    match command {
        AuditCommand::Head => println!("{}", audit::verify::head(ctx.reader()).await?),
        AuditCommand::Verify { anchor } => {
            let key = ctx.config().security.audit_key.reveal().as_bytes();
            let head = audit::verify::verify(ctx.reader(), key, anchor.as_ref()).await??;
            println!("{} event(s), unbroken; head {head}", head.seq);
        }
    }
    Ok(())
}

async fn tick(config: Config, name: &str, at: Option<DateTime<Utc>>) -> Outcome {
    let Some(job) = Job::named(name) else {
        let names: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
        return Err(format!("there is no job {name}; there are {}", names.join(", ")).into());
    };
    let clock: Arc<dyn Clock> = match at {
        Some(instant) => Arc::new(FixedClock::at(instant)),
        None => Arc::new(SystemClock),
    };
    let ctx = operator(config, clock).await?;
    match Runner::new(Arc::clone(&ctx.services)).run_now(job).await {
        Ended::Done(report) => {
            println!("{name}: {} done. {}", report.done, report.note);
            Ok(())
        }
        Ended::Failed(why) => Err(format!("{name}: failed: {why}").into()),
        ended => Err(format!("{name}: {}", ended.as_str()).into()),
    }
}

async fn sign_in_link(config: Config, email: &str) -> Outcome {
    let ctx = operator(config, Arc::new(SystemClock)).await?;
    let link = ctx.write(async |txn| auth::service::link_for_operator(&ctx, txn, email).await).await?;
    println!("{link}");
    Ok(())
}

async fn print_token(config: Config, email: &str, days: i64) -> Outcome {
    let ctx = operator(config, Arc::new(SystemClock)).await?;
    let input = NewToken { name: "raccordo api-token".into(), scope: Scope::Full, days };
    let issued = ctx.write(async |txn| auth::service::token_for_operator(&ctx, txn, email, &input).await).await?;
    println!("{}", issued.secret);
    Ok(())
}

fn write_openapi(check: bool) -> Outcome {
    let text = openapi::serialised();
    if !check {
        std::fs::write(OPENAPI, text)?;
        return Ok(());
    }
    if std::fs::read_to_string(OPENAPI)? == text {
        return Ok(());
    }
    Err(format!("{OPENAPI} is not what the code says: run `make openapi` and look at the difference").into())
}

/// Returns the text of a refusal, or the error's own text.
fn in_words(failure: &(dyn std::error::Error + 'static)) -> String {
    match failure.downcast_ref::<Error>() {
        Some(Error::Refused(refused)) => text(Lang::En, refused.code, &refused.params),
        Some(Error::Invalid(fields)) => {
            let line = |field: &FieldError| format!("{}: {}", field.field, text(Lang::En, field.code, &field.params));
            fields.iter().map(line).collect::<Vec<_>>().join("; ")
        }
        _ => failure.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_anchor_is_read_at_the_command_line() {
        let anchor = format!("7:{}", "0".repeat(64));
        assert!(Cli::try_parse_from(["raccordo", "audit", "verify", "--anchor", &anchor]).is_ok());
        assert!(Cli::try_parse_from(["raccordo", "audit", "verify", "--anchor", "7"]).is_err());
    }
}
