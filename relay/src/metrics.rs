//! Counters and gauges in the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// What became of requests to `/alert`.
const REQUESTS: [&str; 12] = [
    "accepted",
    "replayed",
    "conflict",
    "unauthorized",
    "forbidden",
    "too_large",
    "rate_limited",
    "timeout",
    "invalid",
    "media_type",
    "full",
    "failed",
];
/// What became of delivery attempts; `dead` counts alerts.
const DELIVERIES: [&str; 4] = ["delivered", "later", "refused", "dead"];

/// All counters; every one exists from the start, so that a rate over it is defined.
pub struct Metrics {
    counts: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

/// Numbers read from the state when the metrics are asked for.
pub struct Gauges {
    /// Alerts waiting for delivery.
    pub queued: usize,
    /// Alerts in the dead-letter folder.
    pub dead: usize,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = REQUESTS.iter().map(|name| (("requests", *name), 0));
        let deliveries = DELIVERIES.iter().map(|name| (("deliveries", *name), 0));
        Self { counts: Mutex::new(requests.chain(deliveries).collect()) }
    }
}

impl Metrics {
    pub fn request(&self, outcome: &'static str) {
        self.count(("requests", outcome));
    }

    pub fn delivery(&self, outcome: &'static str) {
        self.count(("deliveries", outcome));
    }

    fn count(&self, key: (&'static str, &'static str)) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    /// The text of `GET /metrics`.
    pub fn text(&self, gauges: &Gauges) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        let helps = [("requests", "Alert requests by outcome."), ("deliveries", "Delivery attempts by outcome.")];
        for (family, help) in helps {
            let name = format!("flowglass_relay_{family}_total");
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
            for ((_, outcome), count) in counts.iter().filter(|((of, _), _)| *of == family) {
                let _ = writeln!(text, "{name}{{outcome=\"{outcome}\"}} {count}");
            }
        }
        for (name, help, value) in [
            ("queued", "Alerts waiting for delivery.", gauges.queued),
            ("dead_letters", "Alerts given up on.", gauges.dead),
        ] {
            let name = format!("flowglass_relay_{name}");
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_comment_or_a_sample() {
        let metrics = Metrics::default();
        metrics.request("accepted");
        metrics.request("accepted");
        metrics.delivery("later");
        let text = metrics.text(&Gauges { queued: 3, dead: 1 });
        for wanted in [
            "flowglass_relay_requests_total{outcome=\"accepted\"} 2",
            "flowglass_relay_requests_total{outcome=\"conflict\"} 0",
            "flowglass_relay_deliveries_total{outcome=\"later\"} 1",
            "flowglass_relay_queued 3",
            "flowglass_relay_dead_letters 1",
        ] {
            assert!(text.lines().any(|line| line == wanted), "no {wanted} in\n{text}");
        }
        assert!(text.ends_with('\n'));
        assert!(text.lines().all(|l| l.starts_with("# ") || l.rsplit_once(' ').unwrap().1.parse::<u64>().is_ok()));
    }
}
