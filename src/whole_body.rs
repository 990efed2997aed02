//! Reads bodies into one buffer, up to a limit.

use std::collections::TryReserveError;
use std::pin::pin;

use bytes::Buf as _;
use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt as _;

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum ReadFault<E> {
    /// It is longer than the limit.
    TooLong,
    /// It does not fit into memory.
    OutOfMemory,
    /// It broke off.
    Transport(E),
}

/// At most this much room is made before bytes arrive, whatever length is announced: the sender may never send them.
const MOST_AHEAD: usize = 64 << 10;

/// Reads a body of at most `limit` bytes. A body that announces more is not read at all.
pub(crate) async fn read_whole<B: Body>(body: B, limit: usize) -> Result<Bytes, ReadFault<B::Error>> {
    if body.size_hint().lower() > limit as u64 {
        return Err(ReadFault::TooLong);
    }
    let (mut body, mut whole) = (pin!(body), WholeBody::new(limit, 0));
    while let Some(frame) = body.frame().await.transpose().map_err(ReadFault::Transport)? {
        if let Ok(mut data) = frame.into_data() {
            whole.push(data.copy_to_bytes(data.remaining()))?;
        }
    }
    Ok(whole.finish())
}

/// A body as it arrives.
///
/// Each chunk is dropped as soon as its bytes are copied: a chunk of a single byte may keep a read buffer of thousands
/// alive, so a sender of single bytes could fill the memory.
pub(crate) struct WholeBody {
    /// Most bodies come in one chunk, which is then handed on without a copy.
    first: Bytes,
    /// The whole body, once there is a second chunk.
    copied: Vec<u8>,
    limit: usize,
    announced: usize,
}

impl WholeBody {
    /// A body of at most `limit` bytes. `announced` is the announced length, or 0 without one.
    pub(crate) fn new(limit: usize, announced: usize) -> Self {
        Self { first: Bytes::new(), copied: Vec::new(), limit, announced }
    }

    /// Takes in the next chunk.
    pub(crate) fn push<E>(&mut self, chunk: Bytes) -> Result<(), ReadFault<E>> {
        if chunk.len() > self.limit - self.first.len().max(self.copied.len()) {
            return Err(ReadFault::TooLong);
        }
        if self.first.is_empty() && self.copied.is_empty() {
            self.first = chunk;
            return Ok(());
        }
        let first = std::mem::take(&mut self.first);
        self.make_room(first.len() + chunk.len()).map_err(|_| ReadFault::OutOfMemory)?;
        self.copied.extend_from_slice(&first);
        self.copied.extend_from_slice(&chunk);
        Ok(())
    }

    /// Makes room for `more` bytes, which have arrived.
    fn make_room(&mut self, more: usize) -> Result<(), TryReserveError> {
        let needed = self.copied.len() + more;
        if needed <= self.copied.capacity() {
            return Ok(());
        }
        self.copied.try_reserve_exact(self.room(needed).max(needed) - self.copied.len())
    }

    /// How much room to make for `needed` bytes and those to come. Once a sixteenth of the body has arrived, there is
    /// room for all of it, so at most that sixteenth is copied again. Until then, the room doubles like that of a
    /// `Vec`, but stops at the limit, where a `Vec` would take twice as much.
    fn room(&self, needed: usize) -> usize {
        let is_believed = needed > MOST_AHEAD && needed >= self.announced / 16;
        if is_believed && needed <= self.announced {
            return self.announced;
        }
        let doubled = self.copied.capacity().saturating_mul(2).min(self.limit);
        doubled.max(self.announced.min(MOST_AHEAD))
    }

    pub(crate) fn finish(self) -> Bytes {
        if self.copied.is_empty() { self.first } else { self.copied.into() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;
    use futures_util::stream::{Stream, iter};
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    /// The capacities of a body that comes in a hundred chunks of a thousand bytes.
    fn capacities(limit: usize, announced: usize) -> Vec<usize> {
        let mut body = WholeBody::new(limit, announced);
        let chunks = (0..100).map(|_| {
            body.push::<()>(Bytes::from_static(&[0; 1000])).unwrap();
            body.copied.capacity()
        });
        chunks.skip(1).collect()
    }

    #[test]
    fn room_grows_by_doubling_and_stops_at_the_limit() {
        let doubled = |thousands: usize| (thousands.next_power_of_two() * 1000).min(100_000);
        assert_eq!(capacities(100_000, 0), (2..=100).map(doubled).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_announced_makes_room_for_64_kib_at_the_most() {
        for announced in [usize::MAX, isize::MAX as usize, 1 << 40, 16 << 20] {
            let capacities = capacities(usize::MAX, announced);
            assert!(capacities.starts_with(&[65_536; 64]), "{announced}: {capacities:?}");
            assert_eq!(capacities.last(), Some(&131_072), "{announced}: twice what arrived");
        }
        for announced in [100_000, 16 * 66_000] {
            assert_eq!(
                capacities(usize::MAX, announced)[64..],
                vec![announced; 35],
                "a sixteenth has arrived"
            );
        }
        assert_eq!(capacities(usize::MAX, 2_000).last(), Some(&128_000), "more than announced");
    }

    fn read(
        chunks: impl Stream<Item = Result<Bytes, &'static str>>,
        limit: usize,
    ) -> Result<Bytes, ReadFault<&'static str>> {
        use futures_util::StreamExt as _;
        read_whole(StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))), limit).now_or_never().unwrap()
    }

    #[test]
    fn chunks_are_too_long_together() {
        let chunks = || iter(["he", "llo", "", "world"].map(|chunk| Ok(Bytes::from(chunk))));
        assert_eq!(read(chunks(), 10).unwrap(), "helloworld");
        for limit in [9, 6, 5, 4, 1, 0] {
            assert!(matches!(read(chunks(), limit), Err(ReadFault::TooLong)), "{limit}");
        }
        let broken = iter([Ok(Bytes::from("a")), Ok(Bytes::from("b")), Err("reset")]);
        assert!(matches!(read(broken, 10), Err(ReadFault::Transport("reset"))));
        assert_eq!(read(iter([]), 0).unwrap(), "");
    }

    /// A byte in its own buffer.
    struct Buffer(#[expect(dead_code, reason = "its clones are counted")] Arc<()>);

    impl AsRef<[u8]> for Buffer {
        fn as_ref(&self) -> &[u8] {
            b"x"
        }
    }

    #[test]
    fn no_chunk_is_kept_once_there_is_another() {
        let (kept, mut most) = (Arc::new(()), 0);
        let chunks = std::iter::repeat_with(|| {
            most = most.max(Arc::strong_count(&kept) - 1);
            Ok(Bytes::from_owner(Buffer(Arc::clone(&kept))))
        });
        assert_eq!(read(iter(chunks.take(1000)), 1000).unwrap().len(), 1000);
        assert!(most <= 2, "{most} at once");
    }
}
