//! Files answered as downloads, never displayed inside our site, whatever they contain.

use crate::documents::view::Opened;
use crate::letters;
use actix_web::HttpResponse;
use actix_web::body::{MessageBody, SizedStream};
use actix_web::http::header::{
    CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue, X_CONTENT_TYPE_OPTIONS,
};

/// Answers with a file to be saved under a name. `media_type` is the detected type; the browser is told not to guess
/// another.
pub fn file(name: &str, media_type: &str, content: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header(disposition(name))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(content)
}

/// Sends a document while it is read. If its content proves altered on the way, the connection is aborted.
pub fn document(Opened { document, content }: Opened) -> HttpResponse {
    let size = u64::try_from(document.size).unwrap_or_default();
    file(&document.name, &document.media_type, SizedStream::new(size, content))
}

/// Returns the header with the name in UTF-8, and in ASCII for old clients (RFC 6266 §4.3, RFC 8187).
fn disposition(name: &str) -> ContentDisposition {
    let name = letters::on_one_line(name);
    let fallback = letters::in_ascii(&name);
    let whole = (fallback != name).then(|| {
        let charset = Charset::Ext("UTF-8".to_owned());
        DispositionParam::FilenameExt(ExtendedValue { charset, language_tag: None, value: name.into_bytes() })
    });
    let parameters = [DispositionParam::Filename(fallback)].into_iter().chain(whole).collect();
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_said_in_ascii_and_in_its_own_letters() {
        let said = |name: &str| disposition(name).to_string();
        assert_eq!(said("decreto n. 12.pdf"), "attachment; filename=\"decreto n. 12.pdf\"");
        assert!(said("Citt\u{e0}.pdf").starts_with("attachment; filename=\"Citta.pdf\"; filename*=UTF-8''Citt%C3%A0"));
        assert_eq!(said("Citta\u{300}.pdf"), said("Citt\u{e0}.pdf"), "one form, whatever the sender's disk writes");
        assert_eq!(said("a\"b\\c\r\n.pdf").matches('\n').count(), 0);
        assert!(said("100%.pdf").contains("filename=\"100_.pdf\""), "a percent sign is decoded by some browsers");
    }
}
