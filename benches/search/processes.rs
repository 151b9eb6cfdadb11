//! What the system knows of processes; Linux only.

use std::collections::BTreeMap;
use std::fs;

/// The private memory of each of our browser's renderers in bytes, by process.
pub(crate) fn renderers() -> BTreeMap<u32, f64> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids: Vec<u32> = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let parents: BTreeMap<u32, u32> = ids.iter().filter_map(|id| Some((*id, parent(*id)?))).collect();
    let is_ours = |id: &u32| {
        let above = std::iter::successors(Some(*id), |id| parents.get(id).copied());
        above.take(10).any(|id| id == std::process::id())
    };
    let is_renderer = |id: &u32| {
        let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains("--type=renderer")
    };
    let renderers = ids.into_iter().filter(is_ours).filter(is_renderer);
    renderers.filter_map(|id| Some((id, private(id)?))).collect()
}

/// Behind the name in brackets: the state, the parent.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn private(id: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let kilobytes = |name: &str| -> Option<f64> {
        rollup.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix(" kB")?.parse().ok()
    };
    Some((kilobytes("Private_Clean:")? + kilobytes("Private_Dirty:")?) * 1_024.0)
}

/// Seconds of processor time of the programs that were run and have ended, without what the system did for them.
pub(crate) fn children_seconds() -> f64 {
    ticks(13)
}

/// The same of this process.
pub(crate) fn own_seconds() -> f64 {
    ticks(11)
}

/// A column behind the name in brackets, which counts hundredths of seconds.
fn ticks(column: usize) -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    rest.split(' ').nth(column).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default() / 100.0
}

/// The most memory that this process ever held, in bytes.
pub(crate) fn most_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok()).unwrap_or_default() * 1_024.0
}
