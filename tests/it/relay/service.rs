//! What it has to do with a service manager.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;

use rustix::process::Signal;

use super::{secrets, unknown};
use crate::support::{Attempt, SECRET, SandboxOptions, TestEnvironment};

#[test]
fn a_service_manager_hands_over_the_socket_and_is_told_how_it_goes() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let path = environment.path("notify");
    let manager = UnixDatagram::bind(&path).expect("a socket");
    // The socket stands on descriptor 3, as systemd has it.
    let shell = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" relay --signing-secret-file \"$1\" --to logs \
                 --disk-free 1kB 3<&0 </dev/null";
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", shell, env!("CARGO_BIN_EXE_ddctl"), &file])
        .env_clear()
        .envs(environment.surroundings())
        .envs(
            environment
                .variables()
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "120000000")
        .stdin(std::process::Stdio::from(OwnedFd::from(listener)))
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("a shell");
    manager
        .set_read_timeout(Some(std::time::Duration::from_secs(30)))
        .expect("a timeout");
    let heard = || {
        let mut buffer = [0; 256];
        let length = manager.recv(&mut buffer).expect("it says something");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let ready = heard();
    assert!(
        ready.starts_with("READY=1\nSTATUS=listening for webhooks at "),
        "{ready}"
    );
    assert_eq!(heard(), "WATCHDOG=1");
    let body = unknown(1).to_string();
    let url = format!("http://{address}");
    assert_eq!(Attempt::of("msg_1", body.as_bytes()).post(&url).status, 202);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM)
        .expect("it runs");
    let stopping = heard();
    assert!(stopping.starts_with("STOPPING=1\n"), "{stopping}");
    assert!(child.wait().expect("ours").success());
}
