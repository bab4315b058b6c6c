use std::f32::consts::TAU;

use chapfood_station::contract::Sound;

use crate::synthesis::{RATE, samples};

const ALL: [Sound; 7] =
    [Sound::Bell, Sound::Chime, Sound::Marimba, Sound::Knock, Sound::Warning, Sound::Error, Sound::Lost];

/// Bands of a third of an octave, the first one in hertz.
const BANDS: i32 = 22;
const LOWEST: f32 = 110.0;

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// How strong a tone is in the samples, by Goertzel's recurrence.
fn strength(samples: &[f32], hertz: f32) -> f32 {
    let turn = 2.0 * (TAU * hertz / RATE.get() as f32).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (sample + turn * last - before, last);
    }
    last * last + before * before - turn * last * before
}

/// What is heard, in pitch and in time: the strength of each band in each fifth of a second.
fn heard(sound: Sound) -> Vec<f32> {
    let samples = samples(sound, 1.0);
    let slices: Vec<_> = samples.chunks(RATE.get() as usize / 5).collect();
    let mut heard = Vec::new();
    for slice in 0..10 {
        for band in 0..BANDS {
            let of_part = |part: i32| {
                let hertz = LOWEST * 2_f32.powf((band as f32 + part as f32 / 4.0) / 3.0);
                slices.get(slice).map_or(0.0, |samples| strength(samples, hertz))
            };
            heard.push((0..4).map(of_part).sum::<f32>().sqrt());
        }
    }
    heard
}

fn likeness(one: &[f32], other: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

#[test]
fn no_sound_clips_clicks_or_lasts() {
    for sound in ALL {
        let samples = samples(sound, 1.0);
        let peak = peak(&samples);
        assert!((0.5..=1.0).contains(&peak), "{sound:?} swings up to {peak}");
        let (first, last) = (samples[0], samples[samples.len() - 1]);
        assert!(first.abs() < 1e-6 && last.abs() < 1e-3, "{sound:?} begins at {first} and ends at {last}");
        let seconds = samples.len() as f32 / RATE.get() as f32;
        assert!((0.2..2.0).contains(&seconds), "{sound:?} lasts {seconds} s");
        let jump = samples.windows(2).fold(0.0_f32, |jump, pair| jump.max((pair[1] - pair[0]).abs()));
        assert!(jump < 0.5, "{sound:?} jumps by {jump}: that is a click");
    }
}

#[test]
fn no_two_sounds_can_be_taken_for_one_another() {
    let heard = ALL.map(|sound| (sound, heard(sound)));
    for (place, (one, first)) in heard.iter().enumerate() {
        for (other, second) in &heard[place + 1..] {
            let likeness = likeness(first, second);
            assert!(likeness < 0.7, "{one:?} and {other:?} are alike: {likeness}");
        }
    }
}

#[test]
fn half_the_swing_is_half_of_every_sample() {
    for sound in ALL {
        let (full, half) = (peak(&samples(sound, 1.0)), peak(&samples(sound, 0.5)));
        assert!((full - 2.0 * half).abs() < 1e-6, "{sound:?}");
        assert_eq!(peak(&samples(sound, 0.0)), 0.0, "{sound:?} without volume");
    }
}
