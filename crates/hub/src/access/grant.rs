//! What a token allows. Pure.

use std::collections::BTreeSet;

use chapfood_protocol::{Forbidden, Limits, Role};

/// The channels that a token is for: a name, or the beginning of names followed by `*`. `*` alone is every channel
/// and whatever goes to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChannelPattern(String);

impl ChannelPattern {
    /// The pattern `text`, e.g. `orders*`.
    ///
    /// `None` if no channel could have such a name: it is blank, too long, or has control characters, or a `*` that is
    /// not at its end.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix('*').unwrap_or(text);
        let short = text.chars().count() <= Limits::default().channel;
        let plain = !text.trim().is_empty() && !name.contains('*') && !text.chars().any(char::is_control);
        (short && plain).then(|| Self(text.to_owned()))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn matches(&self, channel: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => channel.starts_with(beginning),
            None => channel == self.0,
        }
    }

    fn is_everything(&self) -> bool {
        self.0 == "*"
    }
}

/// Roles, and the channels in which they hold. An admin's hold in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grant {
    /// What for.
    pub roles: BTreeSet<Role>,
    /// Where.
    pub channels: Vec<ChannelPattern>,
}

impl Grant {
    /// What programs on the hub's own computer may do without a token: everything but administer it.
    pub(crate) fn of_this_computer() -> Self {
        Self {
            roles: BTreeSet::from([Role::Subscriber, Role::Publisher]),
            channels: vec![ChannelPattern("*".into())],
        }
    }

    fn has(&self, role: Role) -> bool {
        self.roles.contains(&role) || self.roles.contains(&Role::Admin)
    }

    fn covers(&self, channel: &str) -> bool {
        self.roles.contains(&Role::Admin) || self.channels.iter().any(|pattern| pattern.matches(channel))
    }

    /// Whether it may listen at all.
    pub(crate) fn listens(&self) -> bool {
        self.has(Role::Subscriber)
    }

    /// Whether it may read what is in this channel; `None` is what goes to everybody, and everybody who listens hears
    /// that.
    pub(crate) fn reads(&self, channel: Option<&str>) -> bool {
        self.listens() && channel.is_none_or(|channel| self.covers(channel))
    }

    /// Whether nothing in the hub is out of its reach.
    pub(crate) fn covers_everything(&self) -> bool {
        self.roles.contains(&Role::Admin) || self.channels.iter().any(ChannelPattern::is_everything)
    }

    /// Whether it may know of this channel.
    pub(crate) fn knows(&self, channel: &str) -> bool {
        self.covers(channel)
    }

    /// May it listen in this channel?
    pub(crate) fn may_join(&self, channel: &str) -> Result<(), Forbidden> {
        self.may_listen()?;
        if self.covers(channel) { Ok(()) } else { Err(Forbidden::Join(channel.to_owned())) }
    }

    /// May it do anything but send?
    pub(crate) fn may_listen(&self) -> Result<(), Forbidden> {
        if self.listens() { Ok(()) } else { Err(Forbidden::Listen) }
    }

    /// May it send to this channel? `None` is everybody.
    pub(crate) fn may_send(&self, channel: Option<&str>) -> Result<(), Forbidden> {
        if !self.has(Role::Publisher) {
            return Err(Forbidden::Send);
        }
        match channel {
            Some(channel) if self.covers(channel) => Ok(()),
            Some(channel) => Err(Forbidden::SendTo(channel.to_owned())),
            None if self.covers_everything() => Ok(()),
            None => Err(Forbidden::Broadcast),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(roles: &[Role], channels: &[&str]) -> Grant {
        let pattern = |text: &&str| ChannelPattern::parse(text).expect("a pattern");
        Grant { roles: roles.iter().copied().collect(), channels: channels.iter().map(pattern).collect() }
    }

    #[test]
    fn a_publisher_sends_where_its_pattern_says_and_reads_nothing() {
        let shop = grant(&[Role::Publisher], &["orders*"]);
        assert_eq!(shop.may_send(Some("orders")), Ok(()));
        assert_eq!(shop.may_send(Some("orders-bar")), Ok(()));
        assert_eq!(shop.may_send(Some("order")), Err(Forbidden::SendTo("order".into())));
        assert_eq!(shop.may_send(None), Err(Forbidden::Broadcast), "everybody is more than its channels");
        assert_eq!(shop.may_join("orders"), Err(Forbidden::Listen));
        assert!(!shop.reads(Some("orders")) && !shop.reads(None));
    }

    #[test]
    fn a_subscriber_reads_where_its_pattern_says_and_sends_nothing() {
        let bar = grant(&[Role::Subscriber], &["bar"]);
        assert_eq!(bar.may_join("bar"), Ok(()));
        assert_eq!(bar.may_join("bar-2"), Err(Forbidden::Join("bar-2".into())), "no `*`: that name only");
        assert_eq!(bar.may_send(Some("bar")), Err(Forbidden::Send));
        assert!(bar.reads(None), "what goes to everybody goes to the bar too");
    }

    #[test]
    fn an_admin_may_everything_everywhere() {
        let owner = grant(&[Role::Admin], &[]);
        assert_eq!((owner.may_send(None), owner.may_join("anything")), (Ok(()), Ok(())));
    }

    #[test]
    fn this_computer_may_everything_but_administer() {
        let here = Grant::of_this_computer();
        assert_eq!((here.may_send(None), here.may_join("anything")), (Ok(()), Ok(())));
        assert!(!here.roles.contains(&Role::Admin));
    }

    #[test]
    fn a_pattern_is_a_name_or_the_beginning_of_names() {
        for pattern in ["orders*", "*", "bar", "é🍔*"] {
            assert!(ChannelPattern::parse(pattern).is_some(), "{pattern}");
        }
        for pattern in ["", "  ", "*orders", "a*b*", "**", "a\u{7}", &"x".repeat(101)] {
            assert!(ChannelPattern::parse(pattern).is_none(), "{pattern:?}");
        }
    }
}
