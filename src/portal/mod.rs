//! The portal: checks whether deliverables were published. A publication counts when the service has seen the page, not
//! when a person ticks a box (product rule 10).
//!
//! *Checks.* The observatory declares the address of its page. At the embargo instant the job `publish` publishes the
//! release. From then on the service fetches each declared page ([`service::verify`]), stores the result as evidence,
//! and repeats: every five minutes in the first two hours, then every hour until the page is verified, then once a day,
//! for `portal.recheck_days` days. These times count from the instant at which the page is expected: the latest of
//! release, acceptance and declaration. Before the release is out no page is fetched, not even on request.
//!
//! *Verified*: the page answered 200, its title or main heading names the product and (unless the product is joint) the
//! territory, and its period is the release's ([`page`]; the rules are in `docs/domain.md`). *Seen*: the page answered
//! 200 but is not recognised, or is a file. *Missing*: no page was seen for an hour since it was expected or last seen.
//! *Altered*: the essential text of a verified page has changed; the page is verified again when the text is as before,
//! or when an amendment explains the change. Missing and altered, and *seen* after an hour,
//! create one task for the observatory, which is closed automatically when the page is verified or fails in another
//! way. A joint product has one page for all: its chapters appear together, and if no chapter has an address, one page
//! is missing, and the task is the secretariat's. The instant of the first verification is kept for ever, as the
//! instant at which the deliverable appeared.
//!
//! *Independence.* Each check is stored in a transaction of its own. A check that cannot be stored is noted on its
//! publication and repeated later. Each host has a bounded share of a run ([`round`]).
//!
//! *Security.* A declared address makes this service send a request from inside the administration's network. Therefore
//! hosts are allow-listed; addresses are checked in the resolver through which the client connects, so that a name
//! cannot give one address to the check and another to the connection; each redirect has to pass the same check; time
//! and size are bounded ([`address`], [`fetch`]).
//!
//! *Afterwards.* Once a page was verified, another address or another text is an amendment with a public explanation; what was
//! published can be withdrawn as a whole or for one observatory (`service/amend.rs`, ADR 34).
//!
//! *Who may.* Referent and deputy of the observatory declare, the secretariat on their behalf; the secretariat may have
//! a page checked at once. *Mails.* Amended and withdrawn, by `releases`; the task for a missing page is reminded like any other.

pub mod address;
pub mod api;
pub mod fetch;
pub mod job;
pub mod model;
pub mod page;
pub mod policy;
mod round;
pub mod service;
mod store;
pub mod verb;
pub mod web;
