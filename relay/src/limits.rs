//! Limits: sizes, deadlines and the rate at which one client may post.

use serde::Deserialize;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Largest request body, bytes.
pub const BODY_MAX: usize = 256 * 1024;
/// Client addresses remembered by the rate limit.
const CLIENTS_MAX: usize = 4096;

/// The `[limits]` table; seconds may have a fraction.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Request headers must be complete after this many seconds.
    pub header_seconds: f64,
    /// The body must be complete after this many more seconds.
    pub body_seconds: f64,
    /// Alerts a client address may post per minute, in the long run.
    pub per_minute: f64,
    /// Alerts it may post at once.
    pub burst: u32,
    /// Open connections; more wait to be accepted.
    pub connections: usize,
    /// Alerts waiting for delivery; more are answered with 503.
    pub queued: usize,
    /// One delivery attempt at one recipient, from connecting to the mail server's yes.
    pub smtp_seconds: f64,
    /// Wait after the first failed attempt; doubled after each.
    pub retry_first_seconds: f64,
    /// Longest wait between attempts.
    pub retry_max_seconds: f64,
    /// Attempts before an alert becomes a dead letter.
    pub max_tries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_seconds: 10.0,
            body_seconds: 15.0,
            per_minute: 30.0,
            burst: 10,
            connections: 64,
            queued: 1000,
            smtp_seconds: 60.0,
            retry_first_seconds: 10.0,
            // RFC 5321, 4.5.4.1: retry at intervals of 30 minutes, give up after 4 to 5 days; 240 tries are 4.8 days.
            retry_max_seconds: 1800.0,
            max_tries: 240,
        }
    }
}

impl Limits {
    /// `Err` names the first number outside its range.
    pub fn check(&self) -> Result<(), String> {
        let ranges = [
            ("header_seconds", self.header_seconds, 0.1, 600.0),
            ("body_seconds", self.body_seconds, 0.1, 600.0),
            ("per_minute", self.per_minute, 0.1, 60_000.0),
            ("burst", f64::from(self.burst), 1.0, 10_000.0),
            ("connections", self.connections as f64, 1.0, 10_000.0),
            ("queued", self.queued as f64, 1.0, 100_000.0),
            ("smtp_seconds", self.smtp_seconds, 0.1, 3600.0),
            ("retry_first_seconds", self.retry_first_seconds, 0.01, 86_400.0),
            ("retry_max_seconds", self.retry_max_seconds, 0.01, 86_400.0),
            ("max_tries", f64::from(self.max_tries), 1.0, 10_000.0),
        ];
        match ranges.iter().find(|(_, value, low, high)| !(low..=high).contains(&value)) {
            Some((name, value, low, high)) => Err(format!("limits.{name} = {value}: from {low} to {high}")),
            None => Ok(()),
        }
    }

    /// The wait after attempt number `tries` (from 1) has failed.
    pub fn backoff(&self, tries: u32) -> Duration {
        // 2^20 first waits are beyond any `retry_max_seconds`.
        let doubled = self.retry_first_seconds * f64::from(1_u32 << tries.saturating_sub(1).min(20));
        Duration::from_secs_f64(doubled.min(self.retry_max_seconds))
    }
}

/// A token bucket for each client address.
pub struct RateLimit {
    per_second: f64,
    burst: f64,
    clients: Mutex<HashMap<IpAddr, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl RateLimit {
    pub fn new(limits: &Limits) -> Self {
        let (per_second, burst) = (limits.per_minute / 60.0, f64::from(limits.burst));
        Self { per_second, burst, clients: Mutex::default() }
    }

    /// Takes one request of `client`; `Err` is the whole seconds until there is one again.
    pub fn take(&self, client: IpAddr, now: Instant) -> Result<(), u64> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = network(client);
        let refilled =
            |b: &Bucket| (b.left + now.saturating_duration_since(b.at).as_secs_f64() * self.per_second).min(self.burst);
        if clients.len() >= CLIENTS_MAX && !clients.contains_key(&client) {
            // Forget who has nothing to wait for; else the one closest to that, who gains the least.
            clients.retain(|_, bucket| refilled(bucket) < self.burst);
            let fullest = clients.iter().max_by(|a, b| refilled(a.1).total_cmp(&refilled(b.1))).map(|(ip, _)| *ip);
            if let (true, Some(fullest)) = (clients.len() >= CLIENTS_MAX, fullest) {
                clients.remove(&fullest);
            }
        }
        let bucket = clients.entry(client).or_insert(Bucket { left: self.burst, at: now });
        bucket.left = refilled(bucket);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / self.per_second).ceil().max(1.0) as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

/// One customer has a whole IPv6 /64, so that is what counts as a client.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(per_minute: f64, burst: u32) -> RateLimit {
        RateLimit::new(&Limits { per_minute, burst, ..Limits::default() })
    }

    #[test]
    fn a_burst_then_the_rate_with_an_honest_wait() {
        let (limit, now, ip) = (limit(6.0, 2), Instant::now(), IpAddr::from([192, 0, 2, 1]));
        assert_eq!([limit.take(ip, now), limit.take(ip, now), limit.take(ip, now)], [Ok(()), Ok(()), Err(10)]);
        assert_eq!(limit.take(IpAddr::from([192, 0, 2, 2]), now), Ok(()), "another client is not held back");
        assert_eq!(limit.take(ip, now + Duration::from_secs(9)), Err(1));
        assert_eq!(limit.take(ip, now + Duration::from_secs(10)), Ok(()));
    }

    #[test]
    fn an_ipv6_network_is_one_client_and_memory_is_bounded() {
        let (limit, now) = (limit(1.0, 1), Instant::now());
        assert_eq!(limit.take("2001:db8::1".parse().unwrap(), now), Ok(()));
        assert!(limit.take("2001:db8::2".parse().unwrap(), now).is_err());
        for i in 0..2 * CLIENTS_MAX as u32 {
            let _ = limit.take(IpAddr::from(i.to_be_bytes()), now);
        }
        assert!(limit.clients.lock().unwrap().len() <= CLIENTS_MAX);
    }

    #[test]
    fn the_wait_doubles_up_to_its_limit() {
        let limits = Limits { retry_first_seconds: 2.0, retry_max_seconds: 7.0, ..Limits::default() };
        let waits: Vec<f64> = (1..5).map(|tries| limits.backoff(tries).as_secs_f64()).collect();
        assert_eq!(waits, [2.0, 4.0, 7.0, 7.0]);
        assert_eq!(limits.backoff(u32::MAX).as_secs_f64(), 7.0);
    }
}
