//! The versions of methodology sheets that a file describes, with their documents.
//!
//! A version is never changed, so it is compared as a whole with those of the database. One that the database does not have is
//! published as the next, unless the database ends with a version that the file does not know: then a page has followed the
//! file, and only the operator decides that the file follows it (`--overwrite`).

use super::diff::{Change, Diff, Edited, Entry};
use super::file::{self, File, Problem, Spanned};
use crate::catalogue::model::{Sheet, UsedList};
use crate::catalogue::service::{self as catalogue, SheetIn};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::documents::service::{self as documents, Received};
use crate::error::Error;
use crate::secret::sha256_hex;
use crate::time::{Period, zone};
use bytes::Bytes;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use std::path::Path;

/// Documents that sheets name, by their paths in the file.
pub type Documents = HashMap<String, Bytes>;

/// Versions to publish, in the order of the file, each with the code of its product.
#[derive(Default)]
pub struct Sheets(Vec<(String, Wanted)>);

/// A version of a sheet as the file describes it.
#[derive(Clone, PartialEq, Eq)]
struct Wanted {
    from: Period,
    text_it: String,
    text_en: Option<String>,
    lists: Vec<UsedList>,
    /// Path and hash of its document.
    document: Option<(String, String)>,
}

/// Reads the documents of a file. Errors: those that cannot be read, each with its line.
pub fn read_documents(path: &Path, source: &str, file: &File) -> Result<Documents, Vec<Problem>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let (mut documents, mut problems) = (Documents::new(), Vec::new());
    for named in sheets_of(file).filter_map(|(_, sheet)| sheet.document.as_ref()) {
        match std::fs::read(folder.join(named.get_ref())) {
            Ok(content) => drop(documents.insert(named.get_ref().clone(), content.into())),
            Err(error) => {
                let reason = format!("cannot read \"{}\": {error}", named.get_ref());
                problems.push(Problem::at(source, &named.span(), reason));
            }
        }
    }
    if problems.is_empty() { Ok(documents) } else { Err(problems) }
}

fn sheets_of(file: &File) -> impl Iterator<Item = (&str, &file::Sheet)> {
    let products = file.products.iter().map(Spanned::get_ref);
    products.flat_map(|product| product.sheets.iter().map(|sheet| (product.code.get_ref().as_str(), sheet.get_ref())))
}

impl Sheets {
    /// Compares the sheets of a checked file with the database and adds the differences.
    pub async fn compare(
        db: &impl ConnectionTrait,
        file: &File,
        documents: &Documents,
        edited: Edited,
        diff: &mut Diff,
    ) -> Result<Self, Error> {
        let mut to_publish = Self::default();
        let known = catalogue::products(db).await?;
        for product in file.products.iter().map(Spanned::get_ref) {
            let code = product.code.get_ref();
            let of_file: Vec<Wanted> =
                product.sheets.iter().filter_map(|sheet| Wanted::of(sheet.get_ref(), documents)).collect();
            let published = match known.iter().find(|one| one.code == *code) {
                Some(one) => with_hashes(db, catalogue::sheets(db, one.id).await?).await?,
                None => Vec::new(),
            };
            for wanted in to_publish_of(code, of_file, &published, edited, diff) {
                to_publish.0.push((code.clone(), wanted));
            }
        }
        Ok(to_publish)
    }

    /// Writes the documents into the store of contents. Errors: those of receiving a document.
    pub async fn receive(&self, ctx: &Ctx, documents: &Documents) -> Result<HashMap<String, Received>, Error> {
        let mut received = HashMap::new();
        for (path, _) in self.0.iter().filter_map(|(_, wanted)| wanted.document.as_ref()) {
            let name = Path::new(path).file_name().map_or(path.as_str().into(), |name| name.to_string_lossy());
            let content = documents.get(path).cloned().unwrap_or_default();
            received.insert(path.clone(), documents::receive(ctx, &name, content).await?);
        }
        Ok(received)
    }

