//! Mu-law (G.711): sixteen bits of sound in eight, fine where it is quiet and coarse where it is loud.

/// What silence is sent as.
pub const SILENCE: u8 = 0xff;

const BIAS: u16 = 132;
const LOUDEST: u16 = 32_635;

static SAMPLES: [i16; 256] = samples();

const fn samples() -> [i16; 256] {
    let mut samples = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        // Sent upside down: sign, three bits of exponent, four of mantissa.
        #[expect(clippy::cast_possible_truncation, reason = "it counts to 255")]
        let bits = !(byte as u8);
        let exponent = (bits >> 4) & 7;
        let mantissa = (bits & 15) as i16;
        let bias = BIAS.cast_signed();
        let magnitude = (((mantissa << 3) + bias) << exponent) - bias;
        samples[byte] = if bits & 0x80 == 0 {
            magnitude
        } else {
            -magnitude
        };
        byte += 1;
    }
    samples
}

pub fn decode(byte: u8) -> i16 {
    SAMPLES[usize::from(byte)]
}

pub fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(LOUDEST) + BIAS;
    // The bias sees to it that bit 7 or a higher one is set.
    let exponent = magnitude.ilog2() - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 15;
    #[expect(clippy::cast_possible_truncation, reason = "three bits and four bits")]
    let bits = (exponent as u8) << 4 | mantissa as u8;
    !(sign | bits)
}

/// Adds to `samples`.
pub fn decode_into(bytes: &[u8], samples: &mut Vec<i16>) {
    samples.extend(bytes.iter().map(|byte| decode(*byte)));
}

/// Adds to `bytes`.
pub fn encode_into(samples: &[i16], bytes: &mut Vec<u8>) {
    bytes.extend(samples.iter().map(|sample| encode(*sample)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_as_the_standard_has_them() {
        for (byte, sample) in [
            (0x00, -32_124),
            (0x80, 32_124),
            (0xff, 0),
            (0x7f, 0),
            (0xce, 988),
            (0x4e, -988),
            (0xfe, 8),
        ] {
            assert_eq!(decode(byte), sample, "{byte:#x}");
        }
        assert_eq!(encode(0), SILENCE);
        assert_eq!(encode(i16::MAX), 0x80);
        assert_eq!(encode(i16::MIN), 0x00);
        assert_eq!(encode(1000), 0xce);
    }

    #[test]
    fn every_byte_comes_back_but_the_second_zero() {
        for byte in 0..=u8::MAX {
            let expected = if byte == 0x7f { SILENCE } else { byte };
            assert_eq!(encode(decode(byte)), expected, "{byte:#x}");
        }
    }

    proptest! {
        #[test]
        fn what_is_lost_is_small_beside_the_sound(sample: i16) {
            let sample = i32::from(sample);
            let back = i32::from(decode(encode(i16::try_from(sample).unwrap())));
            prop_assert!((back - sample).abs() <= sample.abs() / 16 + 8, "{sample} became {back}");
        }

        #[test]
        fn louder_never_becomes_quieter(one: i16, other: i16) {
            let (low, high) = (one.min(other), one.max(other));
            prop_assert!(decode(encode(low)) <= decode(encode(high)));
        }
    }
}
