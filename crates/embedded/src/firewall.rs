//! Whether a firewall of this computer may keep others out, as far as a program without rights can see.

use std::fs;
use std::path::Path;

use chapfood_station::contract::Firewall;

/// A firewall that is on, with what lets others in at `ports`. What its rules allow already only an administrator may
/// read, so it is a hint, not a finding. `None`: none was noticed.
pub(crate) fn noticed(ports: &[u16]) -> Option<Firewall> {
    noticed_below(Path::new("/"), ports)
}

fn noticed_below(root: &Path, ports: &[u16]) -> Option<Firewall> {
    let allow = |rule: &dyn Fn(u16) -> String, joint: &str| {
        ports.iter().map(|port| rule(*port)).collect::<Vec<_>>().join(joint)
    };
    // ufw is on when its own file says so; it lets mDNS in by itself.
    let ufw = fs::read_to_string(root.join("etc/ufw/ufw.conf")).unwrap_or_default();
    if ufw.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes")) {
        let command = allow(&|port| format!("sudo ufw allow {port}/tcp"), " && ");
        return Some(Firewall { name: "ufw".into(), command });
    }
    // firewalld writes this file while it runs.
    if root.join("run/firewalld.pid").exists() {
        let rules = allow(&|port| format!("--add-port={port}/tcp"), " ");
        let command =
            format!("sudo firewall-cmd --permanent --add-service=mdns {rules} && sudo firewall-cmd --reload");
        return Some(Firewall { name: "firewalld".into(), command });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_firewall_that_is_on_is_named_with_what_lets_others_in() {
        let root = tempfile::tempdir().expect("a folder for the test");
        let noticed = |ports: &[u16]| noticed_below(root.path(), ports);
        assert_eq!(noticed(&[8002]), None, "none is there");
        fs::create_dir_all(root.path().join("etc/ufw")).expect("made");
        fs::create_dir_all(root.path().join("run")).expect("made");
        fs::write(root.path().join("run/firewalld.pid"), "1").expect("written");
        let command = noticed(&[8002]).expect("firewalld is on").command;
        assert_eq!(
            command,
            "sudo firewall-cmd --permanent --add-service=mdns --add-port=8002/tcp && sudo firewall-cmd --reload"
        );
        fs::write(root.path().join("etc/ufw/ufw.conf"), "# x\nENABLED=no\n").expect("written");
        assert_eq!(noticed(&[8002]).expect("still").name, "firewalld");
        fs::write(root.path().join("etc/ufw/ufw.conf"), "# x\nENABLED=yes\n").expect("written");
        let command = noticed(&[8002, 8003]).expect("ufw is on").command;
        assert_eq!(command, "sudo ufw allow 8002/tcp && sudo ufw allow 8003/tcp");
    }
}
