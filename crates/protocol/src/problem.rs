//! What can be wrong with an event, in a stable code and in words.

use serde::{Deserialize, Serialize};

/// The language of the hub's words to one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// French, the language of the published API.
    #[default]
    Fr,
    /// English.
    En,
}

/// One fault of an event. Its [`code`](Problem::code) never changes; its words may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Absent, null or blank.
    Required(&'static str),
    /// Not a string.
    NotString(&'static str),
    /// Not a whole number from 0 up.
    NotCount(&'static str),
    /// Neither true nor false.
    NotBoolean(&'static str),
    /// Longer than so many characters.
    TooLong(&'static str, usize),
    /// A channel name with control characters.
    ControlCharacters(&'static str),
    /// The reserved name of the broadcasts.
    Reserved(&'static str),
    /// Not one of the four types.
    TypeInvalid,
    /// `data` is not an object.
    DataNotObject,
    /// `data` is larger than so many bytes.
    DataTooLarge(usize),
    /// `data` has more than so many levels.
    DataTooDeep(usize),
    /// The payload is not an object.
    PayloadNotObject,
    /// The payload is not JSON that the hub reads, e.g. nested more than 128 levels.
    PayloadUnreadable,
    /// The payload has binary attachments.
    BinaryNotSupported,
    /// The client is not in this channel.
    NotInChannel(String),
    /// In, or remembered in, so many channels already: this one was not joined.
    TooManyChannels(usize),
    /// No event has this name.
    UnknownEvent(String),
    /// No notification with this id is kept here.
    UnknownNotification,
    /// Somebody else took it first.
    AlreadyTaken(String),
    /// The hub could not write it down: nothing was stored.
    NotStored,
    /// The hub's share of the disk is used up: nothing was stored.
    QuotaReached,
    /// This client has too many requests waiting: this one was not done.
    TooManyRequests,
    /// The hub is stopping: this one was not done.
    HubClosing,
    /// This device does it too often: in so many milliseconds it may again.
    RateLimited(u64),
    /// The client's token does not allow it.
    NotAllowed(Forbidden),
    /// The hub lets nobody in here without a token, and the client gave none.
    TokenRequired,
    /// No token of this hub is like that.
    TokenInvalid,
    /// The owner withdrew the token.
    TokenRevoked,
    /// The hub could not look up who the client is.
    TokenUnchecked,
    /// This may be done on the hub's own computer only.
    NotHere,
    /// The hub has no door to the network with TLS, which this takes.
    NoTlsDoor,
}

/// What a token does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forbidden {
    /// Sending at all.
    Send,
    /// Sending to this channel.
    SendTo(String),
    /// Sending to everybody.
    Broadcast,
    /// Anything but sending.
    Listen,
    /// Listening in this channel.
    Join(String),
    /// Administering the hub.
    Administer,
}

impl Forbidden {
    fn french(&self) -> String {
        match self {
            Self::Send => "Votre jeton ne permet pas d'envoyer".into(),
            Self::SendTo(channel) => format!("Votre jeton ne permet pas d'envoyer dans « {channel} »"),
            Self::Broadcast => "Votre jeton ne permet pas d'envoyer à tout le monde".into(),
            Self::Listen => "Votre jeton permet seulement d'envoyer".into(),
            Self::Join(channel) => format!("Votre jeton ne permet pas d'écouter « {channel} »"),
            Self::Administer => "Votre jeton ne permet pas d'administrer le hub".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Send => "Your token does not allow sending".into(),
            Self::SendTo(channel) => format!("Your token does not allow sending to « {channel} »"),
            Self::Broadcast => "Your token does not allow sending to everybody".into(),
            Self::Listen => "Your token allows sending only".into(),
            Self::Join(channel) => format!("Your token does not allow listening in « {channel} »"),
            Self::Administer => "Your token does not allow administering the hub".into(),
        }
    }
}

impl Problem {
    /// The stable code, e.g. `title_required`.
    pub fn code(&self) -> String {
        match self {
            Self::Required(field) => format!("{field}_required"),
            Self::NotString(field) => format!("{field}_not_string"),
            Self::NotCount(field) => format!("{field}_not_count"),
            Self::NotBoolean(field) => format!("{field}_not_boolean"),
            Self::TooLong(field, _) => format!("{field}_too_long"),
            Self::ControlCharacters(field) => format!("{field}_control_characters"),
            Self::Reserved(field) => format!("{field}_reserved"),
            Self::TypeInvalid => "type_invalid".into(),
            Self::DataNotObject => "data_not_object".into(),
            Self::DataTooLarge(_) => "data_too_large".into(),
            Self::DataTooDeep(_) => "data_too_deep".into(),
            Self::PayloadNotObject => "payload_not_object".into(),
            Self::PayloadUnreadable => "payload_unreadable".into(),
            Self::BinaryNotSupported => "binary_not_supported".into(),
            Self::NotInChannel(_) => "not_in_channel".into(),
            Self::TooManyChannels(_) => "too_many_channels".into(),
            Self::UnknownEvent(_) => "unknown_event".into(),
            Self::UnknownNotification => "unknown_notification".into(),
            Self::AlreadyTaken(_) => "already_taken".into(),
            Self::NotStored => "not_stored".into(),
            Self::QuotaReached => "quota_reached".into(),
            Self::TooManyRequests => "too_many_requests".into(),
            Self::HubClosing => "hub_closing".into(),
            Self::RateLimited(_) => "rate_limited".into(),
            Self::NotAllowed(_) => "not_allowed".into(),
            Self::TokenRequired => "token_required".into(),
            Self::TokenInvalid => "token_invalid".into(),
            Self::TokenRevoked => "token_revoked".into(),
            Self::TokenUnchecked => "token_unchecked".into(),
            Self::NotHere => "not_on_this_computer".into(),
            Self::NoTlsDoor => "no_tls_door".into(),
        }
    }

    /// The sentence for a person. The French ones are the published API's.
    pub fn words(&self, lang: Lang) -> String {
        match lang {
            Lang::Fr => self.french(),
            Lang::En => self.english(),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::Required(field) => format!("Le champ '{field}' est obligatoire"),
            Self::NotString(field) => format!("Le champ '{field}' doit être une chaîne de caractères"),
            Self::NotCount(field) => format!("Le champ '{field}' doit être un nombre entier positif"),
            Self::NotBoolean(field) => format!("Le champ '{field}' doit être vrai ou faux"),
            Self::TooLong(field, limit) => format!("Le champ '{field}' dépasse {limit} caractères"),
            Self::ControlCharacters(field) => {
                format!("Le champ '{field}' contient des caractères de contrôle")
            }
            Self::Reserved(field) => format!("Le champ '{field}' utilise un nom réservé"),
            Self::TypeInvalid => "Le champ 'type' doit valoir info, success, warning, error".into(),
            Self::DataNotObject => "Le champ 'data' doit être un objet".into(),
            Self::DataTooLarge(bytes) => format!("Le champ 'data' dépasse {bytes} octets"),
            Self::DataTooDeep(levels) => format!("Le champ 'data' dépasse {levels} niveaux"),
            Self::PayloadNotObject => "Le payload doit être un objet".into(),
            Self::PayloadUnreadable => "Le payload est illisible : JSON trop imbriqué ou mal formé".into(),
            Self::BinaryNotSupported => "Les pièces jointes binaires ne sont pas acceptées".into(),
            Self::NotInChannel(channel) => format!("Vous n'êtes pas dans « {channel} »"),
            Self::TooManyChannels(limit) => {
                format!("Vous êtes déjà dans {limit} canaux : quittez-en un d'abord")
            }
            Self::UnknownEvent(event) => format!("Événement inconnu : {event}"),
            Self::UnknownNotification => "Cette notification n'est plus connue du hub".into(),
            Self::AlreadyTaken(who) => format!("Déjà pris en charge par {who}"),
            Self::NotStored => {
                "Le hub n'a pas pu enregistrer : rien n'est envoyé. Vérifiez l'espace disque du hub".into()
            }
            Self::QuotaReached => {
                "Le hub est plein : rien n'est envoyé. Réduisez la durée de conservation ou augmentez son quota".into()
            }
            Self::TooManyRequests => "Trop de demandes en attente : réessayez dans un instant".into(),
            Self::HubClosing => "Le hub s'arrête : rien n'est envoyé, réessayez à son retour".into(),
            Self::RateLimited(_) => "Cet appareil en fait trop à la fois : réessayez dans un instant".into(),
            Self::NotAllowed(what) => what.french(),
            Self::TokenRequired => "Ce hub demande un jeton : demandez-en un à son propriétaire".into(),
            Self::TokenInvalid => {
                "Ce hub ne connaît pas ce jeton : demandez-en un autre à son propriétaire".into()
            }
            Self::TokenRevoked => {
                "Le propriétaire du hub a retiré ce jeton : demandez-lui-en un autre".into()
            }
            Self::TokenUnchecked => "Le hub n'a pas pu vérifier le jeton : réessayez dans un instant".into(),
            Self::NotHere => "Cela se fait sur l'ordinateur du hub".into(),
            Self::NoTlsDoor => "Le hub n'est pas ouvert au réseau local : démarrez-le avec --lan".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Required(field) => format!("The field '{field}' is required"),
            Self::NotString(field) => format!("The field '{field}' must be a string"),
            Self::NotCount(field) => format!("The field '{field}' must be a whole number from 0 up"),
            Self::NotBoolean(field) => format!("The field '{field}' must be true or false"),
            Self::TooLong(field, limit) => format!("The field '{field}' is longer than {limit} characters"),
            Self::ControlCharacters(field) => format!("The field '{field}' contains control characters"),
            Self::Reserved(field) => format!("The field '{field}' uses a reserved name"),
            Self::TypeInvalid => "The field 'type' must be info, success, warning, error".into(),
            Self::DataNotObject => "The field 'data' must be an object".into(),
            Self::DataTooLarge(bytes) => format!("The field 'data' is larger than {bytes} bytes"),
            Self::DataTooDeep(levels) => format!("The field 'data' has more than {levels} levels"),
            Self::PayloadNotObject => "The payload must be an object".into(),
            Self::PayloadUnreadable => "The payload cannot be read: JSON nested too deep or malformed".into(),
            Self::BinaryNotSupported => "Binary attachments are not accepted".into(),
            Self::NotInChannel(channel) => format!("You are not in « {channel} »"),
            Self::TooManyChannels(limit) => format!("You are in {limit} channels already: leave one first"),
            Self::UnknownEvent(event) => format!("Unknown event: {event}"),
            Self::UnknownNotification => "The hub no longer knows this notification".into(),
            Self::AlreadyTaken(who) => format!("Already taken by {who}"),
            Self::NotStored => {
                "The hub could not store it: nothing is sent. Check the hub's disk space".into()
            }
            Self::QuotaReached => {
                "The hub is full: nothing is sent. Keep notifications for a shorter time or raise its quota"
                    .into()
            }
            Self::TooManyRequests => "Too many requests are waiting: try again in a moment".into(),
            Self::HubClosing => "The hub is stopping: nothing is sent, try again when it is back".into(),
            Self::RateLimited(_) => "This device does that too often: try again in a moment".into(),
            Self::NotAllowed(what) => what.english(),
            Self::TokenRequired => "This hub asks for a token: ask its owner for one".into(),
            Self::TokenInvalid => "This hub does not know this token: ask its owner for another one".into(),
            Self::TokenRevoked => "The hub's owner withdrew this token: ask for another one".into(),
            Self::TokenUnchecked => "The hub could not check the token: try again in a moment".into(),
            Self::NotHere => "This is done on the hub's own computer".into(),
            Self::NoTlsDoor => "The hub is not open to the local network: start it with --lan".into(),
        }
    }
}
