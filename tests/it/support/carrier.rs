//! Twilio, as far as a call goes: it asks a node what to do, signed, and opens the sockets that it is told to.

use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use ringbook::{
    domain::BusinessId,
    twilio::{Params, signature},
};
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error as SocketError, client::IntoClientRequest},
};

use super::{
    handset::Telephone,
    http::client,
    twilio::{ACCOUNT, TOKEN},
};

pub(crate) const CALLER: &str = "+442079460001";
pub(crate) const DIALLED: &str = "+442079460000";
const FORM: &str = "application/x-www-form-urlencoded";

/// Knows one node.
#[derive(Debug, Clone)]
pub(crate) struct Carrier {
    /// Like `http://127.0.0.1:40123`.
    pub(crate) url: String,
    /// Who is called.
    pub(crate) business: BusinessId,
    client: Client,
}

impl Carrier {
    pub(crate) fn new(url: &str, business: BusinessId) -> Self {
        Self {
            url: url.to_owned(),
            business,
            client: client(),
        }
    }

    /// Twilio asks here, signed, with these beside, or in place of, what it always sends.
    pub(crate) async fn asks(&self, path: &str, sid: &str, more: &[(&str, &str)]) -> Answer {
        self.asks_signed(path, sid, more, |signature| signature)
            .await
    }

    pub(crate) async fn asks_signed(
        &self,
        path: &str,
        sid: &str,
        more: &[(&str, &str)],
        forge: impl FnOnce(String) -> String,
    ) -> Answer {
        let request = self.request(path, sid, more, forge);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Nothing where nobody answers.
    pub(crate) async fn tries(&self, path: &str, sid: &str) -> Option<Answer> {
        let request = self.request(path, sid, &[], |signature| signature);
        Some(Answer::of(request.send().await.ok()?).await)
    }

    fn request(
        &self,
        path: &str,
        sid: &str,
        more: &[(&str, &str)],
        forge: impl FnOnce(String) -> String,
    ) -> RequestBuilder {
        let mut form = vec![
            ("CallSid", sid),
            ("AccountSid", ACCOUNT),
            ("From", CALLER),
            ("To", DIALLED),
            ("ApiVersion", "2010-04-01"),
            ("Direction", "inbound"),
            ("CallStatus", "in-progress"),
        ];
        form.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        form.extend(more);
        let url = format!("{}{path}", self.url);
        let params: Params<'_> = form.iter().copied().collect();
        let signed = forge(signature::sign(&token(), &url, &params));
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form);
        self.client
            .post(&url)
            .header(signature::HEADER, signed)
            .header(header::CONTENT_TYPE, FORM)
            .body(body.finish())
    }

    /// Twilio sends these very bytes, signed if they are a form at all.
    pub(crate) async fn posts(&self, path: &str, body: Vec<u8>) -> Answer {
        let url = format!("{}{path}", self.url);
        let signed = Params::parse(&body).map(|form| signature::sign(&token(), &url, &form));
        let request = self
            .client
            .post(&url)
            .header(signature::HEADER, signed.unwrap_or_default())
            .header(header::CONTENT_TYPE, FORM)
            .body(body.clone());
        Answer::of(request.send().await.unwrap()).await
    }

    /// Somebody dials the house.
    pub(crate) async fn rings(&self, sid: &str) -> Answer {
        let path = format!("/voice/incoming/{}", self.business);
        self.asks(&path, sid, &[]).await
    }

    /// Twilio asks what comes next, as the document told it to.
    pub(crate) async fn after(&self, document: &Answer, sid: &str, status: &str) -> Answer {
        self.asks(&document.action(), sid, &[("CallStatus", status)])
            .await
    }

    /// Somebody dials, and their stream opens.
    pub(crate) async fn calls(&self, sid: &str) -> (Answer, Telephone) {
        let answer = self.rings(sid).await;
        let telephone = self.connects(&answer, sid).await;
        (answer, telephone)
    }

    pub(crate) async fn connects(&self, document: &Answer, sid: &str) -> Telephone {
        let mut telephone = self.opens(&document.stream()).await.unwrap();
        telephone.starts(sid).await;
        telephone
    }

    /// A socket at this path, with the signature that belongs to it.
    pub(crate) async fn opens(&self, path: &str) -> Result<Telephone, SocketError> {
        let url = format!("{}{path}", self.url.replacen("http", "ws", 1));
        let signature = signature::sign(&token(), &url, &Params::default());
        self.opens_with(path, &signature).await
    }

    pub(crate) async fn opens_with(
        &self,
        path: &str,
        signature: &str,
    ) -> Result<Telephone, SocketError> {
        let address = self.url.strip_prefix("http://").unwrap();
        let url = format!("ws://{address}{path}");
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert(signature::HEADER, signature.parse().unwrap());
        let socket = TcpStream::connect(address).await.unwrap();
        let (socket, _) = client_async(request, socket).await?;
        Ok(Telephone::over(socket))
    }
}

fn token() -> SecretString {
    TOKEN.to_owned().into()
}

/// A document, or a refusal.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) document: String,
}

impl Answer {
    /// Whatever it says, it is a document that Twilio can follow.
    async fn of(response: Response) -> Self {
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("text/xml"), "{kind}");
        let status = response.status();
        let document = response.text().await.unwrap();
        let ends = ["</Response>", "<Response/>"];
        let whole = ends.iter().any(|end| document.ends_with(end));
        assert!(document.starts_with("<?xml") && whole, "{document}");
        Self { status, document }
    }

    /// The path of the stream that is to be opened.
    #[track_caller]
    pub(crate) fn stream(&self) -> String {
        self.path_in("<Stream url=\"")
    }

    /// The path where Twilio is to ask next.
    #[track_caller]
    pub(crate) fn action(&self) -> String {
        let whole = self.path_in(" action=\"");
        whole.split('#').next().unwrap().to_owned()
    }

    #[track_caller]
    fn path_in(&self, attribute: &str) -> String {
        let (_, rest) = self.document.split_once(attribute).unwrap_or_else(|| {
            panic!("no {attribute} in {}", self.document);
        });
        let url = rest.split('"').next().unwrap();
        let path = url.splitn(4, '/').nth(3).unwrap();
        format!("/{path}")
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        assert!(self.document.contains(words), "{}", self.document);
    }

    /// It hangs up, without a word.
    #[track_caller]
    pub(crate) fn only_hangs_up(&self) {
        assert_eq!(self.status, StatusCode::OK);
        self.says("<Response><Hangup/></Response>");
    }
}
