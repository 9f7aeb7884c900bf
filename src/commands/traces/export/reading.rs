//! Reads traces file by file, once or again and again, and gives them to every destination.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::sync::{mpsc, oneshot};

use super::giving::{Giving, Gone, give};
use super::keeper::Item;
use super::seen::SeenFile;
use super::shelf::{FileNumber, Shelf};
use super::tally::Found;
use super::whole::{self, Growing, Message, Whole};
use crate::commands::shipping::{Course, Standing};
use crate::context::Context;
use crate::domain::line_set::LineSet;
use crate::error::UsageError;
use crate::otlp::decode::Form;
use crate::sources::lines::{self, Chunk, Ended, Input, LinesError, Mark, Opened, OpenedFile};
use crate::sources::traces::{self, Place, TraceLine, message_of, trace_of_line};

/// Chunks that wait between reading and giving out.
const QUEUE: usize = 2;

/// What its lines should be, for errors.
const WHAT: &str = "traces";

pub(super) struct Reading<'a> {
    context: &'a Context,
    place: Place,
    /// For people.
    source: String,
    shelves: Vec<Rc<Shelf<'a>>>,
    giving: Giving<'a>,
    /// It stays, and so can wait for what is not all there.
    follows: bool,
    /// By device and inode.
    files: RefCell<BTreeMap<(u64, u64), SeenFile>>,
    /// A file that was cut off counts anew.
    numbers: Cell<FileNumber>,
    cut: RefCell<BTreeSet<(u64, u64)>>,
}

impl<'a> Reading<'a> {
    pub fn new(
        context: &'a Context,
        place: Place,
        source: String,
        shelves: Vec<Rc<Shelf<'a>>>,
        keeps_duplicates: bool,
        follows: bool,
    ) -> Self {
        let has_several = matches!(place, Place::Folder(_));
        let giving = Giving::new(&context.ui, has_several, keeps_duplicates);
        Self {
            context,
            place,
            source,
            shelves,
            giving,
            follows,
            files: RefCell::default(),
            numbers: Cell::default(),
            cut: RefCell::default(),
        }
    }

    /// What was found so far.
    pub fn found(&self) -> Found {
        let files = self.files.borrow();
        let unfinished = files.values().filter_map(|known| {
            let line = known.unfinished?;
            Some(format!("{}line {line}", self.giving.of_file(&known.path)))
        });
        Found {
            files: files.values().filter(|known| !known.is_refused).count() as u64,
            unfinished_lines: unfinished.collect(),
            ..self.giving.found()
        }
    }

    /// Whether a line was no trace.
    pub fn has_broken(&self) -> bool {
        self.giving.has_broken()
    }

    /// Reads everything there is.
    pub async fn once(&self, tx: mpsc::Sender<Item>, course: &Course) -> anyhow::Result<()> {
        match &self.place {
            Place::Stream => self.stream(&tx, Path::new(self.stream_path())).await?,
            _ => drop(self.look(&tx, Some(course)).await?),
        }
        // Where everybody has gone, nobody waits for it.
        let _ = give(&tx, Item::End).await;
        Ok(())
    }

