//! What can be typed.

pub(crate) mod args;

use std::iter;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use store::archive::export;

use crate::config;
use args::{ServeArgs, StoreArgs};

/// The discussion under an article, owned by the publication.
#[derive(Debug, Parser)]
#[command(
    name = "rejoinder",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "Every option can also stand in a TOML file (--config FILE) or in the environment \
                  (REJOINDER_LISTEN, REJOINDER_DATABASE and so on). A flag wins over the \
                  environment, and the environment over the file."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the demo publication, ready to try
    #[command(after_help = config::help())]
    Demo(ServeArgs),
    /// Serve the discussions of your sites
    #[command(after_help = config::help())]
    Serve(ServeArgs),
    /// Add, list, show and set up sites
    Site(SiteArgs),
    /// Let people into the newsroom
    Staff(StaffArgs),
    /// Bring in the comments of another system, or what `rejoinder export` wrote
    Import(ImportArgs),
    /// Write everything of a site into one file, which `rejoinder import` reads
    Export(ExportArgs),
    /// Write what everyone may read of a site as files that need no server and no script
    Freeze(FreezeArgs),
    /// Check the database against its own rules
    Doctor(DoctorArgs),
    /// Spread the tables over the servers of a PostgreSQL with Citus, each site on one
    Distribute(DistributeArgs),
    /// Write a copy of the database into a new file while the server runs
    Backup(BackupArgs),
    /// Put a backup where the database belongs
    Restore(RestoreArgs),
    /// Keep the ledger of erasures, or erase again what one says
    Erasures(ErasuresArgs),
    /// Read the recording on standard input: what the server starts for each
    #[command(hide = true)]
    DecodeRecording {
        /// What is asked, as the server says it
        ask: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SiteArgs {
    #[command(flatten)]
    pub(crate) place: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: SiteCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SiteCommand {
    /// Add a site
    Add {
        /// The host that its pages are on, such as news.example
        host: String,
        /// An origin whose pages may embed the site [default: the host with `https://`]
        #[arg(long = "origin", value_name = "URL")]
        origins: Vec<String>,
    },
    /// List all sites
    List,
    /// Show a site and its settings
    Show {
        /// The site's host
        host: String,
    },
    /// Change a setting of a site, or its origins
    Set {
        /// The site's host
        host: String,
        /// The setting; `site show HOST` lists them
        key: String,
        /// Its new value; for `origins`, addresses with commas between them
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct StaffArgs {
    #[command(flatten)]
    pub(crate) place: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: StaffCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Give someone a role, and print a link that signs them in once
    Add {
        /// Their e-mail address, which stands for their account
        email: String,
        /// The site's host
        #[arg(long, value_name = "HOST")]
        site: String,
        /// What they may do
        #[arg(long)]
        role: StaffRole,
    },
}

/// What someone of the newsroom may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StaffRole {
    /// Writes with a badge.
    Staff,
    /// Also asks questions and features comments.
    Editor,
    /// Also decides on comments and authors.
    Moderator,
    /// Decides on everything of the site.
    Owner,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The files to read, perhaps with the word for their format before them
    #[arg(required = true, value_name = "[FORMAT] FILE", help = formats())]
    pub(crate) files: Vec<PathBuf>,
    /// The site that the comments belong to
    #[arg(long, value_name = "HOST")]
    pub(crate) site: String,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write what came, what changed and what was left out, and the same as JSON beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Bring pingbacks, trackbacks and other mentions along, too
    #[arg(long)]
    pub(crate) mentions: bool,
    /// Bring reviews of products along, too
    #[arg(long)]
    pub(crate) reviews: bool,
    /// Pages whose address starts with FROM have moved to TO; a * in both stands for any text
    #[arg(long, value_name = "FROM=TO")]
    pub(crate) map: Vec<String>,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The site's host
    #[arg(long, value_name = "HOST")]
    pub(crate) site: String,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// For which program: ours, which takes everything, or one of others, which take the comments
    #[arg(long, default_value = "rejoinder")]
    pub(crate) format: ExportFormat,
    /// Write what a file of another system cannot say
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

/// What an export is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// This program.
    Rejoinder,
    /// WordPress, and whatever reads its exports.
    Wxr,
    /// Whatever reads exports of Disqus.
    Disqus,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Mend what follows from the rest, such as counts, and say what was mended
    #[arg(long)]
    pub(crate) repair: bool,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DistributeArgs {
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FreezeArgs {
    /// The site's host
    #[arg(long, value_name = "HOST")]
    pub(crate) site: String,
    /// The folder to write, which must be new or empty
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

fn formats() -> String {
    let words: Vec<&str> = iter::once(export::WORD).chain(archive::words()).collect();
    format!(
        "The files to read, or a folder or zip file of them. Their format is recognised, unless its \
         name stands before them: {}",
        words.join(", ")
    )
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The backup
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    pub(crate) file: PathBuf,
    /// Take the place of the database that stands there, which is kept beside it
    #[arg(long)]
    pub(crate) replace: bool,
    /// Erase again what this ledger says, too (`rejoinder erasures write`)
    #[arg(long, value_name = "FILE")]
    pub(crate) erasures: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ErasuresArgs {
    #[command(flatten)]
    pub(crate) place: StoreArgs,
    #[command(subcommand)]
    pub(crate) command: ErasuresCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ErasuresCommand {
    /// Write the ledger into a file: what was erased and when, by ids alone
    Write {
        /// The file, which is replaced if it is there
        file: PathBuf,
    },
    /// Erase again what a ledger says, in a database that came from a backup
    Apply {
        /// The file
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_database_can_be_named_after_any_subcommand() {
        let typed = ["rejoinder", "site", "list", "--database", "sqlite:x.db"];
        let Command::Site(args) = Cli::parse_from(typed).command else {
            panic!("this is `site`");
        };
        assert_eq!(args.place.database.as_deref(), Some("sqlite:x.db"));
    }
}
