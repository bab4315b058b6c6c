//! The device on a thread of its own: opening one takes long, and some never answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use chapfood_station::SoundFault;
use chapfood_station::contract::Sound;
use rodio::buffer::SamplesBuffer;
use rodio::cpal::{self, ErrorKind};
use rodio::{ChannelCount, DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Sample, SampleRate, Source};
use tokio::sync::oneshot;

use crate::synthesis::{RATE, samples};

/// How long the device stays open after the last sound began: longer than any sound lasts.
const IDLE: Duration = Duration::from_secs(5);

/// Something to play.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) sound: Sound,
    /// Of its full swing, 0 to 1.
    pub(crate) gain: f32,
    /// Told once the device asks for the first sample, or why it will not.
    pub(crate) begun: oneshot::Sender<Result<(), SoundFault>>,
}

/// A handle on the thread.
#[derive(Debug)]
pub(crate) struct Device {
    orders: Sender<Order>,
}

impl Device {
    /// Starts the thread, which waits. Without a thread to be had, whatever is ordered fails.
    pub(crate) fn start() -> Self {
        let (orders, ordered) = channel();
        let thread = std::thread::Builder::new().name("chapfood-sound".into());
        if let Err(error) = thread.spawn(move || run(&ordered, open_default)) {
            tracing::error!(%error, "no thread for the sounds");
        }
        Self { orders }
    }

    /// Plays as soon as it can. One that cannot even be ordered is dropped, which its asker sees.
    pub(crate) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}

/// An open device.
struct Open {
    sink: MixerDeviceSink,
    /// Whether it has said that it is of no use any more.
    broken: Arc<AtomicBool>,
    /// Whether it has asked for the first sample of what was last given to it.
    answered: Arc<AtomicBool>,
}

/// Plays what is ordered, on devices that come from `opens`.
fn run(orders: &Receiver<Order>, mut opens: impl FnMut() -> Result<Open, DeviceSinkError>) {
    let mut open: Option<Open> = None;
    loop {
        let order = match &open {
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) => orders.recv_timeout(IDLE),
        };
        match order {
            Ok(order) => open = play(order, open.take(), &mut opens),
            Err(RecvTimeoutError::Timeout) => open = None,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Plays on the open device, or one that comes from `opens`. Returns the device if it is of use.
fn play(
    Order { sound, gain, begun }: Order,
    open: Option<Open>,
    opens: impl FnOnce() -> Result<Open, DeviceSinkError>,
) -> Option<Open> {
    if begun.is_closed() {
        // Whoever asked gave up while a device hung, maybe hundreds of times: not all of it at once now. Only
        // before a device is opened: a slow one plays late rather than never.
        return open;
    }
    let usable =
        open.filter(|open| !open.broken.load(Ordering::Relaxed) && open.answered.load(Ordering::Relaxed));
    let mut open = match usable.map_or_else(opens, Ok) {
        Ok(open) => open,
        Err(error) => {
            // Whoever asked may have given up.
            let _ = begun.send(Err(fault(&error)));
            return None;
        }
    };
    open.answered = Arc::new(AtomicBool::new(false));
    open.sink.mixer().add(Announced {
        samples: SamplesBuffer::new(ChannelCount::MIN, RATE, samples(sound, gain)),
        begun: Some(begun),
        answered: Arc::clone(&open.answered),
    });
    Some(open)
}

fn open_default() -> Result<Open, DeviceSinkError> {
    let _quiet = Quiet::begin();
    let broken = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&broken);
    let on_error = move |error: cpal::Error| {
        tracing::warn!(%error, "the sound device complains");
        // A buffer that ran empty was only late.
        let bearable =
            matches!(error.kind(), ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied);
        told.fetch_or(!bearable, Ordering::Relaxed);
    };
    let builder = DeviceSinkBuilder::from_default_device()?.with_error_callback(on_error);
    let mut sink = builder.open_sink_or_fallback()?;
    sink.log_on_drop(false);
    Ok(Open { sink, broken, answered: Arc::new(AtomicBool::new(true)) })
}

fn fault(error: &DeviceSinkError) -> SoundFault {
    let cause = match error {
        DeviceSinkError::NoDevice => return SoundFault::NoDevice,
        DeviceSinkError::PlayError(cause)
        | DeviceSinkError::DefaultSinkConfigError(cause)
        | DeviceSinkError::BuildError(cause)
        | DeviceSinkError::SupportedConfigsError(cause) => cause,
        DeviceSinkError::UnsupportedSampleFormat => return SoundFault::Failing(error.to_string()),
    };
    match cause.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => SoundFault::NoDevice,
        _ => SoundFault::Failing(format!("{error}: {cause}")),
    }
}

/// Samples that say when the device begins with them.
struct Announced {
    samples: SamplesBuffer,
    begun: Option<oneshot::Sender<Result<(), SoundFault>>>,
    answered: Arc<AtomicBool>,
}

impl Iterator for Announced {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        if let Some(begun) = self.begun.take() {
            self.answered.store(true, Ordering::Relaxed);
            // Whoever asked may have given up.
            let _ = begun.send(Ok(()));
        }
        self.samples.next()
    }
}

impl Source for Announced {
    fn current_span_len(&self) -> Option<usize> {
        self.samples.current_span_len()
    }

    fn channels(&self) -> ChannelCount {
        self.samples.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.samples.sample_rate()
    }

    fn total_duration(&self) -> Option<Duration> {
        self.samples.total_duration()
    }
}

/// While it lives, what ALSA would write to stderr goes to the log.
struct Quiet {
    #[cfg(target_os = "linux")]
    words: Option<std::rc::Rc<std::cell::RefCell<alsa::Output>>>,
}

impl Quiet {
    fn begin() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            words: alsa::Output::local_error_handler().ok(),
        }
    }
}

#[cfg(target_os = "linux")]
impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(words) = &self.words {
            tracing::debug!("ALSA: {}", words.borrow());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_piled_up_while_a_device_hung_is_not_played_once_it_is_back() {
        let (orders, ordered) = channel();
        let order = || {
            let (begun, outcome) = oneshot::channel();
            orders.send(Order { sound: Sound::Bell, gain: 1.0, begun }).expect("it listens");
            outcome
        };
        let waited_for = order();
        for _ in 0..300 {
            // Its asker has given up.
            drop(order());
        }
        let last = order();
        drop(orders);
        let mut opened = 0;
        run(&ordered, || {
            opened += 1;
            Err(DeviceSinkError::NoDevice)
        });
        assert_eq!(opened, 2, "only for those who wait");
        for mut outcome in [waited_for, last] {
            assert_eq!(outcome.try_recv(), Ok(Err(SoundFault::NoDevice)));
        }
    }
}