    /// Reads everything there is, and every `interval` what has come since.
    pub async fn follow(
        &self,
        tx: mpsc::Sender<Item>,
        interval: Duration,
        standing: &Standing,
    ) -> anyhow::Result<()> {
        let mut looks = tokio::time::interval(interval.max(Duration::from_millis(10)));
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let looked = self.look(&tx, None).await?;
            if looked.is_none() || give(&tx, Item::Looked).await.is_err() {
                return Ok(());
            }
            standing.looked(self.context.now());
        }
    }

    /// Reads what every file has that was not read; `None` where nobody takes it any more.
    async fn look(
        &self,
        tx: &mpsc::Sender<Item>,
        course: Option<&Course>,
    ) -> anyhow::Result<Option<()>> {
        let files = self.place.files()?;
        let whole: u64 = files.iter().map(|file| file.size).sum();
        let mut passed = 0;
        for found in &files {
            if !self.has_news(found)? {
                continue;
            }
            if let Some(Gone) = self.file(tx, &found.path, found.is_renamed).await? {
                return Ok(None);
            }
            passed += found.size;
            if let Some(course) = course {
                course.passed(passed, whole);
            }
        }
        for shelf in &self.shelves {
            shelf.tidy()?;
        }
        Ok(Some(()))
    }

    /// Whether a file is new, or of another size than when it was read.
    fn has_news(&self, found: &traces::Found) -> anyhow::Result<bool> {
        let mut files = self.files.borrow_mut();
        let Some(known) = files.get_mut(&(found.device, found.inode)) else {
            return Ok(true);
        };
        known.path.clone_from(&found.path);
        let is_cut = found.size < known.next.offset;
        if is_cut {
            let number = known.number;
            files.remove(&(found.device, found.inode));
            self.cut.borrow_mut().insert((found.device, found.inode));
            for shelf in &self.shelves {
                shelf.drop_file(number)?;
            }
            return Ok(true);
        }
        Ok(known.has_news(found))
    }

    /// Reads what is new in a file.
    async fn file(
        &self,
        tx: &mpsc::Sender<Item>,
        path: &Path,
        is_renamed: bool,
    ) -> anyhow::Result<Option<Gone>> {
        let opened = match Opened::open(path) {
            Ok(Opened::File(file)) => file,
            Ok(Opened::Stream(_)) => return Ok(None),
            // It is being rotated, and comes back under another name.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let key = (opened.device, opened.inode);
        let known = self.files.borrow().get(&key).cloned();
        let known = match known {
            Some(known) => known,
            None => {
                let number = self.numbers.replace(self.numbers.get() + 1);
                let known = SeenFile {
                    is_refused: is_renamed && !self.is_ours(&opened)?,
                    ..SeenFile::new(number, path.to_owned())
                };
                self.files.borrow_mut().insert(key, known.clone());
                match known.is_refused {
                    true => return Ok(None),
                    false => self.placed(known, &opened)?,
                }
            }
        };
        let size = opened.size;
        let (mut known, gone) = self.lines_of(tx, known, opened).await?;
        known.size = size;
        self.files.borrow_mut().insert(key, known);
        Ok(gone)
    }

    /// Whether a file that was not named was read in this run, or a destination has something of it.
    fn is_ours(&self, file: &OpenedFile) -> anyhow::Result<bool> {
        if self.cut.borrow().contains(&(file.device, file.inode)) {
            return Ok(true);
        }
        for shelf in &self.shelves {
            if shelf.remembers(file)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A file from where the destination has it that is furthest behind.
    fn placed(&self, known: SeenFile, file: &OpenedFile) -> anyhow::Result<SeenFile> {
        let name = known.path.display().to_string();
        let mut next: Option<Mark> = None;
        for shelf in &self.shelves {
            let position = shelf.begin(known.number, &name, Some(file))?;
            let mark = Mark {
                line: position.line,
                offset: position.offset,
            };
            next = Some(next.map_or(mark, |next| match mark.offset < next.offset {
                true => mark,
                false => next,
            }));
        }
        Ok(SeenFile {
            next: next.unwrap_or(Mark::BEGINNING),
            ..known
        })
    }

    async fn lines_of(
        &self,
        tx: &mpsc::Sender<Item>,
        mut known: SeenFile,
        file: OpenedFile,
    ) -> anyhow::Result<(SeenFile, Option<Gone>)> {
        let name = known.path.display().to_string();
        let size = file.size;
        known.is_refused = false;
        for shelf in &self.shelves {
            shelf.begin(known.number, &name, Some(&file))?;
        }
        let bytes = file
            .from(known.next.offset)
            .with_context(|| format!("cannot read {name}"))?;
        if let Some(form) = message_of(&known.path) {
            match whole(form, &bytes, &known).await? {
                Whole::Unfinished(_) if self.waits(&mut known, size) => return Ok((known, None)),
                Whole::Message(message) | Whole::Unfinished(Some(message)) => {
                    return self.message(tx, known, message).await;
                }
                Whole::Lines | Whole::Unfinished(None) => known.growing = None,
            }
        }
        let input = Input {
            name,
            what: WHAT,
            bytes: Box::new(bytes) as Box<dyn Read + Send>,
            start: known.next,
            known: known.given.clone(),
            is_file: true,
        };
        self.input(tx, known, input).await
    }

    /// Whether a message that is not all there is waited for.
    fn waits(&self, known: &mut SeenFile, size: u64) -> bool {
        let now = Instant::now();
        let growing = Growing::at(known.growing, size, now);
        let waits = self.follows && !growing.is_quiet(now);
        known.growing = waits.then_some(growing);
        known.unfinished = waits.then_some(known.next.line);
        waits
    }

    /// Gives out what is one message, as one line.
    async fn message(
        &self,
        tx: &mpsc::Sender<Item>,
        mut known: SeenFile,
        Message { row, end }: Message,
    ) -> anyhow::Result<(SeenFile, Option<Gone>)> {
        let start = known.next;
        (known.growing, known.unfinished) = (None, None);
        known.next = Mark {
            line: start.line + 1,
            offset: end,
        };
        let chunk = Chunk {
            start,
            end: known.next,
            rows: vec![row],
            passed: Vec::new(),
            known: 0,
            set_right: None,
        };
        let gone = self.giving.chunk(tx, &known, chunk).await.err();
        Ok((known, gone))
    }

    /// Reads what can be read once.
    async fn stream(&self, tx: &mpsc::Sender<Item>, path: &Path) -> anyhow::Result<()> {
        let bytes: Box<dyn Read + Send> = match Opened::open(path) {
            Ok(Opened::Stream(bytes)) => bytes,
            Ok(Opened::File(file)) => Box::new(file.from(0)?),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", self.source));
            }
        };
        for shelf in &self.shelves {
            shelf.begin(0, &self.source, None)?;
        }
        let known = SeenFile::new(0, path.to_owned());
        let input = Input {
            name: self.source.clone(),
            what: WHAT,
            bytes,
            start: Mark::BEGINNING,
            known: LineSet::default(),
            is_file: false,
        };
        let (known, _) = self.input(tx, known, input).await?;
        self.files.borrow_mut().insert((0, 0), known);
        Ok(())
    }

    fn stream_path(&self) -> &str {
        match self.source.as_str() {
            "standard input" => "-",
            path => path,
        }
    }

    /// Gives out the lines of `input`.
    async fn input(
        &self,
        tx: &mpsc::Sender<Item>,
        mut known: SeenFile,
        input: Input<Box<dyn Read + Send>>,
    ) -> anyhow::Result<(SeenFile, Option<Gone>)> {
        let (mut chunks, ended) = reading(input);
        while let Some(chunk) = chunks.recv().await {
            known.next = chunk.end;
            if chunk.start == chunk.end {
                known.given.insert(chunk.start.line..chunk.start.line + 1);
            }
            if self.giving.chunk(tx, &known, chunk).await.is_err() {
                return Ok((known, Some(Gone)));
            }
        }
        known.given.forget_before(known.next.line);
        match ended.await {
            Ok(Ok(Ended { unfinished, .. })) => known.unfinished = unfinished,
            Ok(Err(error @ LinesError::NoObjects { .. })) => {
                let hint = "name a file of traces, each one JSON object on one line";
                match self.place {
                    // Others are there too.
                    Place::Folder(_) => self.context.ui.warning(&format!("passed over, {error}")),
                    _ => return Err(UsageError::with_hint(error.to_string(), hint).into()),
                }
                known.is_refused = true;
            }
            Ok(Err(LinesError::Closed)) | Err(_) => return Ok((known, Some(Gone))),
            Ok(Err(error)) => return Err(error.into()),
        }
        Ok((known, None))
    }
}

/// What `file`, which may be one message, holds from where it was read to.
async fn whole(form: Form, file: &File, known: &SeenFile) -> anyhow::Result<Whole> {
    let (file, start) = (file.try_clone()?, known.next);
    let read = tokio::task::spawn_blocking(move || whole::read(form, &file, start)).await?;
    read.with_context(|| format!("cannot read {}", known.path.display()))
}

/// A thread that reads. Where nobody takes its lines any more it is left alone: it may be waiting
/// for somebody to type.
fn reading(
    input: Input<Box<dyn Read + Send>>,
) -> (
    mpsc::Receiver<Chunk<TraceLine>>,
    oneshot::Receiver<Result<Ended, LinesError>>,
) {
    let (tx, chunks) = mpsc::channel(QUEUE);
    let (done, ended) = oneshot::channel();
    thread::spawn(move || {
        let result = lines::read(input, &tx, trace_of_line);
        let _ = done.send(result);
    });
    (chunks, ended)
}
