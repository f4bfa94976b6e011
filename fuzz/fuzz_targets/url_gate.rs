//! Whatever passes the gate is a web address and passes it again unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|url: &str| {
    if let Some(safe) = markup::safe_url(url) {
        assert!(safe.starts_with("http://") || safe.starts_with("https://"), "{safe}");
        assert!(!safe.contains(|c: char| c.is_control() || "\"<> ".contains(c)), "{safe}");
        assert_eq!(markup::safe_url(&safe), Some(safe.clone()));
    }
    if let Some(safe) = markup::safe_link(url) {
        assert_eq!(markup::safe_link(&safe), Some(safe.clone()));
    }
});
