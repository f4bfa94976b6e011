//! Three nodes, and two servers of PostgreSQL that they reach by links that can be cut.

use std::net::SocketAddr;

use serde_json::Value;
use testing::{Link, Postgres};

use super::Fault;
use super::readers::{N_QUIET, quiet};
use crate::Result;
use crate::corpus::{SITE, page, write_export};
use crate::plan::Plan;
use crate::process::Process;
use crate::rejoinder::{add_site, import, run, serve};
use crate::work::{self, WorkFolder};

const N_NODES: usize = 3;

/// A commit is acknowledged once the standby has it, too, whatever becomes of either server.
const OPTIONS: &str = "-c synchronous_commit=on";

/// All of it goes when this is dropped, the nodes first.
pub(super) struct Cluster<'p> {
    plan: &'p Plan,
    nodes: Vec<Node>,
    links: Vec<[Link; 2]>,
    standby: Postgres,
    primary: Postgres,
    /// Which of the two takes writes, as its address.
    database: String,
    work: WorkFolder,
}

struct Node {
    address: SocketAddr,
    process: Option<Process>,
}

impl<'p> Cluster<'p> {
    /// Servers with a site and its quiet pages, and the nodes in use.
    pub(super) fn new(plan: &'p Plan) -> Result<Self> {
        let work = WorkFolder::new()?;
        let primary = Postgres::start_with(OPTIONS)?;
        let database = primary.fresh_database()?;
        add_site(plan, &database)?;
        let export = work.join("quiet.xml");
        write_export(&export, (0..N_QUIET).map(|n| page(&quiet(n), 5)))?;
        import(plan, ("wordpress", &export), &database, &work.join("log"))?;
        let standby = primary.standby()?;
        primary.sql(&[
            "alter system set synchronous_standby_names = '*'",
            "select pg_reload_conf()",
        ])?;
        let links = |_| {
            let at = |server: &Postgres| {
                let name = database.rsplit('/').next().unwrap_or_default();
                Link::to(&format!("{}/{name}", server.url()))
            };
            [at(&primary), at(&standby)]
        };
        let links = (0..N_NODES).map(links).collect();
        let mut cluster = Self {
            plan,
            nodes: Vec::new(),
            links,
            standby,
            primary,
            database,
            work,
        };
        for number in 0..N_NODES {
            let address = work::free_address()?;
            let process = Some(cluster.start(number, address)?);
            cluster.nodes.push(Node { address, process });
        }
        Ok(cluster)
    }

    fn start(&self, number: usize, address: SocketAddr) -> Result<Process> {
        let [primary, standby] = self.links[number].each_ref().map(Link::url);
        let (server, name) = primary.rsplit_once('/').unwrap_or_default();
        let other = standby.split(['@', '/']).nth(3).unwrap_or_default();
        let url = format!("{server},{other}/{name}?target_session_attrs=read-write");
        let data = self.work.join("data").display().to_string();
        let log = self.work.join(&format!("node-{number}.log"));
        let env = [("REJOINDER_RATE_LIMITS", "off"), ("REJOINDER_DATA", &data)];
        let mut process = serve(self.plan, address, &url, &env, &log)?;
        process.wait(address, "/embed.js")?;
        Ok(process)
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    pub(super) fn inflict(&mut self, fault: Fault) -> Result {
        match fault {
            Fault::Nothing => Ok(()),
            Fault::NodeKilled => self.nodes[0].process.take().map_or(Ok(()), Process::kill),
            Fault::Restart => {
                self.primary.stop()?;
                self.primary.resume()
            }
            Fault::LinkCut => {
                self.links[0].iter().for_each(Link::cut);
                Ok(())
            }
            Fault::Deaf => {
                let end = "select pg_terminate_backend(pid) from pg_stat_activity
                           where query ilike 'listen%'";
                self.primary.sql(&[end]).map(drop)
            }
            Fault::PrimaryKilled => self.primary.crash(),
            Fault::PrimaryHangs => {
                self.links.iter().for_each(|[primary, _]| primary.cut());
                Ok(())
            }
            Fault::StandbyLost => self.standby.stop(),
        }
    }

    pub(super) fn mend(&mut self, fault: Fault) -> Result {
        match fault {
            Fault::Nothing | Fault::Restart | Fault::Deaf => Ok(()),
            Fault::NodeKilled => {
                let address = self.nodes[0].address;
                self.nodes[0].process = Some(self.start(0, address)?);
                Ok(())
            }
            Fault::LinkCut => {
                self.links[0].iter().for_each(Link::mend);
                Ok(())
            }
            Fault::PrimaryKilled => {
                self.standby.promote()?;
                let name = self.database.rsplit('/').next().unwrap_or_default();
                self.database = format!("{}/{name}", self.standby.url());
                Ok(())
            }
            Fault::PrimaryHangs => {
                self.links.iter().for_each(|[primary, _]| primary.mend());
                Ok(())
            }
            Fault::StandbyLost => self.standby.resume(),
        }
    }

    /// The texts of all comments, as an export has them.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        let file = self.work.join("export.jsonl").display().to_string();
        let data = self.work.join("data").display().to_string();
        let args = [
            "export",
            "--site",
            SITE,
            "--database",
            &self.database,
            "--data",
            &data,
            "--output",
            &file,
        ];
        run(self.plan, &args, &self.work.join("export.log"))?;
        let lines = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let rows = lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let texts =
            rows.filter_map(|row: Value| row["comment"]["text"].as_str().map(str::to_owned));
        Ok(texts.collect())
    }
}
