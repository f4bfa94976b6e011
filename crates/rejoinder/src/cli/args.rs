//! What several commands take.

use std::path::PathBuf;

use clap::Args;

/// Where the comments are.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StoreArgs {
    /// Read options from this TOML file
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// sqlite:PATH or postgres://… [default: sqlite:rejoinder.db in the data directory]
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) database: Option<String>,
    /// The data directory [default: ~/.local/share/rejoinder]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArgs {
    /// Where readers reach the server: an address, or unix: and a path [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Where /healthz, /readyz and /metrics are, or off [default: 127.0.0.1:8081; demo: off]
    #[arg(long, value_name = "ADDR")]
    pub(crate) internal: Option<String>,
    /// The server's public address, with `https://` in front
    #[arg(long, value_name = "URL")]
    pub(crate) base: Option<String>,
    /// How to write the log: text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) log: Option<String>,
    /// Send traces to this OpenTelemetry collector, by OTLP over HTTP [default: none are made]
    #[arg(long, value_name = "URL")]
    pub(crate) traces: Option<String>,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}
