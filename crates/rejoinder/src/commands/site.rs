//! `rejoinder site`.

use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Clock as _, IdSource, Refusal, Settings, Site, SiteId, publication::origin};
use render::catalogue::setting;
use store::{
    Store,
    publication::{owners, sites},
};

use crate::cli::{SiteArgs, SiteCommand};
use crate::commands::{find_site, open, runtime, store_failed};
use crate::config::{Options, SiteOptions};
use crate::failure::Failure;
use crate::output::say;
use crate::system::{SystemClock, SystemRandom};

/// So many sites are read at once.
const LISTED_AT_ONCE: i64 = 500;

pub(crate) fn run(args: &SiteArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let store = open(&options)?;
    runtime()?.block_on(async {
        match &args.command {
            SiteCommand::Add { host, origins } => add(&store, host, origins).await,
            SiteCommand::List => list(&store).await,
            SiteCommand::Show { host } => show(&find_site(&store, host).await?),
            SiteCommand::Set { host, key, value } => set(&store, host, key, value).await,
        }
    })
}

async fn add(store: &Store, host: &str, origins: &[String]) -> Result<(), Failure> {
    let host = origin::parse_host(host).map_err(|refusal| misused(&refusal))?;
    let origins = match origins {
        [] => format!("https://{host}"),
        named => named.join(" "),
    };
    let origins = origin::parse_origins(&origins).map_err(|refusal| misused(&refusal))?;
    let now = SystemClock.now();
    let id = SiteId(IdSource::new(&SystemRandom).next(now));
    let site = store
        .write(move |tx| {
            let usual = Settings::default();
            owners::add_site(tx, now, &AuditActor::Console, id, &host, &origins, &usual)
        })
        .await
        .map_err(store_failed("the site cannot be added"))?;
    say(format_args!(
        "Added {}. Pages of {} may embed it.",
        site.host,
        site.origins.join(", ")
    ));
    Ok(())
}

/// Make the sites what the file says they are; what it does not name stays.
pub(super) async fn apply(store: &Store, described: &[SiteOptions]) -> Result<(), Failure> {
    let ids = IdSource::new(&SystemRandom);
    for one in described {
        let now = SystemClock.now();
        let (one, id) = (one.clone(), SiteId(ids.next(now)));
        let applied = store.write(move |tx| {
            let default = vec![format!("https://{}", one.host)];
            let Some(known) = sites::by_host(tx, &one.host)? else {
                let settings = one.applied_to(&Settings::default())?;
                let origins = one.origins.clone().unwrap_or(default);
                owners::add_site(
                    tx,
                    now,
                    &AuditActor::Console,
                    id,
                    &one.host,
                    &origins,
                    &settings,
                )?;
                return Ok(());
            };
            let settings = one.applied_to(&known.settings)?;
            if settings != known.settings {
                owners::save_settings(tx, now, &AuditActor::Console, known.id, &settings)?;
            }
            match &one.origins {
                Some(origins) if *origins != known.origins => {
                    owners::set_origins(tx, now, &AuditActor::Console, known.id, origins)
                }
                _ => Ok(()),
            }
        });
        applied
            .await
            .map_err(store_failed("a site of the file cannot be set up"))?;
    }
    Ok(())
}

async fn list(store: &Store) -> Result<(), Failure> {
    let mut last = String::new();
    loop {
        let after = last.clone();
        let next = store.read(move |tx| sites::list(tx, &after, LISTED_AT_ONCE));
        let next = next
            .await
            .map_err(store_failed("the sites cannot be read"))?;
        for site in &next {
            say(format_args!("{}\t{}", site.host, site.origins.join(", ")));
        }
        match next.last() {
            Some(site) => last.clone_from(&site.host),
            None => return Ok(()),
        }
    }
}

/// Each setting with what it does, in the order in which they are explained, as it can stand in the
/// file of options.
fn show(site: &Site) -> Result<(), Failure> {
    // Of what there is here, JSON writes nothing that TOML would not read.
    let origins = serde_json::Value::from(site.origins.as_slice());
    say("[[site]]");
    say(format_args!("host = \"{}\"", site.host));
    say(format_args!("origins = {origins}"));
    let fields = site.settings.fields();
    let defaults = Settings::default().fields();
    for about in Settings::ABOUT {
        let value = fields.get(about.key).unwrap_or(&serde_json::Value::Null);
        let default = defaults.get(about.key).unwrap_or(&serde_json::Value::Null);
        say(format_args!(
            "\n# {} It can be {}. Default: {default}",
            setting(Language::English, about.key),
            about.takes
        ));
        say(format_args!("{} = {value}", about.key));
    }
    Ok(())
}

async fn set(store: &Store, host: &str, key: &str, value: &str) -> Result<(), Failure> {
    let site = find_site(store, host).await?;
    let (id, now, mut shown) = (site.id, SystemClock.now(), value.to_owned());
    let saved = if key == "origins" {
        let origins = origin::parse_origins(value).map_err(|refusal| misused(&refusal))?;
        store
            .write(move |tx| owners::set_origins(tx, now, &AuditActor::Console, id, &origins))
            .await
    } else {
        let settings = site
            .settings
            .with(key, value)
            .map_err(|refusal| misused(&refusal))?;
        if let Some(serde_json::Value::String(text)) = settings.fields().get(key) {
            shown.clone_from(text);
        }
        store
            .write(move |tx| owners::save_settings(tx, now, &AuditActor::Console, id, &settings))
            .await
    };
    saved.map_err(store_failed("the setting cannot be saved"))?;
    say(format_args!("{}: {key} = {shown}", site.host));
    Ok(())
}

fn misused(refusal: &Refusal) -> Failure {
    Failure::misused(refusal.to_string())
}
