//! The built page in Chromium: drops the file, runs, watches the progress, and tries Cancel on large inputs.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::input::Input;
use crate::reading::STOPPING;
use crate::run::{Run, Watched};
use crate::site::Site;
use crate::tab::Tab;

/// From here on a run is long enough to be cancelled on the way.
const LONG: u64 = 5_000_000;
/// Nothing takes longer than this, or it counts as never.
const PATIENCE: Duration = Duration::from_secs(900);

const STATE: &str = "document.documentElement.dataset.state";
const SHOWN: &str = "[document.querySelector('#stage').textContent, document.querySelector('#bar').value, \
                     document.querySelector('#counts').textContent].join(' ')";
/// What the worker's own clock measured, and the memory it then had.
const MEASURED: &str = "performance.getEntriesByType('measure').map(({ name, duration, detail }) => \
                        [name, duration / 1000, detail.memory])";
const CANCEL: &str = "new Promise((answer) => {
    const start = performance.now();
    const root = document.documentElement;
    const told = () => root.dataset.state !== 'running' && answer(performance.now() - start);
    new MutationObserver(told).observe(root, { attributes: true });
    document.querySelector('#cancel').click();
    told();
})";

pub fn run(input: &Input) -> Run {
    let site = Site::start();
    let mut tab = Tab::open("scale", &site);
    let cancel = (input.rows >= LONG).then(|| {
        start(&mut tab, input);
        tab.chrome.cdp.rest(Duration::from_secs(3));
        let answered = tab.value(CANCEL).as_f64().unwrap_or(f64::INFINITY);
        tab.chrome.cdp.rest(STOPPING);
        answered
    });
    let from = start(&mut tab, input);
    let (state, reports, still) = watch(&mut tab, from);
    let watched = Watched { seconds: from.elapsed().as_secs_f64(), reports, still, cancel };
    if state != "done" {
        let told = tab.text("document.querySelector('#problems').textContent");
        return Run { fault: Some(format!("{state}: {told}")), watched: Some(watched), ..Run::default() };
    }
    let worker = tab.chrome.cdp.workers.last().expect("the page has a worker").clone();
    let measured: Vec<(String, f64, u64)> =
        serde_json::from_value(tab.value_in(&worker, MEASURED)).expect("names, seconds and bytes");
    let peak = measured.iter().map(|(_, _, memory)| *memory).max();
    let stages = measured.into_iter().map(|(name, seconds, _)| (name, seconds)).collect();
    Run { watched: Some(watched), ..Run::new(stages, peak) }
}

fn start(tab: &mut Tab, input: &Input) -> Instant {
    tab.give("#traffic-input", &[&input.path]);
    tab.click("#run");
    let from = Instant::now();
    tab.wait(&format!("{STATE} !== 'ready'"), 10);
    from
}

/// Waits for the end; gives the state, the number of different reports seen and the longest without a new one.
fn watch(tab: &mut Tab, from: Instant) -> (String, usize, Duration) {
    let (mut seen, mut last, mut still) = (BTreeSet::new(), Instant::now(), Duration::ZERO);
    loop {
        let state = tab.text(STATE);
        if state != "running" || from.elapsed() > PATIENCE {
            return (state, seen.len(), still);
        }
        if seen.insert(tab.text(SHOWN)) {
            still = still.max(last.elapsed());
            last = Instant::now();
        }
        tab.chrome.cdp.rest(Duration::from_millis(100));
    }
}
