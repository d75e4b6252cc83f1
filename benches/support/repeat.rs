//! Repeated runs: seconds, processor seconds, peak memory, and what else ran meanwhile.
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::fs;
use std::time::Instant;

/// What the repetitions took.
pub struct Timing<T> {
    pub result: T,
    pub reps: usize,
    pub first_seconds: f64,
    /// The median, as the next two.
    pub seconds: f64,
    pub cpu_seconds: f64,
    /// Share of the machine that other processes took.
    pub others: f64,
    pub seconds_min: f64,
    pub peak_rss_mb: f64,
    pub base_rss_mb: f64,
}

impl<T> Timing<T> {
    /// Prints what was timed, and the floor beside it.
    pub fn print(&self, name: &str, floor: &str) {
        println!(
            "{name}  {:.3} s (least {:.3}, cpu {:.3}; others took {:.0} % of the machine), peak {:.0} MB; {floor}",
            self.seconds,
            self.seconds_min,
            self.cpu_seconds,
            100.0 * self.others,
            self.peak_rss_mb,
        );
    }
}

/// Seconds of one run, with its result.
pub fn seconds<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed().as_secs_f64())
}

/// Runs once to warm up and then `k` times, but for at most two minutes.
pub fn repeat<T>(k: usize, mut run: impl FnMut() -> T) -> Timing<T> {
    let base_rss_mb = status_mb("VmRSS:");
    let (mut result, first_seconds) = seconds(&mut run);
    let mut spent = first_seconds;
    let (mut walls, mut cpus, mut others, mut peak_rss_mb) = (vec![], vec![], vec![], 0.0_f64);
    while walls.len() < k.max(1) && (spent < 120.0 || walls.is_empty()) {
        drop(result);
        // Where the system lets us, the peak is that of the repetition.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let (busy, own) = (busy_seconds(), own_seconds());
        let wall;
        (result, wall) = seconds(&mut run);
        let cpu = own_seconds() - own;
        let all = wall * std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
        others.push(((busy_seconds() - busy - cpu) / all).max(0.0));
        peak_rss_mb = peak_rss_mb.max(status_mb("VmHWM:"));
        spent += wall;
        walls.push(wall);
        cpus.push(cpu);
    }
    let seconds_min = walls.iter().copied().fold(f64::INFINITY, f64::min);
    let (reps, seconds) = (walls.len(), median(walls));
    Timing {
        result,
        reps,
        first_seconds,
        seconds,
        cpu_seconds: median(cpus),
        others: median(others),
        seconds_min,
        peak_rss_mb,
        base_rss_mb,
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n => (values[(n - 1) / 2] + values[n / 2]) / 2.0,
    }
}

/// Ticks of the kernel's accounting per second; fixed in its interface.
const TICKS: f64 = 100.0;

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Processor seconds of this process; 0 where the system does not tell.
fn own_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The command, in parentheses, may hold anything; user and system time are fields 14 and 15.
    let fields =
        stat.rsplit(')').next().map(|rest| rest.split_whitespace().skip(11).take(2).collect::<Vec<_>>().join(" "));
    fields.map_or(0.0, |fields| numbers(&fields).iter().sum::<f64>() / TICKS)
}

/// Processor seconds of all processes.
fn busy_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = stat.lines().next().map_or_else(Vec::new, numbers);
    // user, nice, system, irq, softirq, steal
    [0, 1, 2, 5, 6, 7].into_iter().filter_map(|field| fields.get(field)).sum::<f64>() / TICKS
}

fn status_mb(key: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key));
    line.and_then(|line| numbers(line).first().copied()).unwrap_or(0.0) / 1024.0
}
