//! The files of a manifest on stdout or in a folder, and on stderr what has to be there first.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::context::Context;
use crate::error::Exit;
use crate::manifest::File;

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct View<'a> {
    files: Vec<FileView<'a>>,
    /// What has to be done before it runs.
    before: &'a [String],
}

#[derive(Serialize)]
struct FileView<'a> {
    path: &'a str,
    content: &'a str,
}

/// Shows `files`; several of them each behind a comment with its path.
pub fn show(context: &Context, files: &[File], before: &[String]) -> anyhow::Result<Exit> {
    let views = files.iter().map(|file| FileView {
        path: &file.path,
        content: &file.content,
    });
    let view = View {
        files: views.collect(),
        before,
    };
    context.ui.one(&view, || text(files))?;
    tell(context, before);
    Ok(Exit::Done)
}

/// Writes each of `files` under its own name into `folder`.
pub fn write(
    context: &Context,
    files: &[File],
    folder: &Path,
    before: &[String],
) -> anyhow::Result<Exit> {
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    for file in files {
        let name = Path::new(&file.path).file_name().unwrap_or_default();
        let path = folder.join(name);
        std::fs::write(&path, &file.content)
            .with_context(|| format!("write {}", path.display()))?;
        let told = format!("{} for {}", path.display(), file.path);
        context.ui.status(&told);
    }
    tell(context, before);
    Ok(Exit::Done)
}

fn text(files: &[File]) -> String {
    match files {
        [file] => file.content.clone(),
        files => {
            let each = files.iter();
            let each = each.map(|file| format!("# {}\n{}", file.path, file.content));
            each.collect::<Vec<_>>().join("\n")
        }
    }
}

fn tell(context: &Context, before: &[String]) {
    context.ui.status("Before it runs:");
    for line in before {
        context.ui.status(&format!("  {line}"));
    }
}
