use std::time::{Duration, Instant};

use crate::Result;

/// Steps that each say what they do and how long it took; one that fails does not stop the rest.
pub(crate) struct Steps {
    started_at: Instant,
    done: Vec<FinishedStep>,
}

struct FinishedStep {
    name: String,
    took: Duration,
    outcome: Result<Notes>,
}

/// What a step that went well says all the same, a line each.
pub(crate) type Notes = Vec<String>;

impl Steps {
    pub(crate) fn new() -> Self {
        Self {
            started_at: now(),
            done: Vec::new(),
        }
    }

    /// Take one step; true when it went well.
    pub(crate) fn take(&mut self, name: &str, step: impl FnOnce() -> Result<Notes>) -> bool {
        println!("\n── {name}");
        let started_at = now();
        let outcome = step();
        let took = started_at.elapsed();
        let is_good = outcome.is_ok();
        match &outcome {
            Ok(_) => println!("── {name}: done in {}", shown(took)),
            Err(error) => println!("── {name}: failed after {}: {error}", shown(took)),
        }
        self.done.push(FinishedStep {
            name: name.to_owned(),
            took,
            outcome,
        });
        is_good
    }

    /// Say how all went, and for each failure how to see it alone.
    pub(crate) fn finish(self, alone: impl Fn(&str) -> String) -> Result {
        println!("\n── all steps");
        let mut failed = Vec::new();
        for FinishedStep {
            name,
            took,
            outcome,
        } in &self.done
        {
            let mark = if outcome.is_ok() { "ok" } else { "FAILED" };
            println!("{name:<10} {mark:<6} {:>9}", shown(*took));
            match outcome {
                Ok(notes) => notes.iter().for_each(|note| println!("           {note}")),
                Err(error) => {
                    println!(
                        "           {error}\n           to run it alone: {}",
                        alone(name)
                    );
                    failed.push(name.as_str());
                }
            }
        }
        println!(
            "{:<10} {:<6} {:>9}",
            "total",
            "",
            shown(self.started_at.elapsed())
        );
        if failed.is_empty() {
            println!("Every step went well.");
            return Ok(());
        }
        Err(format!(
            "{} of {} steps failed: {}",
            failed.len(),
            self.done.len(),
            failed.join(", ")
        ))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "it tells a person how long a step took"
)]
fn now() -> Instant {
    Instant::now()
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60)
}
