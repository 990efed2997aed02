//! Mistakes with the path, where the query alone is signed.

use ::url::{Position, Url};

use super::address::rewrite;
use super::attempt::{Attempt, Variant, Variants};
use crate::explain::Transcript;
use crate::signing::Source;

/// The path, or the whole URL, signed with the query or in its place; then the same with another path than the one sent.
pub(super) fn included<'a>(transcript: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let Some(url) = &transcript.url else { return Box::new(std::iter::empty()) };
    let paths = std::iter::once((url.path().to_owned(), None)).chain(other_paths(url.path()));
    Box::new(paths.flat_map(move |(path, detail)| {
        let in_forms = forms(url, &path).into_iter();
        in_forms.filter_map(move |form| {
            let attempt = rewrite_query(attempt, |query| form.with(query))?;
            Some(Variant { attempt, detail: detail.map(str::to_owned) })
        })
    }))
}

/// The paths that stand for the same list: without the page's number at its end, with the first page's; or what follows
/// the last slash.
fn other_paths(path: &str) -> impl Iterator<Item = (String, Option<&'static str>)> {
    let (list, last) = path.rsplit_once('/').unwrap_or_default();
    let is_page = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let without_page = is_page.then(|| [list.to_owned(), format!("{list}/")]);
    let first_page = (!is_page).then(|| format!("{}/1", path.trim_end_matches('/')));
    let end = (!list.is_empty() && !last.is_empty()).then(|| format!("/{last}"));
    let named = |detail| move |path| (path, Some(detail));
    let without_page = without_page.into_iter().flatten().map(named("without the page number"));
    let first_page = first_page.into_iter().map(named("with the number of the first page"));
    without_page.chain(first_page).chain(end.into_iter().map(named("only the last segment of the path")))
}

/// What stands in front of the query, and how it is joined to it.
struct Form {
    before: String,
    joint: Joint,
}

enum Joint {
    /// To the query as it is signed.
    Mark,
    /// To the query as it is sent, which may be encoded where it is signed decoded.
    Sent(String),
    Nothing,
    /// The query is left out.
    Alone,
}

impl Form {
    fn with(&self, query: &str) -> String {
        let before = &self.before;
        match &self.joint {
            Joint::Mark => format!("{before}?{query}"),
            Joint::Sent(query) => format!("{before}?{query}"),
            Joint::Nothing => format!("{before}{query}"),
            Joint::Alone => before.clone(),
        }
    }
}

fn forms(url: &Url, path: &str) -> Vec<Form> {
    let in_front = [
        path.to_owned(),
        format!("{}{path}", &url[..Position::BeforePath]),
        path.trim_start_matches('/').to_owned(),
        format!("{}{path}", &url[Position::BeforeHost..Position::BeforePath]),
    ];
    let sent = || url.query().map(|query| Joint::Sent(query.to_owned()));
    let joints: [fn() -> Joint; 3] = [|| Joint::Mark, || Joint::Alone, || Joint::Nothing];
    let joined = joints.iter().flat_map(|joint| in_front.iter().map(move |before| (before, joint())));
    let as_sent = in_front.iter().filter_map(|before| Some((before, sent()?)));
    joined.chain(as_sent).map(|(before, joint)| Form { before: before.clone(), joint }).collect()
}

/// The attempt with something else in place of a query that is signed by itself.
fn rewrite_query(attempt: &Attempt, form: impl Fn(&str) -> String) -> Option<Attempt> {
    rewrite(attempt, |part, query| (part.source == Source::RequestQuery).then(|| form(query)))
}
