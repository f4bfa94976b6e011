//! One file for each thing that is measured.

mod after_write;
mod cached;
mod cold;
mod growth;
mod hostile;
mod import;
mod live;
mod long;
mod nodes;
mod sites;
mod start;
mod weight;
mod write;

use crate::corpus::{CorpusPage, page};
use crate::plan::{Plan, Profile};
use crate::rejoinder::{self, Database};
use crate::report::ReportRows;
use crate::work::WorkFolder;
use crate::{Result, isso};

/// The same threads in the keeping of each side.
pub(crate) struct BothServers<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) work: WorkFolder,
    pub(crate) rejoinder: rejoinder::Database<'p>,
    pub(crate) isso: isso::Database,
}

/// A thread that is only read.
pub(crate) const HUNDRED: &str = "hundred";
/// A longer one.
pub(crate) const THOUSANDS: &str = "two-thousand";
/// The longest.
pub(crate) const LONG: &str = "hundred-thousand";
/// One that people write to.
pub(crate) const BUSY: &str = "busy";

/// How many comments the first page of each of them shows.
pub(crate) const SHOWN: usize = 100;

/// Measure what the plan wants.
pub(crate) fn run(plan: &Plan) -> Result<ReportRows> {
    let mut rows = ReportRows::default();
    let with_sides = [
        (
            Profile::Weight,
            weight::measure as fn(&BothServers<'_>, &mut ReportRows) -> Result,
        ),
        (Profile::Start, start::measure),
        (Profile::Cached, cached::measure),
        (Profile::AfterWrite, after_write::measure),
        (Profile::Long, long::measure),
        (Profile::Write, write::measure),
    ];
    if with_sides.iter().any(|(profile, _)| plan.wants(*profile)) {
        let sides = BothServers::new(plan)?;
        for (profile, measure) in with_sides {
            if plan.wants(profile) {
                println!("{profile:?}");
                measure(&sides, &mut rows)?;
            }
        }
    }
    if plan.wants(Profile::Cold) {
        cold::measure(plan, &mut rows)?;
    }
    if plan.wants(Profile::Import) {
        println!("{:?}", Profile::Import);
        import::measure(plan, &mut rows)?;
    }
    if plan.wants(Profile::Live) {
        println!("{:?}", Profile::Live);
        live::measure(plan, &mut rows)?;
    }
    if plan.wants(Profile::Hostile) {
        println!("{:?}", Profile::Hostile);
        hostile::measure(plan, &mut rows)?;
    }
    if plan.wants(Profile::Nodes) {
        println!("{:?}", Profile::Nodes);
        nodes::measure(plan, &mut rows)?;
    }
    if plan.wants(Profile::Sites) {
        println!("{:?}", Profile::Sites);
        sites::measure(plan, &mut rows)?;
    }
    if plan.wants(Profile::Growth) {
        println!("{:?}", Profile::Growth);
        growth::measure(plan, &mut rows)?;
    }
    Ok(rows)
}

impl<'p> BothServers<'p> {
    fn new(plan: &'p Plan) -> Result<Self> {
        let work = WorkFolder::new()?;
        println!("Building the threads");
        let hundreds = [page(HUNDRED, 100), page(BUSY, 100)];
        let all = hundreds.iter().cloned();
        let long = [page(THOUSANDS, 2_000), page(LONG, 100_000)];
        let (rejoinder, _) = Database::with(plan, &work.join("threads.db"), all.chain(long))?;
        let isso = isso::Database::new(&work)?;
        fill(&isso, &hundreds)?;
        Ok(Self {
            plan,
            work,
            rejoinder,
            isso,
        })
    }
}

fn fill(isso: &isso::Database, pages: &[CorpusPage]) -> Result {
    let isso = isso.serve()?;
    pages.iter().try_for_each(|page| isso.fill(page))
}
