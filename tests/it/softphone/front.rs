//! What stands before several nodes and has the address that the world knows: it leads each connection to the node that is up.

use std::net::SocketAddr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::process::Server;

/// Connections come to an end with the node that they led to; while there is none, they wait.
pub(super) struct Front {
    /// Like `http://127.0.0.1:40123`.
    pub(super) url: String,
    node: watch::Sender<Option<SocketAddr>>,
    task: JoinHandle<()>,
}

impl Front {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (node, nodes) = watch::channel(None);
        let task = tokio::spawn(async move {
            loop {
                let (caller, _) = listener.accept().await.unwrap();
                tokio::spawn(lead(caller, nodes.clone()));
            }
        });
        Self { url, node, task }
    }

    pub(super) fn leads_to(&self, server: &Server) {
        self.node.send_replace(Some(server.address));
    }

    pub(super) fn leads_nowhere(&self) {
        self.node.send_replace(None);
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn lead(mut caller: TcpStream, mut nodes: watch::Receiver<Option<SocketAddr>>) {
    let Ok(Some(node)) = nodes.wait_for(Option::is_some).await.map(|node| *node) else {
        return;
    };
    let Ok(mut node) = TcpStream::connect(node).await else {
        return;
    };
    let _ = (caller.set_nodelay(true), node.set_nodelay(true));
    tokio::select! {
        _ = copy_bidirectional(&mut caller, &mut node) => {}
        _ = nodes.changed() => {}
    }
}
