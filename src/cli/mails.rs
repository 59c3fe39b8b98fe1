//! `raccordo outbox`: the functions of the secretariat's mail page, for operators. The list shows no addresses; `show`
//! does.

use super::Outcome;
use clap::Subcommand;
use entity::ids::MailId;
use entity::kinds::NotificationState;
use raccordo::ctx::Ctx;
use raccordo::mail::outbox::desk::{self, Detail, Filter};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(super) enum Command {
    /// The latest mails and how they stand.
    List {
        /// Only those in this state (pending, leased, sent, unknown, failed, dead, expired, cancelled).
        #[arg(long)]
        state: Option<NotificationState>,
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// One mail with its text.
    Show { id: MailId },
    /// Save one mail as it travels (.eml).
    Export { id: MailId, file: PathBuf },
    /// Put a mail that was given up, or waits, back at the head of the queue.
    Retry { id: MailId },
    /// Hold all mails back.
    Pause {
        /// Reason shown to the secretariat.
        #[arg(long, default_value = "paused by an operator")]
        reason: String,
    },
    /// Let mails leave again.
    Resume,
}

pub(super) async fn run(ctx: &Ctx, command: Command) -> Outcome {
    match command {
        Command::List { state, limit } => list(ctx, state, limit).await,
        Command::Show { id } => {
            print(&desk::show(ctx, id).await?);
            Ok(())
        }
        Command::Export { id, file } => export(ctx, id, &file).await,
        Command::Retry { id } => Ok(ctx.write(async |txn| desk::retry(ctx, txn, id).await).await?),
        Command::Pause { reason } => Ok(ctx.write(async |txn| desk::pause(ctx, txn, &reason).await).await?),
        Command::Resume => Ok(ctx.write(async |txn| desk::resume(ctx, txn).await).await?),
    }
}

async fn list(ctx: &Ctx, state: Option<NotificationState>, limit: u64) -> Outcome {
    let filter = Filter { state, ..Filter::default() };
    for mail in desk::list(ctx, &filter, None, limit).await? {
        let class = mail.last_class.unwrap_or_default();
        println!(
            "{}  {:<9}  due {}  attempts {:>2}  {}  {} {}  {class}",
            mail.id, mail.state, mail.due_at.0, mail.attempts, mail.kind, mail.subject_kind, mail.subject_id
        );
    }
    Ok(())
}

async fn export(ctx: &Ctx, id: MailId, file: &Path) -> Outcome {
    let mail = desk::show(ctx, id).await?;
    if mail.bytes.is_empty() {
        return Err("the words of this mail are no longer kept".into());
    }
    Ok(std::fs::write(file, mail.bytes)?)
}

fn print(mail: &Detail) {
    let line = &mail.line;
    println!("id          {}", line.id);
    println!("message-id  {}", mail.message_id);
    println!("about       {} {}", line.subject_kind, line.subject_id);
    println!("to          {}", line.recipient);
    println!("subject     {}", line.subject);
    println!("state       {} after {} attempt(s)", line.state, line.attempts);
    println!("promised    {}", line.created_at.0);
    println!("due         {}", line.due_at.0);
    for (label, instant) in [("not after", line.expires_at), ("sent", line.sent_at)] {
        if let Some(instant) = instant {
            println!("{label:<11} {}", instant.0);
        }
    }
    if let Some(class) = &line.last_class {
        println!("last        {class}: {}", line.last_text.as_deref().unwrap_or_default());
    }
    println!("\n{}", mail.text.as_deref().unwrap_or("(the words of this mail are no longer kept)"));
}
