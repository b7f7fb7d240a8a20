//! Reading alone: in the built page from the press to the first model, with so many helping workers, and natively.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::busy::Busy;
use crate::input::Readable;
use crate::parser;
use crate::run::median;
use crate::site::Site;
use crate::tab::Tab;

/// The seconds from a press to the first stage that is not reading.
const READ: &str = "new Promise((answer) => {
    const stage = document.querySelector('#stage');
    const from = performance.now();
    const told = () => {
        const { state } = document.documentElement.dataset;
        if (['', 'Starting', 'Reading'].includes(stage.textContent) && state !== 'failed') return;
        seen.disconnect();
        answer(state === 'failed' ? document.querySelector('#problems').textContent : (performance.now() - from) / 1000);
    };
    const seen = new MutationObserver(told);
    stage.textContent = '';
    seen.observe(stage, { childList: true, characterData: true, subtree: true });
    seen.observe(document.documentElement, { attributes: true });
    document.querySelector('#run').click();
})";

/// A worker that is stopped while it computes goes on for two seconds in Chromium, and longer where the machine is busy;
/// it would take its share of the next reading.
pub const STOPPING: Duration = Duration::from_secs(4);

/// One reading.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub megabytes: f64,
    pub seconds: f64,
    /// Processors that were busy meanwhile, where that is known.
    pub busy: Option<f64>,
}

impl Reading {
    /// One of which no more is known.
    pub fn of(input: &Readable, seconds: f64) -> Self {
        Reading { megabytes: input.megabytes(), seconds, busy: None }
    }

    /// Megabytes a second.
    pub fn speed(&self) -> f64 {
        self.megabytes / self.seconds
    }
}

/// The median of several runs. The worker that puts the parts together comes on top of the helpers.
pub fn run(input: &Readable, workers: u64, times: usize) -> Reading {
    let site = Site::start();
    let mut tab = Tab::blank(&format!("reading-{workers}"), &site);
    // The page counts the processors when it starts.
    tab.call("Emulation.setHardwareConcurrencyOverride", json!({ "hardwareConcurrency": workers }));
    tab.go(&site.page.url());
    tab.wait("document.documentElement.dataset.sealed === 'true'", 60);
    tab.wait("document.documentElement.dataset.state === 'ready'", 10);
    let once = |_| {
        tab.give("#traffic-input", &[&input.path]);
        tab.wait("document.querySelector('#run').disabled === false", 10);
        let before = Busy::now();
        let told = tab.value(READ);
        let busy = before.and_then(Busy::since);
        let seconds = told.as_f64().unwrap_or_else(|| panic!("{told}"));
        tab.click("#cancel");
        tab.wait("document.documentElement.dataset.state === 'ready'", 60);
        tab.chrome.cdp.rest(STOPPING);
        Reading { busy, ..Reading::of(input, seconds) }
    };
    median((0..times).map(once).collect(), |reading| reading.seconds)
}

/// The same natively, by one parser on one core; the file is in memory.
pub fn natively(input: &Readable, times: usize) -> Reading {
    let file = fs::read(&input.path).expect("the input is there");
    let once = |_| {
        let begun = Instant::now();
        assert!(parser::read(&file) > 0);
        Reading::of(input, begun.elapsed().as_secs_f64())
    };
    median((0..times).map(once).collect(), |reading| reading.seconds)
}
