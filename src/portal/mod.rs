//! The portal: was it published, and was it seen? Publication is what the service saw, not what somebody ticked (product
//! rule 10).
//!
//! *How.* The observatory declares the address of its page. At the embargo instant the release is published
//! (by the job `publish`); from then on the service fetches each declared page ([`service::verify`]), keeps what it
//! saw as evidence, and looks again: every five minutes in the first two hours, then every hour until it is verified, then
//! once a day, for `portal.recheck_days` days. All of this counts from when the page is expected: the latest of the release,
//! the acceptance and the declaration. Before the release is out nothing is looked at, not even when asked.
//!
//! *Verified* means: the page answered 200, its title or main heading names the product and, unless it is joint, the
//! territory, and the period is the release's ([`page`]; the rules stand in `docs/domain.md`). *Seen* is a page that answers 200
//! and is not that, or a file. *Missing*: nothing was seen for an hour since it is expected or since it was last seen.
//! *Altered*: what matters of a verified page's text has changed; it is verified again once it is what it was, or once the
//! address is declared anew, which says that the change is meant. Each of them, *seen* after an hour, raises one task for the
//! observatory, done by itself when the page is verified or wrong in another way. A joint product has one page for all: its
//! chapters appear together, and if no chapter has an address, one page is missing, for the secretariat to see to. The first
//! instant at which a page was verified is kept for ever: it is when the deliverable appeared.
//!
//! *One page is no other's fault.* Each is kept in a transaction of its own. One that cannot be kept has that noted on itself
//! and is looked at later. A host has its share of a run and no more ([`round`]).
//!
//! *Fetching is dangerous.* Whoever declares an address makes this service send a request from inside the administration's
//! network. Hosts are allow-listed; addresses are checked in the resolver the client connects through, so that a name
//! cannot answer one address to the check and another to the connection; redirects are followed only where each
//! step passes the same check; time and size are
//! bounded ([`address`], [`fetch`]).
//!
//! *Who may.* Referent and deputy of the observatory declare, the secretariat on their behalf; the secretariat has a page
//! looked at now. *Mails.* None: the task a missing page raises is reminded like any other.

pub mod address;
pub mod api;
pub mod fetch;
pub mod job;
pub mod model;
pub mod page;
mod round;
pub mod service;
mod store;
pub mod verb;
pub mod web;
