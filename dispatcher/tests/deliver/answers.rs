use std::time::Duration;

use hooksieve_dispatcher::core::{Failure, Outcome, RetryAfter, Timestamp};
use hooksieve_dispatcher::deliver::{Client, ClientOptions};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::server::{Server, closed, read_request, write};
use crate::{answered, client, failed, options, request, send};

/// Short, for servers that would never answer.
const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn statuses() {
    for status in [200, 204, 302, 304, 400, 410, 500, 599] {
        let server = Server::answering(format!(
            "HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\nLocation: /elsewhere\r\n\r\n"
        ))
        .await;
        let attempt = send(&client(), request(server.uri())).await;
        assert_eq!(attempt.outcome, answered(status));
        assert_eq!(server.connections(), 1, "nothing follows a redirect");
    }
}

#[tokio::test]
async fn what_is_sent() {
    let (sender, mut requests) = mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            let request = read_request(&mut stream).await?.unwrap();
            sender.send(request).await.unwrap();
            write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine").await
        }
    })
    .await;
    let mut request = request(server.uri());
    request.headers.extend([
        ("X-Twice".to_owned(), "a".to_owned()),
        ("X-Twice".to_owned(), "b".to_owned()),
        ("X-Name".to_owned(), "Zoë".to_owned()),
    ]);
    let attempt = send(&client(), request).await;
    assert_eq!((attempt.outcome, attempt.answer), (answered(200), b"fine".to_vec()));
    let sent = requests.recv().await.unwrap();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /hook?key=1 HTTP/1.1"));
    let mut headers: Vec<&str> = lines.collect();
    headers.sort_unstable();
    let host = format!("host: {}", server.address);
    assert_eq!(
        headers,
        [
            "accept: */*",
            "content-length: 8",
            "content-type: application/json",
            &host,
            "user-agent: hooksieve/test",
            "x-name: Zoë",
            "x-twice: a",
            "x-twice: b",
        ]
    );
    assert_eq!(body, "{\"a\": 1}");
}

#[tokio::test]
async fn own_user_agent() {
    let server = Server::start(|mut stream| async move {
        let request = read_request(&mut stream).await?.unwrap();
        let agents = request.matches("user-agent: ").count();
        assert!(request.contains("user-agent: mine\r\n") && agents == 1, "{request}");
        write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await
    })
    .await;
    let mut request = request(server.uri());
    request.headers.push(("User-Agent".to_owned(), "mine".to_owned()));
    assert_eq!(send(&client(), request).await.outcome, answered(200));
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let client = client();
    for _ in 0..5 {
        assert_eq!(send(&client, request(server.uri())).await.outcome, answered(200));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::start(|mut stream| async move {
        while let Some(request) = read_request(&mut stream).await? {
            let status = if request.contains("cookie") { 500 } else { 200 };
            let answer =
                format!("HTTP/1.1 {status} X\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n");
            write(&mut stream, &answer).await?;
        }
        Ok(())
    })
    .await;
    let client = client();
    for _ in 0..2 {
        assert_eq!(send(&client, request(server.uri())).await.outcome, answered(200));
    }
}

#[tokio::test]
async fn retry_after() {
    for (value, expected) in [
        ("7", Some(RetryAfter::Delay(Duration::from_secs(7)))),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(RetryAfter::At(Timestamp::from_millis(784_111_777_000)))),
        ("soon", None),
    ] {
        let server =
            Server::answering(format!("HTTP/1.1 503 X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n"))
                .await;
        let attempt = send(&client(), request(server.uri())).await;
        assert_eq!(attempt.outcome, Outcome::Answered { status: 503, retry_after: expected });
    }
}

#[tokio::test]
async fn never_answers() {
    let (sender, mut ends) = mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            closed(&mut stream).await;
            sender.send(()).await.unwrap();
            Ok(())
        }
    })
    .await;
    let client = Client::new(ClientOptions { timeout: SHORT, ..options() }).unwrap();
    let attempt = send(&client, request(server.uri())).await;
    assert_eq!(attempt.outcome, failed(Failure::Timeout));
    assert!(attempt.duration >= SHORT);
    ends.recv().await.expect("the connection is closed");
}

#[tokio::test]
async fn a_request_may_have_a_shorter_timeout() {
    let server = Server::start(|mut stream| async move {
        closed(&mut stream).await;
        Ok(())
    })
    .await;
    let mut request = request(server.uri());
    request.timeout = Some(SHORT);
    assert_eq!(send(&client(), request).await.outcome, failed(Failure::Timeout));
}

