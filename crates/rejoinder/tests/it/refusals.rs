//! What the program refuses, and how it says so.

use crate::program::Place;

#[track_caller]
fn refused(args: &[&str], environment: &[(&str, &str)], code: i32, text: &str) {
    let ended = Place::new().run_with(args, environment);
    assert_eq!(ended.code, Some(code), "{}", ended.err);
    assert!(ended.err.contains(text), "{}", ended.err);
    assert_eq!(ended.out, "");
}

#[test]
fn a_server_refuses_to_start_on_a_bad_option() {
    refused(
        &["serve", "--listen", "nowhere"],
        &[],
        2,
        "`listen` cannot be `nowhere` (from --listen): it must be an address and a port",
    );
    refused(
        &["serve"],
        &[("REJOINDER_DATABASE", "mysql://x")],
        2,
        "`database` cannot be `mysql://x` (from REJOINDER_DATABASE): it must be sqlite:PATH or",
    );
    refused(&["serve", "--colour"], &[], 2, "--colour");
}

#[test]
fn rate_limits_cannot_be_off_on_an_open_address() {
    refused(
        &["serve", "--listen", "0.0.0.0:0"],
        &[("REJOINDER_RATE_LIMITS", "off")],
        2,
        "`rate_limits` can be off only on a loopback address",
    );
}

#[test]
fn an_unknown_key_in_the_file_is_refused_by_name() {
    let place = Place::new();
    let file = place.file("rejoinder.toml", "listen = '127.0.0.1:0'\ncolour = 'red'\n");
    let ended = place.run(&["serve", "--config", &file]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("`colour` in"), "{}", ended.err);
}

#[test]
fn a_port_in_use_is_said_and_nothing_is_changed() {
    let place = Place::new();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    for command in ["serve", "demo"] {
        let ended = place.run(&[command, "--listen", &address, "--internal", "off"]);
        assert_eq!(ended.code, Some(1));
        let said = format!("another program is listening on {address}");
        assert!(ended.err.contains(&said), "{}", ended.err);
    }
    assert!(!place.path("data").exists());
}

#[test]
fn a_second_server_on_one_file_is_refused_and_commands_are_not() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let server = place.start(&["serve"]);

    let second = place.run(&["serve", "--listen", "127.0.0.1:0", "--internal", "off"]);
    assert_eq!(second.code, Some(1));
    assert!(
        second.err.contains("another server, or an import, has"),
        "{}",
        second.err
    );
    assert!(second.err.contains("rejoinder.db open"), "{}", second.err);
    place.run(&["site", "list"]).good();

    server.kill();
    place.start(&["serve"]);
}

#[test]
fn a_database_that_cannot_be_written_is_refused_with_what_to_do() {
    let place = Place::of_nobody();
    place.run(&["site", "add", "news.example"]).good();
    for closed in ["data/rejoinder.db", "data"] {
        let was = place.close(closed);
        for command in [&["serve"][..], &["site", "add", "other.example"]] {
            let ended = place.run(command);
            assert_eq!(ended.code, Some(1), "{closed}: {}", ended.err);
            let advice = "cannot be written";
            assert!(ended.err.contains(advice), "{closed}: {}", ended.err);
            assert!(ended.err.contains("its folder"), "{closed}: {}", ended.err);
        }
        place.open(closed, was);
    }
    let sites = place.run(&["site", "list"]).good();
    assert_eq!(sites, "news.example\thttps://news.example\n");
}

#[test]
fn an_unknown_site_is_refused_with_what_to_do() {
    let place = Place::new();
    let ended = place.run(&["site", "show", "nowhere.example"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .err
            .contains("`rejoinder site add nowhere.example` adds it"),
        "{}",
        ended.err
    );
}
