//! nginx, serving Rejoinder's bytes as files that were compressed beforehand.

use std::net::SocketAddr;
use std::path::Path;

use crate::process::Process;
use crate::rejoinder::ServedBytes;
use crate::work::{WorkFolder, free_address, make, write};
use crate::{Result, work};

pub(crate) struct Nginx {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Nginx {
    /// Serve each of `files` under its name.
    pub(crate) fn start(work: &WorkFolder, files: &[(&str, &ServedBytes)]) -> Result<Self> {
        let folder = work.join("nginx");
        make(&folder.join("files"))?;
        for (name, bytes) in files {
            write(&folder.join("files").join(name), &bytes.plain)?;
            write(
                &folder.join("files").join(format!("{name}.gz")),
                &bytes.gzip,
            )?;
        }
        let address = free_address()?;
        let config = folder.join("nginx.conf");
        write(&config, configuration(&folder, address))?;
        let (config, prefix) = (config.display().to_string(), folder.display().to_string());
        let args = ["-e", "stderr", "-p", &prefix, "-c", &config];
        let mut process = Process::start(program(), &args, &[], &folder.join("log"))?;
        let first = files.first().map_or("", |(name, _)| name);
        process.wait(address, &format!("/{first}"))?;
        Ok(Self { process, address })
    }
}

fn program() -> &'static Path {
    let debian = Path::new("/usr/sbin/nginx");
    if debian.is_file() {
        debian
    } else {
        Path::new("nginx")
    }
}

pub(crate) fn version() -> String {
    work::said(&program().display().to_string(), &["-v"])
}

/// As an operator who knows nginx would set it up for speed.
fn configuration(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
worker_processes auto;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  open_file_cache max=100 inactive=1h;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address};
    root {folder}/files;
    gzip_static on;
    gzip_vary on;
  }}
}}
"
    )
}
