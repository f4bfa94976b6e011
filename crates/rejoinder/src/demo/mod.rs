//! `rejoinder demo`: a small newspaper with its discussions, ready to try.

mod crowd;
mod folder;
mod seed;
mod voices;

use std::net::SocketAddr;

use server::Publication;

use crate::cli::ServeArgs;
use crate::commands::{Running, runtime};
use crate::config::{DEMO_DEFAULTS, Options};
use crate::failure::Failure;
use crate::log;
use crate::output::say;

/// The site that the demo's articles belong to, wherever they are served.
const SITE: &str = "lantern.example";

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let options = Options::for_serving(args, &DEMO_DEFAULTS)?;
    log::start(options.log, options.log_level);
    let runtime = runtime()?;
    let running = Running::start(&runtime, &options)?;
    let data = options.data_directory()?;
    let folder = folder::unpack(data)?;
    runtime.block_on(seed::seed(running.store()))?;
    let publication = Publication::read(&folder, SITE)
        .map_err(|error| Failure::failed("the demo's publication cannot be read", &error))?;
    welcome(running.address(), &publication, data.display());
    runtime.block_on(running.serve(&options, Some(publication)))
}

fn welcome(address: SocketAddr, publication: &Publication, data: impl std::fmt::Display) {
    say("Rejoinder's demo is ready. Open one of these:");
    say("");
    say(format_args!("  http://{address}/  the front page"));
    for (slug, headline) in publication.headlines() {
        say(format_args!(
            "  http://{address}/articles/{slug}  {headline}"
        ));
    }
    say(format_args!("  http://{address}/docs  the API"));
    say("");
    say(format_args!(
        "The site is called {SITE}, and a page of it {SITE}/articles/the-bull."
    ));
    say(format_args!(
        "All that you write is kept in {data}. Ctrl-C ends the demo."
    ));
}
