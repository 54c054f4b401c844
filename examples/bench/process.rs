//! What the kernel tells about a process: processor time and peak memory. Elsewhere than on Linux it tells nothing here.

use std::fs;

/// Ticks a second in `/proc/PID/stat`, the same on every Linux.
const TICKS: f64 = 100.0;
/// Most times the children of a server are looked at for one answer.
const LOOKS: usize = 20;

/// Processor seconds of a process so far, its children not counted.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    let stat = Stat::read(pid)?;
    Some(stat.own / TICKS)
}

/// Processor seconds of a server so far: its own, those of children that have ended, and those of live ones.
pub fn server_cpu_seconds(pid: u32) -> Option<f64> {
    let mut server = Stat::read(pid)?;
    for _ in 0..LOOKS {
        let live = live_children(pid)?;
        let later = Stat::read(pid)?;
        // A child that ended meanwhile would be counted twice or not at all, so look again.
        if later.ended_children == server.ended_children {
            return Some((later.own + later.ended_children + live) / TICKS);
        }
        server = later;
    }
    None
}

/// The most memory a process has held since it began, or since [`forget_peak`].
pub fn peak_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

/// Begins a new peak; whether the kernel permits that.
pub fn forget_peak(pid: u32) -> bool {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").is_ok()
}

fn live_children(pid: u32) -> Option<f64> {
    let mut ticks = 0.0;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let child = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Stat::read);
        if let Some(child) = child.filter(|child| child.parent == pid) {
            ticks += child.own;
        }
    }
    Some(ticks)
}

struct Stat {
    parent: u32,
    own: f64,
    ended_children: f64,
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may hold anything, so fields are counted from its end; the first is the state.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
        Some(Stat {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            ended_children: ticks(13)? + ticks(14)?,
        })
    }
}
