//! The sounds, as sums of tones that begin at once and fade.

use std::f32::consts::TAU;
use std::num::NonZero;

use chapfood_station::contract::Sound;
use rodio::SampleRate;

/// Samples a second.
pub(crate) const RATE: SampleRate = NonZero::new(48_000).expect("it is not zero");
/// The loudest that a sound is at full volume: two at once do not clip much.
const PEAK: f32 = 0.8;
/// A beginning that is not a click, in seconds.
const ATTACK: f32 = 0.003;
/// An end that is not a click, in seconds.
const RELEASE: f32 = 0.03;

/// One strike of one tone.
#[derive(Debug, Clone, Copy)]
struct Tone {
    /// Seconds from the beginning.
    at: f32,
    /// Hertz at its beginning and, after `seconds`, at its end.
    pitch: (f32, f32),
    /// Against the others.
    level: f32,
    /// Seconds until it has a thousandth of its swing.
    fade: f32,
    /// How long it sounds.
    seconds: f32,
}

impl Tone {
    /// A tone of one pitch that fades by itself.
    fn struck(at: f32, hertz: f32, level: f32, fade: f32) -> Self {
        Self { at, pitch: (hertz, hertz), level, fade, seconds: fade }
    }

    /// A tone that is held, then stops.
    fn held(at: f32, hertz: f32, level: f32, seconds: f32) -> Self {
        Self { at, pitch: (hertz, hertz), level, fade: seconds * 8.0, seconds }
    }

    /// Its swing `since` its beginning.
    fn swing(self, since: f32) -> f32 {
        if !(0.0..self.seconds).contains(&since) {
            return 0.0;
        }
        let (from, to) = self.pitch;
        // The phase of a pitch that slides evenly.
        let cycles = from * since + (to - from) * since * since / (2.0 * self.seconds);
        let edges = (since / ATTACK).min(1.0) * ((self.seconds - since) / RELEASE).min(1.0);
        // A thousandth after `fade`.
        self.level * edges * (-6.9 * since / self.fade).exp() * (TAU * cycles).sin()
    }
}

/// A sound at `gain` of its full swing: one channel, [`RATE`] samples a second.
pub(crate) fn samples(sound: Sound, gain: f32) -> Vec<f32> {
    let tones = tones(sound);
    let end = tones.iter().map(|tone| tone.at + tone.seconds).fold(0.0, f32::max);
    let rate = RATE.get() as f32;
    let count = (end * rate).ceil() as usize + 1;
    let mut samples: Vec<f32> = (0..count)
        .map(|place| tones.iter().map(|tone| tone.swing(place as f32 / rate - tone.at)).sum())
        .collect();
    let peak = samples.iter().fold(f32::MIN_POSITIVE, |peak, sample| peak.max(sample.abs()));
    let scale = PEAK * gain / peak;
    samples.iter_mut().for_each(|sample| *sample *= scale);
    samples
}

fn tones(sound: Sound) -> Vec<Tone> {
    match sound {
        // The partials of a small metal bell, none of them a multiple of another.
        Sound::Bell => [(1.0, 1.0, 1.5), (2.76, 0.5, 0.9), (5.4, 0.25, 0.4), (8.9, 0.1, 0.15)]
            .map(|(ratio, level, fade)| Tone::struck(0.0, 1_568.0 * ratio, level, fade))
            .into(),
        Sound::Chime => [(0.0, 659.3), (0.2, 987.8)]
            .into_iter()
            .flat_map(|(at, hertz)| {
                [Tone::struck(at, hertz, 1.0, 1.1), Tone::struck(at, 2.0 * hertz, 0.15, 0.5)]
            })
            .collect(),
        // A bar of wood is tuned to the fourth and tenth partial, which fade at once.
        Sound::Marimba => [(0.0, 392.0), (0.15, 523.3)]
            .into_iter()
            .flat_map(|(at, hertz)| {
                [(1.0, 1.0, 0.6), (4.0, 0.35, 0.15), (10.0, 0.1, 0.06)]
                    .map(|(ratio, level, fade)| Tone::struck(at, hertz * ratio, level, fade))
            })
            .collect(),
        // Two thuds: low tones that fall and are gone at once.
        Sound::Knock => [0.0, 0.17]
            .into_iter()
            .flat_map(|at| {
                let thud = Tone { at, pitch: (230.0, 120.0), level: 1.0, fade: 0.16, seconds: 0.2 };
                [thud, Tone::struck(at, 812.0, 0.3, 0.05), Tone::struck(at, 1_270.0, 0.15, 0.04)]
            })
            .collect(),
        // Up and down, twice.
        Sound::Warning => [(0.0, 740.0), (0.18, 880.0), (0.36, 740.0), (0.54, 880.0)]
            .into_iter()
            .flat_map(|(at, hertz)| reed(at, hertz, 0.17))
            .collect(),
        // Three low tones that beat against a neighbour.
        Sound::Error => [0.0, 0.28, 0.56]
            .into_iter()
            .flat_map(|at| [reed(at, 277.2, 0.22), reed(at, 293.7, 0.22)].concat())
            .collect(),
        // A long fall.
        Sound::Lost => [(1.0, 1.0), (2.0, 0.2)]
            .map(|(ratio, level)| Tone {
                at: 0.0,
                pitch: (587.3 * ratio, 196.0 * ratio),
                level,
                fade: 4.0,
                seconds: 1.0,
            })
            .into(),
    }
}

/// A held tone with the odd partials of a reed.
fn reed(at: f32, hertz: f32, seconds: f32) -> Vec<Tone> {
    [(1.0, 1.0), (3.0, 0.35), (5.0, 0.15)]
        .map(|(ratio, level)| Tone::held(at, hertz * ratio, level, seconds))
        .into()
}
