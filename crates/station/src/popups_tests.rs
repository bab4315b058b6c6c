use tokio::sync::watch;

use super::*;
use crate::contract::Language;
use crate::toast;

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a desktop was told to do. It does nothing until it is let go on.
#[derive(Clone)]
struct Screen {
    done: watch::Sender<Vec<String>>,
    goes_on: watch::Sender<bool>,
}

impl Screen {
    fn stuck() -> Self {
        Self { done: watch::Sender::default(), goes_on: watch::Sender::new(false) }
    }

    async fn act(&self, what: String) {
        self.done.send_modify(|done| done.push(what));
        self.goes_on.subscribe().wait_for(|goes_on| *goes_on).await.expect("the screen lives");
    }

    /// Waits for so many orders, and returns them.
    async fn done(&self, count: usize) -> Vec<String> {
        let mut done = self.done.subscribe();
        let waiting = done.wait_for(|done| done.len() >= count);
        timeout(PATIENCE, waiting).await.expect("everything is done").expect("the screen lives").clone()
    }
}

impl Toaster for Screen {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        self.act(format!("show {}", toast.id)).await;
        Ok(())
    }

    async fn withdraw(&self, id: String) {
        self.act(format!("withdraw {id}")).await;
    }
}

fn popup(id: &str) -> Toast {
    Toast { id: id.to_owned(), ..toast::sample(Language::En) }
}

/// Pop-ups on a screen that is stuck with the one called "first".
async fn stuck() -> (Screen, Popups) {
    let screen = Screen::stuck();
    let popups = Popups::start(screen.clone(), drop);
    popups.show(vec![popup("first")]);
    screen.done(1).await;
    (screen, popups)
}

#[tokio::test]
async fn a_desktop_that_is_slow_is_told_of_everything_that_is_to_go() {
    let (screen, popups) = stuck().await;
    let many = 3 * WAITING;
    for number in 0..many {
        popups.withdraw(&number.to_string());
    }
    screen.goes_on.send_replace(true);
    let withdrawn = (0..many).map(|number| format!("withdraw {number}"));
    let expected: Vec<_> = std::iter::once("show first".to_owned()).chain(withdrawn).collect();
    assert_eq!(screen.done(many + 1).await, expected, "a locked screen must not stay readable");
}

#[tokio::test]
async fn what_is_withdrawn_before_its_turn_is_never_shown_nor_what_it_was_to_replace() {
    let (screen, popups) = stuck().await;
    popups.show(vec![Toast { replaces: Some("older".into()), ..popup("secret") }, popup("other")]);
    popups.withdraw("secret");
    popups.show(vec![popup("secret")]);
    screen.goes_on.send_replace(true);
    let expected = ["show first", "withdraw older", "show other", "withdraw secret", "show secret"];
    assert_eq!(screen.done(5).await, expected, "what is shown later is shown");
}

#[tokio::test]
async fn a_desktop_that_hangs_is_not_given_more_than_it_may_show_one_day() {
    let (screen, popups) = stuck().await;
    popups.show((0..WAITING).map(|number| popup(&number.to_string())).collect());
    popups.show(vec![Toast { replaces: Some("older".into()), ..popup("too many") }]);
    screen.goes_on.send_replace(true);
    let done = screen.done(WAITING + 2).await;
    assert!(!done.contains(&"show too many".to_owned()), "{done:?}");
    assert_eq!(done.last().map(String::as_str), Some("withdraw older"), "it was out of date all the same");
}
