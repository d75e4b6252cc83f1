//! Files that appear whole or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use customer_analytics::polars::prelude::*;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::failure::{Failure, While};

/// A file under a temporary name beside its final one; gone again unless it is published.
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Opens the temporary file; fails early where the directory cannot be written.
    pub fn new(directory: &Path, name: &str) -> Result<Self, Failure> {
        let path = directory.join(name);
        let mut builder = tempfile::Builder::new();
        let hidden = format!(".{name}.");
        builder.prefix(&hidden).suffix(".part");
        readable_by_others(&mut builder);
        let file = builder.tempfile_in(directory).doing(|| format!("cannot write into `{}`", directory.display()))?;
        Ok(Self { file, path })
    }

    /// Writes a frame as Parquet.
    pub fn frame(&mut self, mut frame: DataFrame) -> Result<(), Failure> {
        let written = ParquetWriter::new(self.file.as_file_mut()).finish(&mut frame);
        written.map(|_| ()).doing(|| self.cannot_write())
    }

    /// Writes the result of a query as Parquet, batch by batch.
    #[expect(clippy::disallowed_methods, reason = "a sink is run by collecting it; nothing is collected")]
    pub fn query(&mut self, plan: LazyFrame) -> Result<(), Failure> {
        let temporary = self.file.path().to_string_lossy();
        let target = SinkDestination::File { target: SinkTarget::Path(PlRefPath::new(temporary.as_ref())) };
        let format = FileWriteFormat::Parquet(Default::default());
        let sink = plan.sink(target, format, UnifiedSinkArgs::default());
        let written = sink.and_then(|plan| plan.collect_with_engine(Engine::Streaming));
        written.map(|_| ()).doing(|| self.cannot_write())
    }

    /// Writes a value as JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).doing(|| self.cannot_write())?;
        self.text(&text)
    }

    /// Writes text, with a line end after it.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        let mut writer = BufWriter::new(self.file.as_file_mut());
        let written = writeln!(writer, "{text}").and_then(|()| writer.flush());
        drop(writer);
        written.doing(|| self.cannot_write())
    }

    /// Gives the file its final name; an older one of that name is replaced in one step.
    pub fn publish(self) -> Result<PathBuf, Failure> {
        // On disk before it has a name, so that not even a power cut leaves half a file.
        self.file.as_file().sync_all().doing(|| self.cannot_write())?;
        let Self { file, path } = self;
        file.persist(&path).map_err(|error| error.error).doing(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }

    fn cannot_write(&self) -> String {
        format!("cannot write `{}`", self.path.display())
    }
}

/// Temporary files are private as a rule; these become reports for others to read.
#[cfg(unix)]
fn readable_by_others(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    // The umask of the process still applies.
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn readable_by_others(_: &mut tempfile::Builder<'_, '_>) {}