    /// Publishes the versions. Errors: those of [`catalogue::publish_sheet`].
    pub async fn publish(self, ctx: &Ctx, txn: &Txn, mut received: HashMap<String, Received>) -> Result<(), Error> {
        let mut kept = HashMap::new();
        for (code, wanted) in self.0 {
            if let Some((path, _)) = &wanted.document
                && let Some(received) = received.remove(path)
            {
                kept.insert(path.clone(), documents::keep(ctx, txn, received).await?.id);
            }
            let input = SheetIn {
                text_it: wanted.text_it,
                text_en: wanted.text_en,
                lists: wanted.lists,
                document_id: wanted.document.and_then(|(path, _)| kept.get(&path).copied()),
                from: wanted.from,
            };
            catalogue::publish_sheet(ctx, txn, &code, input).await?;
        }
        Ok(())
    }
}

/// A published version, with the hash of its document.
type Published = (Sheet, Option<String>);

async fn with_hashes(db: &impl ConnectionTrait, sheets: Vec<Sheet>) -> Result<Vec<Published>, Error> {
    let documents = catalogue::documents_of(db, &sheets).await?;
    let hash = |sheet: &Sheet| {
        let found = documents.iter().find(|document| Some(document.id) == sheet.document_id);
        found.map(|document| document.sha256.clone())
    };
    Ok(sheets.into_iter().map(|sheet| (hash(&sheet), sheet)).map(|(hash, sheet)| (sheet, hash)).collect())
}

/// Compares the versions of one product. Returns those to publish.
fn to_publish_of(
    code: &str,
    of_file: Vec<Wanted>,
    published: &[Published],
    edited: Edited,
    diff: &mut Diff,
) -> Vec<Wanted> {
    let is_known = |wanted: &Wanted| published.iter().any(|one| wanted.is_published_as(one));
    let only_here = published.iter().filter(|one| of_file.iter().all(|wanted| !wanted.is_published_as(one)));
    let ends_with_others = published.last().filter(|one| of_file.iter().all(|wanted| !wanted.is_published_as(one)));
    let key = |from: Period| format!("{code} from {from}");
    for (sheet, _) in only_here {
        diff.entries.push(Entry { notion: "sheet", key: key(sheet.from), change: Change::Kept });
    }
    let mut to_publish = Vec::new();
    for wanted in of_file {
        if is_known(&wanted) {
            diff.unchanged += 1;
            continue;
        }
        let change = match ends_with_others {
            Some((last, _)) if edited == Edited::Keep => Change::Held(zone::day_of(last.published_at)),
            _ => Change::Added,
        };
        diff.entries.push(Entry { notion: "sheet", key: key(wanted.from), change: change.clone() });
        if change == Change::Added {
            to_publish.push(wanted);
        }
    }
    to_publish
}

impl Wanted {
    /// Makes a version of what the file says; `None` for a period that cannot be read, which the checks have refused.
    fn of(sheet: &file::Sheet, documents: &Documents) -> Option<Self> {
        let text = |text: &Spanned<String>| text.get_ref().clone();
        let lists = sheet.lists.iter().map(Spanned::get_ref);
        let hash = |path: &Spanned<String>| {
            let content = documents.get(path.get_ref())?;
            Some((text(path), sha256_hex(content)))
        };
        Some(Self {
            from: sheet.from.get_ref().parse().ok()?,
            text_it: text(&sheet.text_it),
            text_en: sheet.text_en.as_ref().map(text),
            lists: lists.map(|list| UsedList { name: text(&list.name), edition: text(&list.edition) }).collect(),
            document: sheet.document.as_ref().and_then(hash),
        })
    }

    fn is_published_as(&self, (sheet, hash): &Published) -> bool {
        let document = self.document.as_ref().map(|(_, hash)| hash);
        (sheet.from, &sheet.text_it, &sheet.text_en, &sheet.lists, hash.as_ref())
            == (self.from, &self.text_it, &self.text_en, &self.lists, document)
    }
}
