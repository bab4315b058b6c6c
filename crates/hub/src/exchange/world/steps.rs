//! What can happen in the model world.

use proptest::prelude::*;

use super::{BAR, CHANNELS, MANY, PEOPLE, TILL};
use crate::log::ClaimKind;

/// Something that happens. `who` and `channel` are places in the lists above.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Without a channel it is a broadcast.
    Send(Option<usize>, Option<u8>),
    /// So many to one channel.
    Burst(usize, usize),
    /// One of the notifications, by age, is taken or released.
    Claim(usize, usize, ClaimKind),
    Connect(usize),
    Join(usize, usize),
    Leave(usize, usize),
    /// The hub hears the next things that a client sent.
    Hear(usize, usize),
    /// The log commits a group.
    Commit(usize),
    /// The exchange hears of the next things that the log did.
    Learn(usize),
    ReadLog,
    TakeFeed,
    ServeBusy,
    KernelTakes(usize, usize),
    Arrive(usize, usize),
    /// A device commits the next things that arrived.
    Store(usize, usize),
    Acknowledge(usize),
    Ping(usize),
    /// The client is asked whether it is alive, and its answer is heard.
    Alive(usize),
    /// The link breaks; of what the client sent so much still reaches the hub.
    Lose(usize, usize),
    /// The hub notices broken links.
    Notice,
    /// The client says goodbye.
    Go(usize),
    WriteMarks,
    Crash,
    /// The hub stops in order, and starts again.
    Stop,
    Backup,
    Restore,
    Prune,
    /// A copy of a device's disk is taken.
    Copy(usize),
    /// A device's disk is as it was when the copy was taken.
    PutBack(usize),
    /// So many hours pass.
    Pass(u16),
    /// The hub's clock is put forward or back by so many days.
    Jump(i16),
    /// Everything that is under way in the hub gets done.
    Work,
    /// Everything that is under way to and from a client arrives.
    Flow(usize),
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE.len();
    let devices = BAR..=TILL;
    let channel = 0..CHANNELS.len();
    let some = 1..6_usize;
    let client_id = prop::option::weighted(0.3, 0..3_u8);
    prop_oneof![
        12 => (prop::option::weighted(0.85, channel.clone()), client_id)
            .prop_map(|(channel, client_id)| Step::Send(channel, client_id)),
        6 => (channel.clone(), 2..9_usize).prop_map(|(channel, n)| Step::Burst(channel, n)),
        4 => (0..50_usize, who.clone(), prop_oneof![2 => Just(ClaimKind::Take), 1 => Just(ClaimKind::Release)])
            .prop_map(|(which, who, kind)| Step::Claim(which, who, kind)),
        10 => who.clone().prop_map(Step::Connect),
        10 => (who.clone(), channel.clone()).prop_map(|(who, channel)| Step::Join(who, channel)),
        2 => (who.clone(), channel).prop_map(|(who, channel)| Step::Leave(who, channel)),
        8 => (who.clone(), some.clone()).prop_map(|(who, n)| Step::Hear(who, n)),
        10 => some.clone().prop_map(Step::Commit),
        10 => some.clone().prop_map(Step::Learn),
        6 => Just(Step::ReadLog),
        6 => Just(Step::TakeFeed),
        4 => Just(Step::ServeBusy),
        8 => (who.clone(), some.clone()).prop_map(|(who, n)| Step::KernelTakes(who, n)),
        8 => (who.clone(), some.clone()).prop_map(|(who, n)| Step::Arrive(who, n)),
        8 => (who.clone(), some.clone()).prop_map(|(who, n)| Step::Store(who, n)),
        5 => who.clone().prop_map(Step::Acknowledge),
        5 => who.clone().prop_map(Step::Ping),
        6 => who.clone().prop_map(Step::Alive),
        3 => (who.clone(), 0..4_usize).prop_map(|(who, n)| Step::Lose(who, n)),
        3 => Just(Step::Notice),
        2 => who.clone().prop_map(Step::Go),
        1 => (-20_000..20_000_i16).prop_map(Step::Jump),
        20 => Just(Step::Work),
        30 => who.prop_map(Step::Flow),
        4 => Just(Step::WriteMarks),
        1 => Just(Step::Crash),
        1 => Just(Step::Stop),
        1 => Just(Step::Backup),
        1 => Just(Step::Restore),
        3 => Just(Step::Prune),
        2 => devices.clone().prop_map(Step::Copy),
        2 => devices.prop_map(Step::PutBack),
        3 => prop_oneof![4 => 1..48_u16, 1 => 48..800_u16].prop_map(Step::Pass),
    ]
}

/// The hub's tasks, each at its work.
pub(super) const WORK: [Step; 6] =
    [Step::Commit(MANY), Step::Learn(MANY), Step::ReadLog, Step::TakeFeed, Step::ServeBusy, Step::ReadLog];

/// What is under way to and from a client.
pub(super) fn flow(who: usize) -> [Step; 4] {
    [Step::Hear(who, MANY), Step::KernelTakes(who, MANY), Step::Arrive(who, MANY), Step::Store(who, MANY)]
}
