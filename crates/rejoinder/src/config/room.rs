//! How many connections and live streams there may be.

use std::time::Duration;

use server::{ConnectionLimits, RequestPace, StreamLimits};

use super::layers::Layers;
use crate::failure::Failure;

/// What is accepted for a number of connections or streams.
pub(super) const ACCEPTS: &str = "a number from 1 to 1000000";

/// What is accepted for a timeout.
pub(super) const ACCEPTS_SECONDS: &str = "a number of seconds from 1 to 3600";

/// So many files are kept for the database, for what is asked outside, and for the program itself.
const MAX_BESIDE: usize = 256;

/// What the operator said about connections and live streams; what is not said depends on how many
/// files the machine lets one open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    connections: ConnectionLimits,
    streams: StreamLimits,
    /// Whether the operator said how many streams there may be, and how many on a page.
    are_streams_given: bool,
    is_page_given: bool,
}

impl Room {
    pub(super) fn read(layers: &Layers) -> Result<Self, Failure> {
        let number = |key| layers.read(key, |text| within(text, 1_000_000));
        let seconds = |key| {
            let read = layers.read(key, |text| within(text, 3_600));
            read.map(|n| n.map(|n| Duration::from_secs(n as u64)))
        };
        let (connections, streams) = (ConnectionLimits::default(), StreamLimits::default());
        let given = (number("streams.max")?, number("streams.max_per_page")?);
        Ok(Self {
            connections: ConnectionLimits {
                max: number("connections.max")?.unwrap_or(connections.max),
                max_per_network: number("connections.max_per_network")?
                    .unwrap_or(connections.max_per_network),
                head_timeout: seconds("connections.head_timeout_s")?
                    .unwrap_or(connections.head_timeout),
                body_timeout: seconds("connections.body_timeout_s")?
                    .unwrap_or(connections.body_timeout),
                idle_timeout: seconds("connections.idle_timeout_s")?
                    .unwrap_or(connections.idle_timeout),
                write_timeout: seconds("connections.write_timeout_s")?
                    .unwrap_or(connections.write_timeout),
                pace: number("connections.requests_per_s")?
                    .map_or(connections.pace, |rate| Some(RequestPace::per_second(rate))),
            },
            streams: StreamLimits {
                max: given.0.unwrap_or(streams.max),
                max_per_page: given.1.unwrap_or(streams.max_per_page),
                max_per_client: number("streams.max_per_client")?.unwrap_or(streams.max_per_client),
            },
            are_streams_given: given.0.is_some(),
            is_page_given: given.1.is_some(),
        })
    }

    /// What fits where `max_files` may be open. Unless the operator says otherwise, live streams leave
    /// a quarter of the connections to those who ask, and one page a quarter of the streams to others.
    pub(crate) fn within(&self, max_files: usize) -> (ConnectionLimits, StreamLimits) {
        let (mut connections, mut streams) = (self.connections, self.streams);
        let beside = MAX_BESIDE.min(max_files / 4);
        connections.max = connections.max.min(max_files - beside);
        if !self.are_streams_given {
            streams.max = streams.max.min(connections.max / 4 * 3);
        }
        if !self.is_page_given {
            streams.max_per_page = streams.max_per_page.min(streams.max / 4 * 3);
        }
        (connections, streams)
    }
}

pub(super) fn within(text: &str, max: usize) -> Option<usize> {
    let number = text.parse().ok()?;
    (1..=max).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(max_files: usize) -> [usize; 3] {
        let known = &super::super::KNOWN;
        let room = Room::read(&Layers::new(known)).unwrap();
        let (connections, streams) = room.within(max_files);
        [connections.max, streams.max, streams.max_per_page]
    }

    #[test]
    fn connections_leave_files_for_the_database_and_streams_leave_connections_for_questions() {
        assert_eq!(room(1_048_576), [30_000, 20_000, 10_000]);
        assert_eq!(room(1_024), [768, 576, 432]);
        assert_eq!(room(100), [75, 54, 39]);
        assert_eq!(room(usize::MAX), [30_000, 20_000, 10_000]);
    }
}
