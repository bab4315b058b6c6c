//! What a station is told when a pairing is refused, for people.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use chapfood_pairing::refusal;
use chapfood_protocol::Lang;

/// English if that comes before French in what the asker reads; the hub speaks French else.
pub(super) fn lang(headers: &HeaderMap) -> Lang {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut known = asked.split(',').map(str::trim).filter_map(|tag| match tag.get(..2)? {
        "fr" => Some(Lang::Fr),
        "en" => Some(Lang::En),
        _ => None,
    });
    known.next().unwrap_or_default()
}

/// What a code means.
pub(super) fn of(code: &str, tries_left: Option<u32>, lang: Lang) -> String {
    match lang {
        Lang::Fr => french(code, tries_left),
        Lang::En => english(code, tries_left),
    }
}

fn french(code: &str, tries_left: Option<u32>) -> String {
    match (code, tries_left) {
        (refusal::CLOSED, _) => {
            "Ce hub n'attend aucun nouveau poste\u{a0}: demandez un code sur le hub".into()
        }
        (refusal::BUSY, _) => {
            "Un autre poste est en train d'être ajouté\u{a0}: réessayez dans un instant".into()
        }
        (refusal::CODE_WRONG, Some(0)) | (refusal::TRIES, _) => {
            "Trop de codes faux\u{a0}: demandez un nouveau code sur le hub".into()
        }
        (refusal::CODE_WRONG, Some(1)) => "Ce n'est pas le bon code\u{a0}: il reste 1 essai".into(),
        (refusal::CODE_WRONG, left) => {
            format!("Ce n'est pas le bon code\u{a0}: il reste {} essais", left.unwrap_or_default())
        }
        (refusal::EXPIRED, _) => "Cet ajout a expiré\u{a0}: demandez un nouveau code sur le hub".into(),
        (refusal::FAILED, _) => "Le hub n'a pas pu enregistrer ce poste\u{a0}: réessayez".into(),
        _ => "Cette demande n'est pas celle d'un poste ChapFood".into(),
    }
}

fn english(code: &str, tries_left: Option<u32>) -> String {
    match (code, tries_left) {
        (refusal::CLOSED, _) => "This hub expects no new computer: ask for a code on the hub".into(),
        (refusal::BUSY, _) => "Another computer is being added: try again in a moment".into(),
        (refusal::CODE_WRONG, Some(0)) | (refusal::TRIES, _) => {
            "Too many wrong codes: ask for a new code on the hub".into()
        }
        (refusal::CODE_WRONG, Some(1)) => "That is not the code: 1 try left".into(),
        (refusal::CODE_WRONG, left) => {
            format!("That is not the code: {} tries left", left.unwrap_or_default())
        }
        (refusal::EXPIRED, _) => "The time for this is over: ask for a new code on the hub".into(),
        (refusal::FAILED, _) => "The hub could not write this computer down: try again".into(),
        _ => "This request is not one of a ChapFood station".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_answers_in_the_first_of_its_languages_that_is_read() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, text.parse().expect("a header"));
            lang(&headers)
        };
        assert_eq!(lang(&HeaderMap::new()), Lang::Fr);
        for (text, expected) in
            [("en-GB,en;q=0.9,fr;q=0.1", Lang::En), ("de, fr;q=0.5, en", Lang::Fr), ("é", Lang::Fr)]
        {
            assert_eq!(asked(text), expected, "{text}");
        }
    }
}
