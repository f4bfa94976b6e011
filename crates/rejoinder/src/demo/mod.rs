//! `rejoinder demo`: a small newspaper with its discussions, ready to try.

mod crowd;
mod folder;
mod fund;
mod seed;
mod spoken;
mod voices;
mod waiting;

use std::path::Path;

use egress::Mailer;
use rejoinder_core::PageKey;
use rejoinder_core::identity::author::Role;
use server::Publication;
use store::{Store, publication::sites};

use crate::cli::args::ServeArgs;
use crate::commands::{Running, runtime, staff, store_failed};
use crate::config::{DEMO_DEFAULTS, MAILS, MailRoute, Options};
use crate::failure::Failure;
use crate::log;
use crate::output::say;

/// The site that the demo's articles belong to, wherever they are served.
const SITE: &str = "lantern.example";

/// Names the demo's records in the store.
const FORMAT: &str = "demo";

/// The address of the demo's owner, who gets no mail.
const OWNER: &str = "owner@lantern.example";

/// Whom the demo's mails are from.
const SENDER: &str = "talk@lantern.example";

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let mut options = Options::for_serving(args, &DEMO_DEFAULTS)?;
    log::start(options.log, options.log_level);
    let runtime = runtime()?;
    let Some(running) = Running::start(&runtime, &options)? else {
        return Ok(());
    };
    let data = options.data_directory()?.to_owned();
    let mails = data.join(MAILS);
    if options.mail.is_none() {
        options.mail = Some(MailRoute {
            server: Mailer::Folder(mails.clone()),
            from: SENDER.to_owned(),
            inbound: None,
        });
        options.shown_mails = Some(mails);
    }
    let folder = folder::unpack(&data)?;
    let publication = Publication::read(&folder, SITE)
        .map_err(|error| Failure::failed("the demo's publication cannot be read", &error))?;
    runtime.block_on(seed::seed(running.store(), &publication))?;
    let owner = runtime.block_on(owner_link(running.store()))?;
    let mails = options.shown_mails.as_deref();
    welcome(running.address(), &publication, &owner, &data, mails);
    let own = args.clone();
    let again = move || Options::for_serving(&own, &DEMO_DEFAULTS);
    runtime.block_on(running.serve(&options, Some(publication), again))
}

/// What the page of an article is known by.
fn key(slug: &str) -> PageKey {
    PageKey::stored(format!("{SITE}/articles/{slug}"), None)
}

/// The path of a link that signs in the demo's owner, once.
async fn owner_link(store: &Store) -> Result<String, Failure> {
    let site = store.read(|tx| sites::by_host(tx, SITE)).await;
    let site = site.map_err(store_failed("the demo's site cannot be read"))?;
    let missing = || Failure::Failed(format!("the demo has no site {SITE}"));
    staff::link(store, &site.ok_or_else(missing)?, OWNER, Role::Owner).await
}

fn welcome(
    address: &str,
    publication: &Publication,
    owner: &str,
    data: &Path,
    mails: Option<&Path>,
) {
    say("Rejoinder's demo is ready. Open one of these:");
    say("");
    say(format_args!("  {address}/  the front page"));
    for (slug, headline) in publication.headlines() {
        say(format_args!("  {address}/articles/{slug}  {headline}"));
    }
    say(format_args!("  {address}/docs  the API"));
    say("");
    say("This signs you in as the owner, once:");
    say(format_args!("  {address}{owner}"));
    say("");
    say(format_args!(
        "The site is called {SITE}, and a page of it {SITE}/articles/the-bull."
    ));
    if let Some(mails) = mails {
        say(format_args!(
            "Mails are not sent, but written to {}; the owner reads them at",
            mails.display()
        ));
        say(format_args!("  {address}/admin/{SITE}/mails"));
    }
    say(format_args!(
        "All that you write is kept in {}. Ctrl-C ends the demo.",
        data.display()
    ));
}
