//! Pieces of any length become frames.

use super::{FRAME, mulaw::SILENCE};

/// Keeps what is too short for a frame until more comes.
#[derive(Debug, Clone)]
pub struct Framer {
    kept: [u8; FRAME],
    length: usize,
}

impl Default for Framer {
    fn default() -> Self {
        Self {
            kept: [SILENCE; FRAME],
            length: 0,
        }
    }
}

impl Framer {
    /// Hands each frame that is now whole to `take`, in order.
    pub fn push(&mut self, mut piece: &[u8], mut take: impl FnMut(&[u8; FRAME])) {
        while !piece.is_empty() {
            let (now, later) = piece.split_at(piece.len().min(FRAME - self.length));
            self.kept[self.length..][..now.len()].copy_from_slice(now);
            self.length += now.len();
            piece = later;
            if self.length == FRAME {
                take(&self.kept);
                self.length = 0;
            }
        }
    }

    /// What is left, made whole with silence.
    pub fn finish(&mut self) -> Option<[u8; FRAME]> {
        if self.length == 0 {
            return None;
        }
        self.kept[self.length..].fill(SILENCE);
        self.length = 0;
        Some(self.kept)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_or_turned_around(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..500), 0..10),
        ) {
            let mut framer = Framer::default();
            let mut out = Vec::new();
            for piece in &pieces {
                framer.push(piece, |frame| out.extend_from_slice(frame));
                prop_assert!(out.len().is_multiple_of(FRAME));
            }
            if let Some(rest) = framer.finish() {
                out.extend_from_slice(&rest);
            }
            let whole = pieces.concat();
            prop_assert_eq!(&out[..whole.len()], &whole[..]);
            prop_assert!(out[whole.len()..].iter().all(|byte| *byte == SILENCE));
            prop_assert!(out.len() < whole.len() + FRAME);
            prop_assert_eq!(framer.finish(), None);
        }
    }
}
