//! The menu as the system has it. As long as it has the same shape its items stay and change their texts: a menu
//! that is replaced closes under the pointer.

use tauri::menu::{MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use super::view::{Choice, Line};

/// A menu, with what can change in it. Items are called by the menu's generation and their numbers, from above.
pub(super) struct Menu {
    generation: u64,
    whole: tauri::menu::Menu<Wry>,
    parts: Vec<Part>,
}

enum Part {
    Item(MenuItem<Wry>),
    Group(Submenu<Wry>),
}

impl Menu {
    pub(super) fn of(app: &AppHandle, lines: &[Line], generation: u64) -> tauri::Result<Self> {
        let mut menu = Self { generation, whole: tauri::menu::Menu::new(app)?, parts: Vec::new() };
        for line in lines {
            match line {
                Line::Separator => menu.whole.append(&PredefinedMenuItem::separator(app)?)?,
                Line::Item { text, enabled, .. } => {
                    let item = menu.item(app, text, *enabled)?;
                    menu.whole.append(&item)?;
                    menu.parts.push(Part::Item(item));
                }
                Line::Group { text, lines } => {
                    let group = Submenu::with_id(app, menu.next_name(), literal(text), true)?;
                    menu.whole.append(&group)?;
                    menu.parts.push(Part::Group(group.clone()));
                    menu.fill(app, &group, lines)?;
                }
            }
        }
        Ok(menu)
    }

    /// Which menu this is of those that there were.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn shown(&self) -> &tauri::menu::Menu<Wry> {
        &self.whole
    }

    /// Says these lines, which have the shape of those before.
    pub(super) fn say(&self, lines: &[Line]) -> tauri::Result<()> {
        for (part, line) in self.parts.iter().zip(numbered(lines)) {
            match (part, line) {
                (Part::Item(item), Line::Item { text, enabled, .. }) => {
                    item.set_text(literal(text))?;
                    item.set_enabled(*enabled)?;
                }
                (Part::Group(group), Line::Group { text, .. }) => group.set_text(literal(text))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn fill(&mut self, app: &AppHandle, group: &Submenu<Wry>, lines: &[Line]) -> tauri::Result<()> {
        for line in lines {
            match line {
                Line::Item { text, enabled, .. } => {
                    let item = self.item(app, text, *enabled)?;
                    group.append(&item)?;
                    self.parts.push(Part::Item(item));
                }
                // One menu beside another is enough.
                Line::Separator | Line::Group { .. } => group.append(&PredefinedMenuItem::separator(app)?)?,
            }
        }
        Ok(())
    }

    fn item(&self, app: &AppHandle, text: &str, enabled: bool) -> tauri::Result<MenuItem<Wry>> {
        MenuItem::with_id(app, self.next_name(), literal(text), enabled, None::<&str>)
    }

    fn next_name(&self) -> String {
        name(self.generation, self.parts.len())
    }
}

fn name(generation: u64, number: usize) -> String {
    format!("{generation}.{number}")
}

/// The text as a menu shows it: `&` would mark an access key.
fn literal(text: &str) -> String {
    text.replace('&', "&&")
}

/// What the lines of the present menu do.
pub(super) struct Choices {
    generation: u64,
    by_number: Vec<Choice>,
}

impl Choices {
    pub(super) fn of(lines: &[Line], generation: u64) -> Self {
        let choice = |line: &Line| match line {
            Line::Item { choice, .. } => choice.clone(),
            Line::Group { .. } | Line::Separator => Choice::Nothing,
        };
        Self { generation, by_number: numbered(lines).map(choice).collect() }
    }

    /// What the item of this name does. An item of an earlier menu, which a panel may still show, does nothing:
    /// where it stood may now be the line that ends the app.
    pub(super) fn named(&self, item: &str) -> Option<&Choice> {
        let (generation, number) = item.split_once('.')?;
        let present = generation.parse() == Ok(self.generation);
        self.by_number.get(number.parse::<usize>().ok().filter(|_| present)?)
    }
}

/// Whether only texts differ.
pub(super) fn have_one_shape(some: &[Line], others: &[Line]) -> bool {
    some.len() == others.len()
        && some.iter().zip(others).all(|pair| match pair {
            (Line::Separator, Line::Separator) | (Line::Item { .. }, Line::Item { .. }) => true,
            (Line::Group { lines: some, .. }, Line::Group { lines: others, .. }) => {
                have_one_shape(some, others)
            }
            _ => false,
        })
}

/// All but separators, from above, a group before what is in it.
fn numbered(lines: &[Line]) -> Box<dyn Iterator<Item = &Line> + '_> {
    Box::new(lines.iter().filter(|line| !matches!(line, Line::Separator)).flat_map(|line| {
        let inner: &[Line] = if let Line::Group { lines, .. } = line { lines } else { &[] };
        std::iter::once(line).chain(numbered(inner))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str, choice: Choice) -> Line {
        Line::Item { text: text.into(), choice, enabled: true }
    }

    fn group(lines: Vec<Line>) -> Line {
        Line::Group { text: "more".into(), lines }
    }

    #[test]
    fn lines_are_numbered_from_above_through_groups_and_past_separators() {
        let inner = group(vec![item("b", Choice::TryNow), Line::Separator, item("c", Choice::Wall)]);
        let lines = [item("a", Choice::Window), Line::Separator, inner, item("d", Choice::Quit)];
        let expected = [Choice::Window, Choice::Nothing, Choice::TryNow, Choice::Wall, Choice::Quit];
        assert_eq!(Choices::of(&lines, 0).by_number, expected);
    }

    #[test]
    fn a_click_on_an_earlier_menu_ends_nothing() {
        let before = Choices::of(&[item("a", Choice::Window), item("b", Choice::Wall)], 7);
        let now = Choices::of(&[item("a", Choice::Window), item("d", Choice::Quit)], 8);
        let second = name(7, 1);
        assert_eq!(before.named(&second), Some(&Choice::Wall));
        assert_eq!(now.named(&second), None);
        assert_eq!(now.named(&name(8, 1)), Some(&Choice::Quit));
        for unknown in ["1", "8", "8.", "8.2", "8.1.1", ".1", ""] {
            assert_eq!(now.named(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn a_menu_is_built_anew_only_for_another_shape() {
        let lines = |text| [item(text, Choice::Wall), Line::Separator, group(vec![item(text, Choice::Quit)])];
        assert!(have_one_shape(&lines("a"), &lines("b")), "texts are changed in place");
        assert!(!have_one_shape(&lines("a"), &lines("a")[..2]));
        let [one, line, _] = lines("a");
        assert!(!have_one_shape(&lines("a"), &[one, line, group(vec![])]), "also in a group");
    }
}
