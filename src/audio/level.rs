//! How loud a piece of sound is.

/// As quiet as is counted: below it there is nothing but the rounding of mu-law.
pub const QUIETEST: f32 = -90.0;

/// In decibels below the loudest square wave: speech on a telephone is around -25, a quiet room around -60.
pub fn decibels(samples: &[i16]) -> f32 {
    of_power(power(samples.iter().map(|sample| f32::from(*sample))))
}

/// The mean square.
pub(super) fn power(samples: impl ExactSizeIterator<Item = f32>) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a piece is far shorter than 16 million samples"
    )]
    let count = samples.len().max(1) as f32;
    samples.map(|sample| sample * sample).sum::<f32>() / count
}

pub(super) fn of_power(power: f32) -> f32 {
    const FULL: f32 = 32_768.0 * 32_768.0;
    (10.0 * (power / FULL).log10()).max(QUIETEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_as_high_is_six_decibels_quieter() {
        let loud = decibels(&[16_384; 160]);
        let half = decibels(&[8192; 160]);
        assert!((loud + 6.02).abs() < 0.01, "{loud}");
        assert!((loud - half - 6.02).abs() < 0.01, "{half}");
    }

    #[test]
    fn silence_has_a_level() {
        assert!((decibels(&[0; 160]) - QUIETEST).abs() < f32::EPSILON);
        assert!((decibels(&[]) - QUIETEST).abs() < f32::EPSILON);
    }
}
