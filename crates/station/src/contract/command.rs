//! What the UI asks for.

use serde::{Deserialize, Serialize};

use super::{
    DoNotDisturbChoice, Draft, ExportFormat, Filter, PairingWay, SettingsChange, SetupChoice, Sound,
    TokenWish,
};

/// What the UI asks of the station. One reply each, see the variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// → [`Snapshot`](super::Snapshot).
    Snapshot,
    /// → [`Outline`](super::Outline).
    Outline {
        /// Which rows.
        filter: Filter,
    },
    /// → array of [`Row`](super::Row), newest first.
    Page {
        /// Which rows.
        filter: Filter,
        /// Rows to skip from the newest.
        offset: u32,
        /// At most 500.
        limit: u32,
    },
    /// → the row's place in the filtered list from the newest (0 is first), or `null`.
    Locate {
        /// Which rows.
        filter: Filter,
        /// The hub's id.
        id: String,
    },
    /// → [`Detail`](super::Detail), or fault `unknown_notification`.
    Open {
        /// The hub's id.
        id: String,
    },
    /// → `null`.
    MarkRead {
        /// The hub's ids.
        ids: Vec<String>,
        /// Read, or unread again.
        read: bool,
    },
    /// Everything the filter shows → how many changed.
    MarkAllRead {
        /// Which rows.
        filter: Filter,
    },
    /// → `null`; the outcome comes with the next snapshot.
    JoinChannel {
        /// Exactly as typed; the hub judges it.
        name: String,
    },
    /// → `null`.
    LeaveChannel {
        /// A joined channel.
        name: String,
    },
    /// Ask the hub which channels are active → `null`; the answer comes with the next snapshot.
    RefreshChannels,
    /// → [`Sent`](super::Sent), or fault `outbox_full`.
    Send {
        /// What.
        draft: Draft,
    },
    /// Take a draft back out of the outbox → the [`Draft`], or fault `already_sent`.
    Unqueue {
        /// See [`QueuedDraft::number`](super::QueuedDraft::number).
        number: i64,
    },
    /// Be in charge of a notification → `null`; known here at once, to others as soon as the hub knows.
    Take {
        /// The hub's id.
        id: String,
        /// Who of [`Settings::people`](super::Settings::people); `null`:
        /// [`Settings::username`](super::Settings::username).
        by: Option<String>,
    },
    /// Nobody is in charge of it any more → `null`.
    Release {
        /// The hub's id.
        id: String,
    },
    /// Skip the wait before the next attempt → `null`.
    TryNow,
    /// → the [`Settings`](super::Settings) as they now are, or fault `invalid_setting`.
    ChangeSettings {
        /// What changes.
        change: SettingsChange,
    },
    /// → `null`; progress comes with the snapshots.
    StartHub,
    /// → `null`.
    StopHub,
    /// What is going on at the hub hosted here → [`HubOverview`](super::HubOverview), or fault `unsupported`: it is
    /// off.
    HubOverview,
    /// Let one more computer in by a new code → `null`, or fault `unsupported`: the hub has no door for others. What
    /// there is to show comes with the snapshots.
    OfferPairing,
    /// The code is not good any more → `null`.
    ClosePairing,
    /// The computer that knows the code is let in, or not → `null`.
    AnswerPairing {
        /// Let in.
        accept: bool,
    },
    /// Give out a token → [`NewToken`](super::NewToken), or faults `unsupported`, `invalid_setting`, `storage`.
    CreateToken {
        /// What for.
        wish: TokenWish,
    },
    /// Whoever came in by this token goes, and does not come back → `null`.
    RevokeToken {
        /// See [`HubToken::id`](super::HubToken::id).
        #[cfg_attr(test, ts(type = "number"))]
        id: i64,
    },
    /// Look for hubs on this network, for two minutes → `null`; they come with the snapshots.
    FindHubs,
    /// Be let in at another computer's hub, and then listen to it → `null`; progress comes with the snapshots.
    Pair {
        /// By what.
        way: PairingWay,
        /// See [`Settings::username`](super::Settings::username).
        username: String,
    },
    /// Give up being let in, or its failure has been read → `null`.
    CancelPairing,
    /// The person knows of the [`Gap`](super::Gap) → `null`.
    DismissGap,
    /// The person knows of the [`CatchUp`](super::CatchUp) → `null`.
    DismissCatchUp,
    /// What waits for somebody, oldest first → [`Waiting`](super::Waiting).
    Waiting {
        /// Only of this channel; `null`: of all that expect somebody.
        channel: Option<String>,
        /// At most 200.
        limit: u32,
    },
    /// Have a notification come back as new → `null`.
    Remind {
        /// The hub's id.
        id: String,
        /// 1 to 1,440; `null`: not any more.
        minutes: Option<u16>,
    },
    /// Take notifications out of this computer's history → how many. They can be put back for a minute.
    Delete {
        /// The hub's ids.
        ids: Vec<String>,
    },
    /// Put back what was deleted → how many could be.
    Restore {
        /// The hub's ids.
        ids: Vec<String>,
    },
    /// Take everything out of this computer's history, for good → how many.
    Erase,
    /// Write what the filter shows into a file of the person → [`Exported`](super::Exported).
    Export {
        /// Which rows.
        filter: Filter,
        /// As what.
        format: ExportFormat,
    },
    /// Neither pop-ups nor sounds for a while → `null`.
    DoNotDisturb {
        /// How long.
        choice: DoNotDisturbChoice,
    },
    /// Play a sound at the volume that is set, also while sounds are off → `null`; the outcome comes with the
    /// next snapshot.
    TestSound {
        /// Which.
        sound: Sound,
    },
    /// Try everything that an order needs to be seen and heard → `null`; progress comes with the snapshots.
    CheckReadiness,
    /// The first start's question is answered → the [`Settings`](super::Settings), or fault `invalid_setting`.
    SetUp {
        /// How.
        choice: SetupChoice,
    },
    /// End the app: the person knows who is cut off → `null`, and the host ends. Fault `unsupported` in a browser,
    /// which has nothing to end.
    Quit,
    /// Show a sample pop-up → `null`; the outcome comes with the next snapshot.
    TestPopup,
}
