//! `rejoinder freeze`.

use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rejoinder_core::discussion::frozen::{FrozenPath, IMAGES, frozen_path, frozen_path_by_id};
use rejoinder_core::{Clock as _, ImageId, Page, PageId, Site, Time};
use render::{FrozenPage, RenderContext, catalogue};
use store::archive::freezing;
use store::{Store, StoreError};

use crate::cli::FreezeArgs;
use crate::commands::{find_site, open, runtime, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::system::SystemClock;

/// Write what everyone may read of a site into a new folder of files that need no server and no script.
pub(crate) fn run(args: &FreezeArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let store = open(&options)?;
    refuse_full(&args.folder)?;
    let (folder, host) = (args.folder.clone(), args.site.clone());
    let frozen = runtime()?.block_on(async {
        let site = find_site(&store, &host).await?;
        freeze(&store, site, folder).await
    })?;
    let n_comments: i64 = frozen.iter().map(|page| page.n_comments).sum();
    say(format_args!(
        "Froze {n_comments} comments of {} pages into {}.",
        frozen.len(),
        args.folder.display()
    ));
    Ok(())
}

fn refuse_full(folder: &Path) -> Result<(), Failure> {
    let is_full = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    match is_full {
        true => Err(Failure::Failed(format!(
            "{} is not empty",
            folder.display()
        ))),
        false => Ok(()),
    }
}

async fn freeze(store: &Store, site: Site, folder: PathBuf) -> Result<Vec<FrozenPage>, Failure> {
    let now = SystemClock.now();
    let into = Arc::new(Mutex::new(Folder::new(site.clone(), now, folder.clone())));
    let mut after = PageId(0);
    loop {
        let (into, id) = (Arc::clone(&into), site.id);
        let step = store.read(move |tx| {
            let pages = freezing::pages_after(tx, id, after)?;
            for page in &pages {
                let entries = freezing::whole_thread(tx, id, page.id)?;
                let mut into = into
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                let failed = |error: io::Error| StoreError::Internal(error.into());
                for image in render::frozen_images(&into.site, &entries) {
                    if let Some(bytes) = freezing::image(tx, id, image)? {
                        into.write_image(image, &bytes).map_err(failed)?;
                    }
                }
                into.write(page, &entries).map_err(failed)?;
            }
            Ok(pages.last().map(|page| page.id))
        });
        let step = step.await;
        match step.map_err(store_failed("the site cannot be frozen"))? {
            Some(last) => after = last,
            None => break,
        }
    }
    let mut into = into
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let finished = into.finish();
    let doing = format!("{} cannot be written", folder.display());
    finished.map_err(|error| Failure::failed(&doing, &error))
}

/// The folder that a site is frozen into.
struct Folder {
    site: Site,
    now: Time,
    folder: PathBuf,
    taken: HashSet<String>,
    pages: Vec<FrozenPage>,
}

impl Folder {
    fn new(site: Site, now: Time, folder: PathBuf) -> Self {
        Self {
            site,
            now,
            folder,
            taken: HashSet::new(),
            pages: Vec::new(),
        }
    }

    fn context(&self) -> RenderContext<'_> {
        RenderContext {
            site: &self.site,
            now: self.now,
            base: "",
            texts: catalogue::of(self.site.settings.language),
            assets: "",
            has_accounts: false,
        }
    }

    fn write(
        &mut self,
        page: &Page,
        entries: &[rejoinder_core::discussion::thread::ThreadEntry],
    ) -> io::Result<()> {
        let own = frozen_path(&self.site.host, &page.key).filter(|path| self.takes(path));
        let path = own.unwrap_or_else(|| frozen_path_by_id(page.id));
        let file = path
            .parts
            .iter()
            .fold(self.folder.clone(), |file, part| file.join(part));
        if let Some(parent) = file.parent() {
            make_folder(parent)?;
        }
        let html = render::frozen_page(&self.context(), page, entries, &path.to_root());
        write_file(&file, html)?;
        self.pages.push(FrozenPage {
            path: path.link,
            title: render::frozen_title(page),
            n_comments: page.n_comments,
        });
        Ok(())
    }

    /// Write a picture where the page of its comment looks for it.
    fn write_image(&self, image: ImageId, bytes: &[u8]) -> io::Result<()> {
        let folder = self.folder.join(IMAGES);
        make_folder(&folder)?;
        write_file(&folder.join(format!("{image}.jpg")), bytes)
    }

    /// Whether no other file, or folder, has the place; some file systems know no case.
    fn takes(&mut self, path: &FrozenPath) -> bool {
        let lower = path.parts.join("/").to_lowercase();
        let folders = lower.match_indices('/').map(|(at, _)| &lower[..at]);
        let is_free = !self.taken.contains(&lower)
            && !self.taken.contains(&format!("{lower}/"))
            && folders.clone().all(|folder| !self.taken.contains(folder));
        if is_free {
            let folders: Vec<String> = folders.map(|folder| format!("{folder}/")).collect();
            self.taken.extend(folders);
            self.taken.insert(lower);
        }
        is_free
    }

    fn finish(&mut self) -> io::Result<Vec<FrozenPage>> {
        make_folder(&self.folder)?;
        self.pages.sort_by(|a, b| a.title.cmp(&b.title));
        let index = render::frozen_index(&self.context(), &self.pages);
        write_file(&self.folder.join("index.html"), index)?;
        write_file(&self.folder.join("style.css"), server::frozen_style())?;
        Ok(std::mem::take(&mut self.pages))
    }
}

/// What is frozen is for everyone, and a file server is another user; all else that the program writes is
/// for its own user alone.
fn write_file(file: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(file, bytes)?;
    fs::set_permissions(file, Permissions::from_mode(0o644))
}

/// Make a folder for everyone, with those above it that are not there. One that is there stays as it is.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above)?;
    }
    fs::create_dir(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}
