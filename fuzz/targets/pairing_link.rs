//! What a station makes of a pairing link and of a typed code.
#![no_main]

use chapfood_pairing::{Code, Fingerprint, PairingLink};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(link) = PairingLink::parse(text) {
        assert_eq!(link.text(), text.trim(), "there is one way to write a link");
        assert!((1..=8).contains(&link.addresses().len()));
        assert!(
            !format!("{link:?}").contains(&format!(";{}", link.code().digits())),
            "the code is not printed"
        );
    }
    if let Ok(code) = Code::parse(text) {
        assert!(code.digits().len() == 6 && code.digits().bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(Code::parse(&code.shown()).as_ref().map(Code::digits), Ok(code.digits()));
    }
    if let Ok(fingerprint) = Fingerprint::parse(text) {
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Ok(fingerprint));
    }
});
