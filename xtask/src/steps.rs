//! The account of a test run: each step by name, with its time, and at the end what ran, what failed
//! and what was left out and why.

use std::time::{Duration, Instant};

use crate::Result;

/// The steps so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: &'static str,
    fate: Fate,
    took: Duration,
}

enum Fate {
    /// With a word on what it saw, for example how many tests passed.
    Passed(String),
    Failed(String),
    Skipped(String),
}

impl Steps {
    /// Runs a step; a fault is kept for the summary and the run goes on.
    pub fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<String>) -> bool {
        println!("\n=== {name}");
        let start = Instant::now();
        let fate = match step() {
            Ok(saw) => Fate::Passed(saw),
            Err(fault) => Fate::Failed(fault.to_string()),
        };
        let passed = matches!(fate, Fate::Passed(_));
        self.done.push(Step { name, fate, took: start.elapsed() });
        println!("--- {name}: {}, {:.0} s", if passed { "passed" } else { "FAILED" }, start.elapsed().as_secs_f64());
        passed
    }

    /// Notes a step that is not run, with the reason.
    pub fn skip(&mut self, name: &'static str, reason: &str) {
        self.done.push(Step { name, fate: Fate::Skipped(reason.to_owned()), took: Duration::ZERO });
    }

    /// The summary; its last line counts the steps.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for step in &self.done {
            let (word, note, count) = match &step.fate {
                Fate::Passed(saw) => ("passed ", saw, &mut passed),
                Fate::Failed(fault) => ("FAILED ", fault, &mut failed),
                Fate::Skipped(reason) => ("skipped", reason, &mut skipped),
            };
            *count += 1;
            let line = format!("{word} {:>5.0} s  {:<28} {note}", step.took.as_secs_f64(), step.name);
            text += line.trim_end();
            text.push('\n');
        }
        text + &format!("steps: {passed} passed, {failed} failed, {skipped} skipped")
    }

    pub fn failed(&self) -> bool {
        self.done.iter().any(|step| matches!(step.fate, Fate::Failed(_)))
    }
}

/// Sums what `cargo test` and the wasm test runner say at the end of each binary.
#[derive(Default)]
pub struct TestCount {
    pub passed: u64,
    pub ignored: u64,
    pub failed: u64,
}

impl TestCount {
    /// Takes a line of output; anything but a `test result:` line is passed over.
    pub fn look(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result:") else { return };
        for part in counts.split([';', '.']) {
            let mut words = part.split_whitespace();
            let count = words.next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed") => self.failed += count,
                Some("ignored") => self.ignored += count,
                _ => {}
            }
        }
    }

    /// A line for the summary. A step in which no test ran has shown nothing and fails.
    pub fn told(&self) -> Result<String> {
        if self.passed == 0 {
            return Err("no test ran".into());
        }
        Ok(match self.ignored {
            0 => format!("{} tests", self.passed),
            ignored => format!("{} tests, {ignored} ignored", self.passed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_every_fate() {
        let mut steps = Steps::default();
        assert!(steps.run("one", || Ok("3 tests".to_owned())));
        assert!(!steps.run("two", || Err("broke".into())));
        steps.skip("three", "--quick");
        let summary = steps.summary();
        assert!(summary.ends_with("steps: 1 passed, 1 failed, 1 skipped"), "{summary}");
        assert!(summary.contains("broke") && summary.contains("--quick"), "{summary}");
        assert!(steps.failed());
    }

    #[test]
    fn test_results_are_summed_and_none_is_a_fault() {
        let mut count = TestCount::default();
        assert!(count.told().is_err());
        count.look("test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s");
        count.look("test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured");
        assert_eq!((count.passed, count.failed, count.ignored), (13, 3, 2));
    }
}
