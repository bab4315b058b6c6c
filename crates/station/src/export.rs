//! Writing what a filter shows into a file of the person.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chapfood_inbox::Details;
use chapfood_protocol::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::Clock;
use crate::contract::{Detail, ExportFormat, Exported, Fault, FaultCode};
use crate::history::{self, History};

/// Rows read at a time, so that whatever else is asked of the history waits for no more than that.
const SLICE: u32 = 500;
/// Files of the same second before something else must be wrong.
const NAMES: u32 = 100;
/// Tells spreadsheets that the text is UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();
const COLUMNS: [&str; 14] = [
    "id",
    "type",
    "title",
    "message",
    "sender",
    "channel",
    "at",
    "receivedAt",
    "read",
    "caughtUp",
    "expired",
    "takenBy",
    "takenAt",
    "data",
];

/// Writes everything that the filter shows, newest first, into a new file in `folder`, which is made if need be.
/// What arrives meanwhile is not in it.
pub(crate) async fn export(
    history: &History,
    mut filter: chapfood_inbox::Filter,
    format: ExportFormat,
    folder: Option<&Path>,
    clock: &dyn Clock,
) -> Result<Exported, Fault> {
    let folder = folder.ok_or_else(|| Fault::new(FaultCode::Unsupported, "there is no place for exports"))?;
    let newest = history.run(|inbox| inbox.newest_row()).await?;
    filter.up_to_row = Some(filter.up_to_row.map_or(newest, |row| row.min(newest)));
    let (folder, now, zone) = (folder.to_owned(), clock.now(), clock.zone());
    let mut sheet = blocking(move || Sheet::create(&folder, format, now, zone)).await?;
    loop {
        let asked = filter.clone();
        let slice = history.run(move |inbox| inbox.slice(&asked, SLICE)).await?;
        sheet = blocking(move || sheet.write(slice.rows)).await?;
        match slice.next {
            Some(next) => filter.up_to_row = Some(next),
            None => return blocking(move || sheet.finish()).await,
        }
    }
}

async fn blocking<T: Send + 'static>(
    task: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(task).await.unwrap_or_else(|gone| Err(io::Error::other(gone)));
    done.map_err(|error| Fault::new(FaultCode::Storage, error))
}

/// A file on its way. If it does not get whole it is taken away again: half an export looks like a whole one.
struct Sheet {
    path: PathBuf,
    out: BufWriter<File>,
    format: ExportFormat,
    zone: TimeZone,
    count: u32,
    whole: bool,
}

impl Drop for Sheet {
    fn drop(&mut self) {
        if !self.whole
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "half an export stays on the disk");
        }
    }
}

impl Sheet {
    fn create(folder: &Path, format: ExportFormat, now: Timestamp, zone: TimeZone) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let date =
            local(now, &zone).map_or_else(String::new, |now| now.strftime("-%Y-%m-%d-%H%M%S").to_string());
        let ending = match format {
            ExportFormat::Csv => "csv",
            ExportFormat::Json => "json",
        };
        for number in 1..=NAMES {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            let path = folder.join(format!("chapfood{date}{number}.{ending}"));
            match File::create_new(&path) {
                Ok(file) => {
                    return Self { path, out: BufWriter::new(file), format, zone, count: 0, whole: false }
                        .begun();
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name for the export is taken"))
    }

    fn begun(mut self) -> io::Result<Self> {
        match self.format {
            ExportFormat::Json => self.out.write_all(b"[")?,
            ExportFormat::Csv => {
                self.out.write_all(MARK)?;
                let mut lines = csv::Writer::from_writer(&mut self.out);
                lines.write_record(COLUMNS)?;
                lines.flush()?;
            }
        }
        Ok(self)
    }

    fn write(mut self, rows: Vec<Details>) -> io::Result<Self> {
        let rows = rows.into_iter().map(history::detail);
        match self.format {
            ExportFormat::Json => {
                for detail in rows {
                    self.out.write_all(if self.count == 0 { b"\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut self.out, &detail)?;
                    self.count += 1;
                }
            }
            ExportFormat::Csv => {
                let mut lines = csv::Writer::from_writer(&mut self.out);
                for detail in rows {
                    lines.write_record(line(detail, &self.zone))?;
                    self.count += 1;
                }
                lines.flush()?;
            }
        }
        Ok(self)
    }

    fn finish(mut self) -> io::Result<Exported> {
        if self.format == ExportFormat::Json {
            self.out.write_all(b"\n]\n")?;
        }
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        self.whole = true;
        Ok(Exported { path: self.path.to_string_lossy().into_owned(), count: self.count })
    }
}

/// A notification as a line of a spreadsheet, in the order of [`COLUMNS`].
fn line(Detail { row, data, received_at }: Detail, zone: &TimeZone) -> [String; COLUMNS.len()] {
    let yes = |is: bool| if is { "1" } else { "0" }.to_owned();
    let time = |millis: i64| {
        let local = local(Timestamp::from_millis(millis), zone);
        local.map_or_else(|| millis.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
    };
    let taken_at = row.taken.as_ref().map_or_else(String::new, |taken| time(taken.at));
    [
        text(row.id),
        row.kind.as_str().to_owned(),
        text(row.title),
        text(row.message),
        text(row.sender),
        text(row.channel.unwrap_or_default()),
        time(row.at),
        time(received_at),
        yes(row.read),
        yes(row.caught_up),
        yes(row.expired),
        text(row.taken.map(|taken| taken.by).unwrap_or_default()),
        taken_at,
        data.map(|data| data.to_string()).unwrap_or_default(),
    ]
}

/// What somebody else wrote, so that no spreadsheet takes it for a formula.
fn text(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn local(at: Timestamp, zone: &TimeZone) -> Option<jiff::Zoned> {
    Some(jiff::Timestamp::from_millisecond(at.as_millis()).ok()?.to_zoned(zone.clone()))
}
