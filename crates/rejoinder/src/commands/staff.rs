//! `rejoinder staff`.

use rejoinder_core::identity::author::{self, Role};
use rejoinder_core::{AuthorId, Clock as _, IdSource, Site, Token};
use server::NewStaff;
use store::Store;

use crate::cli::{StaffArgs, StaffCommand, StaffRole};
use crate::commands::{find_site, open, runtime, store_failed};
use crate::config::{Listening, Options};
use crate::failure::Failure;
use crate::output::say;
use crate::system::{SystemClock, SystemRandom};

pub(crate) fn run(args: &StaffArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let store = open(&options)?;
    let StaffCommand::Add { email, site, role } = &args.command;
    runtime()?.block_on(async {
        let site = find_site(&store, site).await?;
        let path = link(&store, &site, email, role_of(*role)).await?;
        let base = base(&options);
        say(format_args!(
            "This link makes {email} {} of {} and signs them in, once, within a day:",
            role_of(*role).as_str(),
            site.host
        ));
        say(format_args!("  {base}{path}"));
        Ok(())
    })
}

/// Let someone into the newsroom; the path of the link that signs them in.
pub(crate) async fn link(
    store: &Store,
    site: &Site,
    email: &str,
    role: Role,
) -> Result<String, Failure> {
    let refused = || Failure::misused(format!("`{email}` does not look like an e-mail address"));
    let email = author::parse_email(email)
        .ok()
        .flatten()
        .ok_or_else(refused)?;
    let now = SystemClock.now();
    let invited = NewStaff {
        email: &email,
        role,
        author: AuthorId(IdSource::new(&SystemRandom).next(now)),
        token: Token::new(&SystemRandom),
    };
    let path = server::invite(store, site, invited, now).await;
    path.map_err(store_failed("the link cannot be made"))
}

/// Where the server is opened: without a public address, on this machine alone.
fn base(options: &Options) -> String {
    match (&options.base, &options.listen) {
        (Some(base), _) => base.clone(),
        (None, Listening::Tcp(listen)) if !listen.ip().is_loopback() => {
            format!("http://127.0.0.1:{}", listen.port())
        }
        // On a socket in the file system there is always a public address.
        (None, listen) => format!("http://{listen}"),
    }
}

const fn role_of(role: StaffRole) -> Role {
    match role {
        StaffRole::Staff => Role::Staff,
        StaffRole::Editor => Role::Editor,
        StaffRole::Moderator => Role::Moderator,
        StaffRole::Owner => Role::Owner,
    }
}
