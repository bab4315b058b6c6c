//! Finding Engine.IO pongs among a client's WebSocket frames. Pure.
//!
//! socketioxide answers pings by itself and tells nobody. For a client without acknowledgements, an
//! answered ping is the only proof that what was sent before it has arrived.

/// Follows the frames of a client (RFC 6455, section 5.2) without looking at more than their heads, and
/// counts text frames whose whole content is `3`, Engine.IO's pong.
#[derive(Debug, Default)]
pub(crate) struct PongFinder {
    head: [u8; 15],
    filled: usize,
    skip: u64,
}

impl PongFinder {
    /// The next bytes of the stream, split anywhere. Says how many pongs ended in them.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> usize {
        let mut pongs = 0;
        while !bytes.is_empty() {
            if self.skip > 0 {
                let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                self.skip -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.filled] = bytes[0];
            self.filled += 1;
            bytes = &bytes[1..];
            pongs += usize::from(self.complete());
        }
        pongs
    }

    /// Whether the head is complete and is, with the byte after it, a pong.
    fn complete(&mut self) -> bool {
        if self.filled < 2 {
            return false;
        }
        let [first, second, ..] = self.head;
        let masked = second & 0x80 != 0;
        let mask_bytes = if masked { 4 } else { 0 };
        let (length_bytes, length) = match second & 0x7f {
            126 => (2, None),
            127 => (8, None),
            short => (0, Some(u64::from(short))),
        };
        let head_bytes = 2 + length_bytes + mask_bytes;
        let candidate = first == 0x81 && length == Some(1);
        if self.filled < head_bytes + usize::from(candidate) {
            return false;
        }
        self.filled = 0;
        if candidate {
            let mask = if masked { self.head[2] } else { 0 };
            return self.head[head_bytes] ^ mask == b'3';
        }
        self.skip = length.unwrap_or_else(|| {
            self.head[2..2 + length_bytes].iter().fold(0, |length, byte| (length << 8) | u64::from(*byte))
        });
        false
    }
}

/// How many pongs the body of a polling request holds; packets are separated by the record separator.
pub(crate) fn in_polling_body(body: &[u8]) -> usize {
    body.split(|byte| *byte == 0x1e).filter(|packet| *packet == b"3").count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A client's frame as RFC 6455 has it.
    fn frame(opcode: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
        let mut frame = vec![0x80 | opcode];
        match payload.len() {
            short @ 0..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
            medium @ 126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(medium).unwrap().to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    #[test]
    fn pongs_are_found_between_frames_of_every_length() {
        let mut stream = Vec::new();
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            stream.extend(frame(1, &vec![b'x'; length], [1, 2, 3, 4]));
            stream.extend(frame(1, b"3", [9, 0, 0, 7]));
        }
        assert_eq!(PongFinder::default().push(&stream), 6);
    }

    #[test]
    fn a_polling_body_holds_pongs_beside_other_packets() {
        assert_eq!(in_polling_body(b"3"), 1);
        assert_eq!(in_polling_body(b"42[\"get-stats\"]\x1e3"), 1);
        assert_eq!(in_polling_body(b"43[3]"), 0);
    }

    proptest! {
        #[test]
        fn pongs_are_counted_however_the_stream_is_cut(
            frames in prop::collection::vec((prop_oneof![Just(1_u8), Just(2), Just(9)], prop_oneof![
                Just(b"3".to_vec()), Just(b"2".to_vec()), prop::collection::vec(any::<u8>(), 0..300),
            ], any::<[u8; 4]>()), 0..30),
            cut in 1_usize..50,
        ) {
            let expected = frames.iter().filter(|(opcode, payload, _)| *opcode == 1 && payload == b"3").count();
            let stream: Vec<u8> = frames.iter().flat_map(|(o, p, m)| frame(*o, p, *m)).collect();
            let mut finder = PongFinder::default();
            prop_assert_eq!(stream.chunks(cut).map(|chunk| finder.push(chunk)).sum::<usize>(), expected);
        }

        #[test]
        fn any_bytes_at_all_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            PongFinder::default().push(&bytes);
        }
    }
}
