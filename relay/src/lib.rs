//! The alert relay: takes one kind of request, an alert, over HTTP and sends it by SMTP to configured recipients.
//!
//! An alert's way through the modules:
//!
//! ```text
//! request → routes (host, origin, rate, token, size) → alert (checked fields) → intake, spool (on disk: 202)
//!         → deliver (retry, give up) → mail (the message) → smtp (TLS, one transaction) → receipt or dead letter
//! ```
//!
//! Invariants:
//! - `202` is sent only after the alert's file and its folder are on stable storage. From then on the alert ends in
//!   `sent/` (every recipient's server said yes to the message) or in `dead/`; nothing else removes it.
//! - Delivery is at least once. A crash between the mail server's yes and the receipt sends the mail again, with the
//!   same Message-ID.
//! - Recipients, sender and mail server come from the configuration; a request names none of them.
//! - Without a verified TLS connection no AUTH, MAIL or message byte is written (plaintext: loopback only, and asked for).
//! - Secrets are `Secret`s, which print as dots.
#![forbid(unsafe_code)]

pub mod secret;
pub mod config;
pub mod audit;
pub mod metrics;
pub mod limits;
pub mod alert;
pub mod idempotency;
pub mod spool;
pub mod mail;
pub mod wire;
pub mod smtp;
pub mod deliver;
pub mod intake;
pub mod auth;
pub mod body;
pub mod routes;
pub mod server;
