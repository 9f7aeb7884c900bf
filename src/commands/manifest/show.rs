//! The files of a manifest on stdout or in a folder, and on stderr what has to be there first.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::steps::Steps;
use crate::context::Context;
use crate::error::Exit;
use crate::manifest::File;
use crate::ui::Format;

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct View<'a> {
    files: Vec<FileView<'a>>,
    /// What has to be done before it runs.
    before: &'a [String],
    /// What can be asked of it once it does.
    after: &'a [String],
}

#[derive(Serialize)]
struct FileView<'a> {
    path: &'a str,
    content: &'a str,
}

/// Shows `files`; several of them each behind a comment with its path.
pub fn show(context: &Context, files: &[File], steps: &Steps) -> anyhow::Result<Exit> {
    context.ui.one(&view(files, steps), || text(files))?;
    tell(context, steps);
    Ok(Exit::Done)
}

fn view<'a>(files: &'a [File], steps: &'a Steps) -> View<'a> {
    let views = files.iter().map(|file| FileView {
        path: &file.path,
        content: &file.content,
    });
    View {
        files: views.collect(),
        before: &steps.before,
        after: &steps.after,
    }
}

/// Writes each of `files` under its own name into `folder`; a machine is told what it wrote.
pub fn write(
    context: &Context,
    files: &[File],
    folder: &Path,
    steps: &Steps,
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
    if context.ui.format() != Format::Table {
        context.ui.one(&view(files, steps), String::new)?;
    }
    tell(context, steps);
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

fn tell(context: &Context, steps: &Steps) {
    for (title, lines) in [
        ("Before it runs:", &steps.before),
        ("Once it runs:", &steps.after),
    ] {
        context.ui.status(title);
        for line in lines {
            context.ui.status(&format!("  {line}"));
        }
    }
}
