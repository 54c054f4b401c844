//! The pace and the health of one host, shared by all searches and sources that ask it.
//! Never sends anything: it says when the next request may go, and remembers how requests ended.
//!
//! Pace, pause and breaker sit behind one lock because they answer one question together.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Failures in a row after which a host is left alone for a while.
const FAILURES: u32 = 5;

/// One host.
pub(super) struct Host {
    /// One permit per request that may be under way.
    pub slots: Semaphore,
    breaker: Duration,
    state: Mutex<State>,
}

struct State {
    concurrent: usize,
    interval: Duration,
    /// The earliest instant of the next request.
    next: Instant,
    /// A `Retry-After` of the host.
    paused_until: Instant,
    failures: u32,
    /// How often in a row the breaker opened.
    trips: u32,
    closed_until: Instant,
}

/// When a request may go.
#[derive(Debug, PartialEq)]
pub(super) enum Turn {
    /// At this instant; the turn is taken.
    At(Instant),
    /// At this instant at the earliest, because the host asked for a pause.
    Paused(Instant),
    /// Not now: the host failed again after it was left alone.
    Down,
}

impl Host {
    pub fn new(now: Instant, breaker: Duration) -> Host {
        let state = State {
            concurrent: Semaphore::MAX_PERMITS,
            interval: Duration::ZERO,
            next: now,
            paused_until: now,
            failures: 0,
            trips: 0,
            closed_until: now,
        };
        Host { slots: Semaphore::new(Semaphore::MAX_PERMITS), breaker, state: Mutex::new(state) }
    }

    /// Applies the limits of one more source of this host; the strictest win.
    pub fn limit(&self, requests_per_second: f64, concurrent: usize) {
        let mut state = self.state();
        let interval = Duration::from_secs_f64(1.0 / requests_per_second.clamp(1e-4, 1e6));
        state.interval = state.interval.max(interval);
        let concurrent = concurrent.max(1);
        if concurrent < state.concurrent {
            self.slots.forget_permits(state.concurrent - concurrent);
            state.concurrent = concurrent;
        }
    }

    /// Takes the next turn, unless it is later than `deadline`.
    pub fn turn(&self, now: Instant, deadline: Instant) -> Turn {
        let mut state = self.state();
        if now < state.closed_until && state.trips > 1 {
            return Turn::Down;
        }
        if state.paused_until > deadline {
            return Turn::Paused(state.paused_until);
        }
        let at = now.max(state.next).max(state.paused_until).max(state.closed_until);
        if at <= deadline {
            state.next = at + state.interval;
        }
        Turn::At(at)
    }

    /// The host answered.
    pub fn succeeded(&self) {
        let mut state = self.state();
        state.failures = 0;
        state.trips = 0;
    }

    /// The host did not answer, or with a server error.
    pub fn failed(&self, now: Instant) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES && now >= state.closed_until {
            // One more failure after the pause opens it again.
            state.failures = FAILURES - 1;
            state.trips += 1;
            state.closed_until = now + self.breaker;
        }
    }

    /// The host asked to be left alone until `until`.
    pub fn pause(&self, until: Instant) {
        let mut state = self.state();
        state.paused_until = state.paused_until.max(until);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn host(requests_per_second: f64) -> (Host, Instant, Instant) {
        let now = Instant::now();
        let host = Host::new(now, 30 * SECOND);
        host.limit(requests_per_second, 2);
        (host, now, now + 900 * SECOND)
    }

    #[test]
    fn requests_are_spread_and_the_strictest_limit_wins() {
        let (host, now, deadline) = host(10.0);
        host.limit(2.0, 1);
        host.limit(5.0, 4);
        assert_eq!(host.slots.available_permits(), 1);
        let turns: Vec<Turn> = (0..3).map(|_| host.turn(now, deadline)).collect();
        let half = Duration::from_millis(500);
        assert_eq!(turns, [Turn::At(now), Turn::At(now + half), Turn::At(now + 2 * half)]);
    }

    #[test]
    fn five_failures_close_the_host_for_thirty_seconds_and_a_sixth_takes_it_down() {
        let (host, now, deadline) = host(1e6);
        for _ in 0..5 {
            host.failed(now);
        }
        assert_eq!(host.turn(now, deadline), Turn::At(now + 30 * SECOND));
        host.failed(now + 31 * SECOND);
        assert_eq!(host.turn(now + 32 * SECOND, deadline), Turn::Down);
        assert_eq!(host.turn(now + 62 * SECOND, deadline), Turn::At(now + 62 * SECOND));
        host.succeeded();
        host.failed(now + 63 * SECOND);
        assert_eq!(host.turn(now + 64 * SECOND, deadline), Turn::At(now + 64 * SECOND));
    }

    #[test]
    fn a_pause_beyond_the_deadline_is_told_at_once() {
        let (host, now, deadline) = host(1e6);
        host.pause(now + 60 * SECOND);
        assert_eq!(host.turn(now, deadline), Turn::At(now + 60 * SECOND));
        host.pause(deadline + SECOND);
        assert_eq!(host.turn(now, deadline), Turn::Paused(deadline + SECOND));
    }
}
