use rejoinder_core::Settings;

use super::*;

/// What comes of a file's text, the environment and flags.
fn gather(file: &str, environment: &[(&str, &str)], args: ServeArgs) -> Result<Options, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejoinder.toml");
    std::fs::write(&path, file).unwrap();
    let mut args = args;
    args.place.config = Some(path);
    let variable = |name: &str| match name {
        "HOME" => Some(OsString::from("/home/ann")),
        _ => environment
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| OsString::from(value)),
    };
    Options::gather(&args, &DEFAULTS, variable).map_err(|failure| {
        let text = failure.text().to_owned();
        text.replace(&folder.path().display().to_string(), "")
    })
}

fn refused(file: &str, environment: &[(&str, &str)]) -> String {
    gather(file, environment, ServeArgs::default()).unwrap_err()
}

fn listening_on(address: &str) -> ServeArgs {
    ServeArgs {
        listen: Some(address.to_owned()),
        ..ServeArgs::default()
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "listen = '127.0.0.1:1'";
    let environment = [("REJOINDER_LISTEN", "127.0.0.1:2")];
    let port = |args, environment: &[(&str, &str)]| match gather(file, environment, args)
        .unwrap()
        .listen
    {
        Listening::Tcp(address) => address.port(),
        Listening::Unix(path) => panic!("{}", path.display()),
    };
    assert_eq!(port(ServeArgs::default(), &[]), 1);
    assert_eq!(port(ServeArgs::default(), &environment), 2);
    assert_eq!(port(listening_on("localhost:3"), &environment), 3);
}

#[test]
fn unset_options_are_safe() {
    let options = gather("", &[], ServeArgs::default()).unwrap();
    assert_eq!(options.listen, Listening::Tcp(loopback(8080)));
    assert_eq!(options.internal, Some(loopback(8081)));
    assert_eq!(options.rate_limits, RateLimits::On);
    assert!(options.trusted_proxies.is_empty());
}

#[test]
fn a_bad_option_is_refused_with_its_source_and_what_it_accepts() {
    assert_eq!(
        refused("listen = 80", &[]),
        "`listen` cannot be `80` (from /rejoinder.toml): it must be an address and a port such \
         as 127.0.0.1:8080, or unix: and the path of a socket"
    );
    assert_eq!(
        refused("", &[("REJOINDER_LOG", "xml")]),
        "`log` cannot be `xml` (from REJOINDER_LOG): it must be text or json"
    );
    assert_eq!(
        gather("", &[], listening_on("nowhere")).unwrap_err(),
        "`listen` cannot be `nowhere` (from --listen): it must be an address and a port such \
         as 127.0.0.1:8080, or unix: and the path of a socket"
    );
    assert_eq!(
        refused("database = 'mysql://x'", &[]),
        "`database` cannot be `mysql://x` (from /rejoinder.toml): it must be sqlite:PATH or \
         postgres://USER@HOST/NAME"
    );
}

#[test]
fn an_unknown_key_in_the_file_is_refused() {
    assert!(
        refused("colour = 'red'", &[]).starts_with(
            "`colour` in /rejoinder.toml is not an option; there are: listen, internal,"
        )
    );
    assert!(refused("[publication]\nslug = 'x'", &[]).starts_with("`publication.slug` in"));
    assert!(refused("listen = ", &[]).starts_with("/rejoinder.toml is not TOML:"));
}

#[test]
fn rate_limits_are_off_only_on_a_loopback_address() {
    let off = [("REJOINDER_RATE_LIMITS", "off")];
    let open = gather("", &off, listening_on("0.0.0.0:8080")).unwrap_err();
    assert!(open.starts_with("`rate_limits` can be off only on a loopback address"));
    assert_eq!(
        gather("", &off, listening_on("[::1]:8080"))
            .unwrap()
            .rate_limits,
        RateLimits::Off
    );
}

#[test]
fn lists_can_be_typed_with_commas_or_as_lists() {
    for file in [
        "trusted_proxies = '10.0.0.0/8, 127.0.0.1'",
        "trusted_proxies = ['10.0.0.0/8', '127.0.0.1']",
    ] {
        let options = gather(file, &[], ServeArgs::default()).unwrap();
        let shown: Vec<String> = options
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(shown, ["10.0.0.0/8", "127.0.0.1/32"]);
    }
}

#[test]
fn nothing_at_home_may_be_reached_unless_it_is_named_with_its_port() {
    let reachable = |file: &str| gather(file, &[], ServeArgs::default()).map(|o| o.reachable);
    assert!(reachable("").unwrap().is_empty());
    let named = reachable("reachable = ['webhooks=10.0.0.5:9000', 'sign-in=[::1]:80']").unwrap();
    let expected = ["webhooks=10.0.0.5:9000", "sign-in=[::1]:80"];
    assert_eq!(named, expected.map(|open| open.parse().unwrap()));
    for unclear in ["10.0.0.5:9000", "webhooks=10.0.0.5", "mails=10.0.0.5:9000"] {
        let file = format!("reachable = '{unclear}'");
        assert!(
            refused(&file, &[]).contains("such as webhooks=10.0.0.5:9000"),
            "{unclear}"
        );
    }
}

#[test]
fn nothing_at_home_is_opened_to_a_feature_whose_addresses_strangers_name() {
    for feature in ["cards", "push"] {
        let file = format!("reachable = '{feature}=10.0.0.5:9000'");
        assert!(refused(&file, &[]).contains(feature));
        let check = [("REJOINDER_RATE_LIMITS", "off")];
        assert!(gather(&file, &check, ServeArgs::default()).is_ok());
    }
}

#[test]
fn a_publication_needs_both_its_site_and_its_folder() {
    let both = "[publication]\nsite = 'News.Example'\nfolder = '/srv/news'";
    let place = gather(both, &[], ServeArgs::default())
        .unwrap()
        .publication
        .unwrap();
    assert_eq!(place.site, "news.example");
    assert_eq!(
        refused("[publication]\nsite = 'news.example'", &[]),
        "`publication.site` needs `publication.folder`"
    );
}

#[test]
fn every_option_is_explained_to_operators() {
    let book = include_str!("../../../../docs/operators/configuring.md");
    for Known { key, .. } in &KNOWN {
        assert!(book.contains(&format!("| `{key}` |")), "{key}");
    }
}

#[test]
fn mail_needs_a_server_and_a_sender_and_a_password_is_not_repeated() {
    let file = "[mail]\nserver = 'smtps://me:secret@mail.example'\nfrom = 'talk@news.example'";
    let options = gather(file, &[], ServeArgs::default()).unwrap();
    assert_eq!(options.mail.unwrap().from, "talk@news.example");
    let from = [("REJOINDER_MAIL_FROM", "talk@news.example")];
    assert_eq!(refused("", &from), "`mail.from` needs `mail.server`");
    let server = [("REJOINDER_MAIL_SERVER", "imap://me:secret@mail.example")];
    assert_eq!(
        refused("", &server),
        "`mail.server` cannot be `imap://…@mail.example` (from REJOINDER_MAIL_SERVER): it must be \
         smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST:587 or file:///FOLDER"
    );
}

#[test]
fn answers_to_mails_need_mails_and_a_secret_that_is_not_repeated() {
    let mail = "[mail]\nserver = 'smtps://me:secret@mail.example'\nfrom = 'talk@news.example'\n";
    let secret = "inbound_secret = 'q8Wd2kz0fU7mTn4RvXy1bLc6GhJ9sEaP'\n";
    let with = |lines: &str| format!("{mail}{lines}");
    let inbound = "inbound = 'reply@news.example'\n";
    let options = gather(
        &with(&format!("{inbound}{secret}")),
        &[],
        ServeArgs::default(),
    );
    let inbound_of = options.unwrap().mail.unwrap().inbound.unwrap();
    assert_eq!(inbound_of.address, "reply@news.example".parse().unwrap());
    assert!(
        !format!("{inbound_of:?}").contains("q8Wd"),
        "{inbound_of:?}"
    );

    assert_eq!(
        refused(&with(inbound), &[]),
        "`mail.inbound` needs `mail.inbound_secret`"
    );
    assert_eq!(
        refused(&with(secret), &[]),
        "`mail.inbound_secret` needs `mail.inbound`"
    );
    assert_eq!(
        refused(
            &with(&format!("{inbound}inbound_secret = 'hunter2'\n")),
            &[]
        ),
        "`mail.inbound_secret` must have at least 32 characters"
    );
    assert_eq!(
        refused(&format!("[mail]\n{inbound}{secret}"), &[]),
        "`mail.inbound` needs `mail.server`"
    );
    let long = refused(
        &with(&format!("inbound = 'far-too-long@x.example'\n{secret}")),
        &[],
    );
    assert!(long.contains("at most 11 letters"), "{long}");
}

#[test]
fn the_file_takes_of_every_setting_what_the_setting_takes_and_names_the_rest() {
    let mut n_taken = 0;
    for about in Settings::ABOUT {
        for text in testing::odd_texts() {
            let value = serde_json::Value::from(text.as_str());
            let file = format!("[[site]]\nhost = 'news.example'\n{} = {value}", about.key);

            let read = gather(&file, &[], ServeArgs::default());

            match (Settings::default().with(about.key, &text), read) {
                (Ok(expected), Ok(options)) => {
                    let applied = options.sites[0].applied_to(&Settings::default());
                    assert_eq!(applied, Ok(expected), "{} = {text:?}", about.key);
                    n_taken += 1;
                }
                (Err(refusal), Err(said)) => {
                    let expected = format!("in the site news.example: {refusal}");
                    assert!(said.ends_with(&expected), "{said}");
                }
                (expected, read) => panic!("{} = {text:?}: {expected:?}, {read:?}", about.key),
            }
        }
    }
    assert!(n_taken > Settings::ABOUT.len(), "only {n_taken} were taken");
}

#[test]
fn what_an_option_does_not_take_is_refused_by_its_name_with_what_it_takes() {
    for option in KNOWN {
        let name = format!("REJOINDER_{}", option.key.to_uppercase().replace('.', "_"));
        for text in testing::odd_texts() {
            if let Err(said) = gather("", &[(&name, &text)], ServeArgs::default()) {
                let is_alone = said.starts_with(&format!("`{}` needs ", option.key));
                let is_named = said.starts_with(&format!("`{}` cannot be `", option.key));
                assert!(
                    is_alone || (is_named && said.ends_with(option.accepts)),
                    "{said}"
                );
            }
        }
    }
}

#[test]
fn a_site_has_one_to_a_hundred_origins_in_the_file() {
    let many: Vec<String> = (0..101).map(|n| format!("'https://{n}.example'")).collect();
    for (origins, said) in [
        (String::new(), "1 to 100 origins, and not 0"),
        (many.join(","), "1 to 100 origins, and not 101"),
    ] {
        let file = format!("[[site]]\nhost = 'news.example'\norigins = [{origins}]");
        let text = refused(&file, &[]);
        assert!(text.ends_with(said), "{text}");
    }
}

#[test]
fn plain_http_leaves_this_machine_only_on_purpose() {
    for here in [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        gather(&format!("base = '{here}'"), &[], ServeArgs::default()).unwrap();
    }
    let plain = "base = 'http://comments.lan:8080'";
    assert!(
        refused(plain, &[]).starts_with(
            "`base` cannot be `http://comments.lan:8080`: what people sign in with could be read"
        ),
        "{}",
        refused(plain, &[])
    );
    let on_purpose = [("REJOINDER_ALLOW_PLAIN_HTTP", "yes")];
    let options = gather(plain, &on_purpose, ServeArgs::default()).unwrap();
    assert_eq!(options.base.as_deref(), Some("http://comments.lan:8080"));
}

#[test]
fn a_public_address_may_have_a_path_and_nothing_behind_it() {
    let base = |base: &str| gather(&format!("base = '{base}'"), &[], ServeArgs::default());
    for (typed, known) in [
        (
            "https://News.Example/comments/",
            "https://news.example/comments",
        ),
        ("http://localhost:8080/a/b", "http://localhost:8080/a/b"),
    ] {
        assert_eq!(base(typed).unwrap().base.as_deref(), Some(known));
    }
    let said = refused("base = 'https://news.example/comments?a=b'", &[]);
    assert!(
        said.contains("or https://example.org/comments where"),
        "{said}"
    );
    let plain = refused("base = 'http://comments.lan/comments'", &[]);
    assert!(
        plain.contains("`base` cannot be `http://comments.lan`"),
        "{plain}"
    );
}

#[test]
fn everyone_is_trusted_as_a_proxy_only_on_purpose() {
    for all in ["0.0.0.0/0", "::/0", "10.0.0.1, 0.0.0.0/1", "128.0.0.0/1"] {
        let file = format!("trusted_proxies = '{all}'");
        assert!(
            refused(&file, &[]).contains("may pass for any other address"),
            "{all}"
        );
        let on_purpose = [("REJOINDER_ALLOW_ANY_PROXY", "yes")];
        gather(&file, &on_purpose, ServeArgs::default()).unwrap();
    }
    for own in ["10.0.0.0/8", "fc00::/7", "127.0.0.1"] {
        let file = format!("trusted_proxies = '{own}'");
        gather(&file, &[], ServeArgs::default()).unwrap();
    }
}

#[test]
fn backups_by_the_clock_need_a_folder_and_are_of_either_database() {
    let file = "[backup]\nfolder = '/backups'\nkeep = 3";
    let options = gather(file, &[], ServeArgs::default()).unwrap();
    let plan = options.backups.unwrap();
    assert_eq!((plan.keep, plan.every.as_secs()), (3, 86_400));
    assert!(refused("[backup]\nkeep = 3", &[]).contains("`backup.keep` needs `backup.folder`"));
    let postgres = "database = 'postgres://db/x'\n[backup]\nfolder = '/backups'";
    let plan = gather(postgres, &[], ServeArgs::default()).unwrap().backups;
    assert_eq!(
        plan.unwrap().database,
        store::Location::Postgres("postgres://db/x".to_owned())
    );
    assert!(refused("[backup]\nfolder = '/b'\nkeep = 0", &[]).contains("from 1 to 1000"));
}

#[test]
fn how_the_database_is_reached_is_as_it_is_said_and_else_as_a_server_needs_it() {
    let options = gather("", &[], ServeArgs::default()).unwrap();
    assert_eq!(options.reach.timeouts, store::Timeouts::SERVING);
    assert_eq!(options.max_stale, Duration::from_secs(3_600));

    let file = "database = 'postgres://me@pool/news'\nmax_stale_s = 60\n\
                [postgres]\ndirect = 'postgres://me@db/news'\nreaders = 2\n\
                replica = 'postgres://me@standby/news'\n\
                [timeouts]\noperation_s = 7";
    let options = gather(file, &[], ServeArgs::default()).unwrap();
    assert_eq!(options.max_stale, Duration::from_secs(60));
    let Reach {
        timeouts,
        n_readers,
        n_writers,
        direct,
        replica,
    } = options.reach;
    assert_eq!((n_readers, n_writers), (2, 8));
    assert_eq!(direct.as_deref(), Some("postgres://me@db/news"));
    assert_eq!(replica.as_deref(), Some("postgres://me@standby/news"));
    // A statement that runs for longer runs in vain.
    assert_eq!(timeouts.statement, Some(Duration::from_secs(7)));

    let direct = [("REJOINDER_POSTGRES_DIRECT", "postgres://me:secret@db/news")];
    assert_eq!(
        refused("database = 'sqlite:news.db'", &direct),
        "`postgres.direct` is for PostgreSQL, and `database` names a file of SQLite"
    );
    let replica = [("REJOINDER_POSTGRES_REPLICA", "postgres://me:secret@db/news")];
    assert_eq!(
        refused("database = 'sqlite:news.db'", &replica),
        "`postgres.replica` is for PostgreSQL, and `database` names a file of SQLite"
    );
    let said = refused("", &[("REJOINDER_TIMEOUTS_LINK_S", "0")]);
    assert!(
        said.contains("a number of seconds from 1 to 3600"),
        "{said}"
    );
}

#[test]
fn a_socket_is_named_by_its_path_and_needs_a_public_address() {
    let base = [("REJOINDER_BASE", "https://comments.news.example")];
    let options = gather("listen = 'unix:/run/readers'", &base, ServeArgs::default()).unwrap();
    assert_eq!(options.listen, Listening::Unix("/run/readers".into()));
    let said = refused("listen = 'unix:/run/readers'", &[]);
    assert!(said.contains("needs `base`"), "{said}");
    let said = refused("listen = 'unix:readers'", &base);
    assert!(said.contains("the path of a socket"), "{said}");
}

#[test]
fn an_option_that_has_changed_is_known_by_its_name_and_its_value_by_nobody() {
    let with = |key: &str| gather(&format!("key = '{key}'"), &[], ServeArgs::default()).unwrap();
    let (one, other) = (with("secret one"), with("secret two"));
    assert_eq!(one.fingerprints, with("secret one").fingerprints);
    assert_ne!(one.fingerprints, other.fingerprints);
    assert!(!format!("{:?}", one.fingerprints).contains("secret"));
}

#[test]
fn traces_are_sent_where_an_option_or_the_usual_variable_says() {
    let standard = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel.lan:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x"),
        ("OTEL_SERVICE_NAME", "comments"),
    ];
    let traces = |file: &str, environment: &[(&str, &str)]| {
        let options = gather(file, environment, ServeArgs::default()).unwrap();
        let own = options.traces?;
        Some((own.collector.to_string(), own.service))
    };
    let at = |address: &str, service: &str| Some((address.to_owned(), service.to_owned()));

    assert_eq!(traces("", &[]), None);
    assert_eq!(traces("traces_sampled = '0.5'", &[]), None);
    assert_eq!(
        traces("", &standard),
        at("http://otel.lan:4318/v1/traces", "comments")
    );
    let own = [("REJOINDER_TRACES", "https://own.example"), standard[0]];
    assert_eq!(
        traces("traces = 'http://file.lan'", &own),
        at("https://own.example/v1/traces", "rejoinder")
    );
    let narrow = [
        standard[0],
        (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "http://narrow.lan/v1/traces",
        ),
    ];
    assert_eq!(
        traces("", &narrow),
        at("http://narrow.lan/v1/traces", "rejoinder")
    );
}

#[test]
fn a_bad_option_of_traces_is_refused_and_no_header_is_repeated() {
    assert_eq!(
        refused("", &[("OTEL_EXPORTER_OTLP_ENDPOINT", "otel:4317")]),
        "`traces` cannot be `otel:4317` (from OTEL_EXPORTER_OTLP_ENDPOINT): it must be the address of a \
         collector that takes OTLP over HTTP, such as http://127.0.0.1:4318"
    );
    assert_eq!(
        refused("traces_sampled = '2'", &[]),
        "`traces_sampled` cannot be `2` (from /rejoinder.toml): it must be a share from 0 to 1, such as 0.1"
    );
    let headers = refused("traces_headers = 'secret token'", &[]);
    assert!(!headers.contains("secret"), "{headers}");
}