#[tokio::test]
async fn slow_headers() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await?;
        write(&mut stream, "HTTP/1.1 200 OK\r\n").await?;
        loop {
            write(&mut stream, "X-Slow: 1\r\n").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let client = Client::new(ClientOptions { timeout: Duration::from_millis(300), ..options() }).unwrap();
    assert_eq!(send(&client, request(server.uri())).await.outcome, failed(Failure::Timeout));
}

/// The status is known: the receiver has answered.
#[tokio::test]
async fn slow_body() {
    let (sender, mut ends) = mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await?;
            write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart").await?;
            closed(&mut stream).await;
            sender.send(()).await.unwrap();
            Ok(())
        }
    })
    .await;
    let client = Client::new(ClientOptions { timeout: Duration::from_secs(5), ..options() }).unwrap();
    let attempt = send(&client, request(server.uri())).await;
    assert_eq!((attempt.outcome, attempt.answer), (answered(200), b"start".to_vec()));
    ends.recv().await.expect("the connection is closed");
}

#[tokio::test]
async fn endless_body() {
    let (sender, mut sent) = mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await?;
            write(&mut stream, "HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
            let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
            let mut count = 0_u64;
            while write(&mut stream, &chunk).await.is_ok() {
                count += 1;
            }
            sender.send(count).await.unwrap();
            Ok(())
        }
    })
    .await;
    let attempt = send(&client(), request(server.uri())).await;
    assert_eq!((attempt.outcome, attempt.answer), (answered(500), b"x".repeat(16)));
    sent.recv().await.expect("the connection is closed");
}

#[tokio::test]
async fn body_that_breaks_off() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await?;
        write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart").await
    })
    .await;
    let attempt = send(&client(), request(server.uri())).await;
    assert_eq!((attempt.outcome, attempt.answer), (answered(200), b"start".to_vec()));
}

#[tokio::test]
async fn no_http() {
    for answer in [
        "garbage\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "",
    ] {
        let server = Server::start(move |mut stream| async move {
            read_request(&mut stream).await?;
            write(&mut stream, answer).await
        })
        .await;
        let attempt = send(&client(), request(server.uri())).await;
        assert_eq!(attempt.outcome, failed(Failure::Protocol), "{answer:?}");
    }
}

#[tokio::test]
async fn huge_headers() {
    let long = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(2 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-Many: 1\r\n".repeat(1_000));
    for answer in [long, many] {
        let server = Server::answering(answer).await;
        assert_eq!(send(&client(), request(server.uri())).await.outcome, failed(Failure::Protocol));
    }
}

#[tokio::test]
async fn nobody_listens() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let attempt = send(&client(), request(format!("http://{address}/"))).await;
    assert_eq!(attempt.outcome, failed(Failure::Connection));
}

#[tokio::test]
async fn interrupted() {
    let (sender, mut requests) = mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await?;
            sender.send(()).await.unwrap();
            closed(&mut stream).await;
            Ok(())
        }
    })
    .await;
    let (client, stop) = (client(), CancellationToken::new());
    let stop_later = async {
        requests.recv().await.unwrap();
        stop.cancel();
    };
    let (attempt, ()) = tokio::join!(client.send(request(server.uri()), &stop), stop_later);
    assert_eq!(attempt.outcome, failed(Failure::Interrupted));

    let attempt = client.send(request(server.uri()), &stop).await;
    assert_eq!(attempt.outcome, failed(Failure::Interrupted));
    assert_eq!(server.connections(), 1, "nothing is begun any more");
}

/// The status is known: the delivery must not be made again.
#[tokio::test]
async fn interrupted_while_the_body_is_read() {
    /// More than the buffers of a connection hold: somebody reads it, and has read the status before.
    const BYTES: usize = 64 << 20;
    let (sender, mut bodies) = mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await?;
            write(&mut stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BYTES + 1)).await?;
            write(&mut stream, &"x".repeat(BYTES)).await?;
            sender.send(()).await.unwrap();
            closed(&mut stream).await;
            Ok(())
        }
    })
    .await;
    let client = Client::new(ClientOptions { max_answer: usize::MAX, ..options() }).unwrap();
    let stop = CancellationToken::new();
    let stop_later = async {
        bodies.recv().await.unwrap();
        stop.cancel();
    };
    let (attempt, ()) = tokio::join!(client.send(request(server.uri()), &stop), stop_later);
    assert_eq!((attempt.outcome, attempt.answer), (answered(200), b"x".repeat(16)));
}
