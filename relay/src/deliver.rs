//! The delivery worker: takes waiting alerts one after the other, retries, and gives up in the end.

use crate::audit::{Audit, short, unix_now};
use crate::config::{Config, Mail};
use crate::limits::Limits;
use crate::mail;
use crate::metrics::Metrics;
use crate::smtp::{Outcome, Smtp};
use crate::spool::{Entry, Spool};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How often receipts are looked through for old ones.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// Ids of the waiting alerts by the time they are due. The alerts themselves stay on disk.
#[derive(Default)]
pub struct Queue {
    due: Mutex<BTreeSet<(Instant, String)>>,
    changed: Notify,
    closed: AtomicBool,
}

impl Queue {
    pub fn push(&self, at: Instant, id: &str) {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).insert((at, id.to_owned()));
        self.changed.notify_one();
    }

    pub fn len(&self) -> usize {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets the worker end after the attempt it is at.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    fn first(&self) -> Option<(Instant, String)> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }

    fn drop_first(&self, first: &(Instant, String)) {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).remove(first);
    }
}

/// Everything the worker needs.
pub struct Worker {
    mail: Mail,
    limits: Limits,
    smtp: Smtp,
    spool: Arc<Spool>,
    queue: Arc<Queue>,
    audit: Arc<Audit>,
    metrics: Arc<Metrics>,
    /// Alerts whose last outcome the disk did not take: what is known here must not be done again.
    unsaved: HashMap<String, Entry>,
}

impl Worker {
    pub fn new(
        config: &Config,
        spool: Arc<Spool>,
        queue: Arc<Queue>,
        audit: Arc<Audit>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, String> {
        let smtp = Smtp::new(&config.mail, Duration::from_secs_f64(config.limits.smtp_seconds))?;
        let (mail, limits) = (config.mail.clone(), config.limits.clone());
        Ok(Self { mail, limits, smtp, spool, queue, audit, metrics, unsaved: HashMap::new() })
    }

    /// Works until the queue is closed. Dropping it at any point is as harmless as a crash.
    pub async fn run(mut self) {
        let mut tidied = Instant::now();
        while !self.queue.closed.load(Ordering::Acquire) {
            if tidied.elapsed() >= TIDY_EVERY {
                tidied = Instant::now();
                if let Err(e) = self.spool.forget_old(unix_now()) {
                    self.audit.line("spool_error", &[("reason", Value::from(e.to_string()))]);
                }
            }
            let Some(first) = self.queue.first() else {
                let _ = tokio::time::timeout(TIDY_EVERY, self.queue.changed.notified()).await;
                continue;
            };
            let wait = first.0.saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                // A new alert may be due before this one.
                let _ = tokio::time::timeout(wait, self.queue.changed.notified()).await;
                continue;
            }
            let again = self.attempt(&first.1).await;
            // Removed only now, so that the queue never looks shorter than it is.
            self.queue.drop_first(&first);
            if let Some(wait) = again {
                self.queue.push(Instant::now() + wait, &first.1);
            }
        }
    }

    /// One attempt at the alert `id`; returns the wait until the next one, if there is to be one.
    async fn attempt(&mut self, id: &str) -> Option<Duration> {
        let slow = Duration::from_secs_f64(self.limits.retry_max_seconds);
        let mut entry = match self.unsaved.remove(id).map_or_else(|| self.spool.load(id), Ok) {
            Ok(entry) => entry,
            Err(e) => {
                self.spool_error(id, &e);
                return Some(slow);
            }
        };
        entry.tries = entry.tries.saturating_add(1);
        let later = match mail::compose(&self.mail, &entry) {
            Ok(message) => self.send(&mut entry, &message).await,
            Err(e) => {
                entry.reason = Some(e);
                true
            }
        };
        let settled = if later && entry.tries < self.limits.max_tries {
            let wait = self.limits.backoff(entry.tries);
            let fields = [("tries", Value::from(entry.tries)), ("wait", Value::from(wait.as_secs_f64()))];
            self.report("later", &entry, &fields);
            // Lost in a crash, this costs a try that is made again.
            self.spool.update(&entry).map(|()| Some(wait))
        } else if later || !entry.refused.is_empty() {
            self.metrics.delivery("dead");
            self.spool.bury(&entry).map(|()| None).inspect(|_| self.report("dead", &entry, &[]))
        } else {
            self.spool.finish(&entry).map(|()| None).inspect(|_| self.report("sent", &entry, &[]))
        };
        settled.unwrap_or_else(|e| {
            self.spool_error(id, &e);
            self.unsaved.insert(entry.id.clone(), entry);
            Some(slow)
        })
    }

    /// Sends to each recipient that has not been settled; true if one is to be tried again.
    async fn send(&self, entry: &mut Entry, message: &[u8]) -> bool {
        let mut later = false;
        for to in &self.mail.to {
            let address = to.email.to_string();
            if entry.delivered.contains(&address) || entry.refused.contains(&address) {
                continue;
            }
            match self.smtp.deliver(&to.email, message).await {
                Outcome::Delivered => {
                    self.metrics.delivery("delivered");
                    entry.delivered.push(address);
                    // With more recipients to come, one that has it must not get it again after a crash.
                    if self.mail.to.len() > 1
                        && let Err(e) = self.spool.update(entry)
                    {
                        self.spool_error(&entry.id, &e);
                    }
                }
                Outcome::Refused(reason) => {
                    self.metrics.delivery("refused");
                    entry.refused.push(address);
                    entry.reason = Some(reason);
                }
                Outcome::Later(reason) => {
                    self.metrics.delivery("later");
                    entry.reason = Some(reason);
                    later = true;
                }
            }
        }
        later
    }

    fn report(&self, event: &str, entry: &Entry, more: &[(&str, Value)]) {
        let mut fields = vec![
            ("id", Value::from(entry.id.as_str())),
            ("delivered", Value::from(entry.delivered.clone())),
            ("refused", Value::from(entry.refused.clone())),
        ];
        if event != "sent" {
            fields.push(("reason", Value::from(entry.reason.as_deref().map(short))));
        }
        fields.extend_from_slice(more);
        self.audit.line(event, &fields);
    }

    fn spool_error(&self, id: &str, error: &io::Error) {
        self.audit.line("spool_error", &[("id", Value::from(id)), ("reason", Value::from(error.to_string()))]);
    }
}
