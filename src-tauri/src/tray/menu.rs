//! The menu as the system has it. As long as it has the same shape its items stay and change their texts: a menu
//! that is replaced closes under the pointer.

use tauri::menu::{MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use super::view::{Choice, Line};

/// A menu, with what can change in it. Items are called by their numbers, from above.
pub(super) struct Menu {
    whole: tauri::menu::Menu<Wry>,
    parts: Vec<Part>,
}

enum Part {
    Item(MenuItem<Wry>),
    Group(Submenu<Wry>),
}

impl Menu {
    pub(super) fn of(app: &AppHandle, lines: &[Line]) -> tauri::Result<Self> {
        let whole = tauri::menu::Menu::new(app)?;
        let mut parts = Vec::new();
        for line in lines {
            match line {
                Line::Separator => whole.append(&PredefinedMenuItem::separator(app)?)?,
                Line::Item { text, enabled, .. } => {
                    let item = item(app, parts.len(), text, *enabled)?;
                    whole.append(&item)?;
                    parts.push(Part::Item(item));
                }
                Line::Group { text, lines } => {
                    let group = Submenu::with_id(app, parts.len().to_string(), literal(text), true)?;
                    whole.append(&group)?;
                    parts.push(Part::Group(group.clone()));
                    fill(app, &group, lines, &mut parts)?;
                }
            }
        }
        Ok(Self { whole, parts })
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
}

fn fill(app: &AppHandle, group: &Submenu<Wry>, lines: &[Line], parts: &mut Vec<Part>) -> tauri::Result<()> {
    for line in lines {
        match line {
            Line::Item { text, enabled, .. } => {
                let item = item(app, parts.len(), text, *enabled)?;
                group.append(&item)?;
                parts.push(Part::Item(item));
            }
            // One menu beside another is enough.
            Line::Separator | Line::Group { .. } => group.append(&PredefinedMenuItem::separator(app)?)?,
        }
    }
    Ok(())
}

fn item(app: &AppHandle, number: usize, text: &str, enabled: bool) -> tauri::Result<MenuItem<Wry>> {
    MenuItem::with_id(app, number.to_string(), literal(text), enabled, None::<&str>)
}

/// The text as a menu shows it: `&` would mark an access key.
fn literal(text: &str) -> String {
    text.replace('&', "&&")
}

/// What each numbered line does.
pub(super) fn choices(lines: &[Line]) -> Vec<Choice> {
    let choice = |line: &Line| match line {
        Line::Item { choice, .. } => choice.clone(),
        Line::Group { .. } | Line::Separator => Choice::Nothing,
    };
    numbered(lines).map(choice).collect()
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
        assert_eq!(choices(&lines), expected);
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
