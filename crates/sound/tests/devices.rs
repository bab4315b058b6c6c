//! Sounds on devices: one that writes a file, and none at all. ALSA reads its configuration once per process, so
//! each case is a process of its own.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use chapfood_sound::SoundPlayer;
use chapfood_station::contract::Sound;
use chapfood_station::{Player as _, SoundFault};

/// Longer than a device takes to begin.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at what the device wrote.
const LOOK: Duration = Duration::from_millis(10);
/// Bytes that are more than a click.
const HEARD: usize = 10_000;

/// Runs the ignored test `name` of this file where ALSA is configured with `conf`.
fn run(name: &str, conf: &str) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("asound.conf");
    std::fs::write(&path, conf.replace("FOLDER", &folder.path().to_string_lossy())).expect("written");
    let itself = std::env::current_exe().expect("this program has a path");
    let output = Command::new(itself)
        .args([name, "--exact", "--ignored", "--nocapture"])
        .env("ALSA_CONFIG_PATH", &path)
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}\n{words}", String::from_utf8_lossy(&output.stdout));
    assert!(!words.contains("ALSA lib"), "ALSA writes to stderr: {words}");
    (output, folder)
}

fn written(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("played.raw")).unwrap_or_default()
}

/// Bytes that are not silence.
fn loud(written: &[u8]) -> usize {
    written.iter().filter(|byte| **byte != 0).count()
}

#[test]
fn what_is_played_arrives_at_the_device() {
    let conf = r#"
        pcm.silence { type null }
        pcm.!default { type file slave.pcm silence file "FOLDER/played.raw" format "raw" }
    "#;
    let (_, folder) = run("plays_a_bell", conf);
    let written = written(folder.path());
    let loud = loud(&written);
    assert!(loud > HEARD, "{loud} of {} bytes say something", written.len());
}

#[test]
fn without_a_device_there_is_a_fault_and_nothing_else() {
    run("finds_no_device", "");
}

#[tokio::test]
#[ignore = "run by what_is_played_arrives_at_the_device, with a device"]
async fn plays_a_bell() {
    let player = SoundPlayer::start();
    let begun = tokio::time::timeout(PATIENCE, player.play(Sound::Bell, 100)).await;
    assert_eq!(begun.expect("in time"), Ok(()));
    let again = tokio::time::timeout(PATIENCE, player.play(Sound::Error, 100)).await;
    assert_eq!(again.expect("in time"), Ok(()), "one on top of the other");
    // The file is the device's: only what is in it was played.
    let conf = std::env::var_os("ALSA_CONFIG_PATH").expect("the other test names it");
    let folder = Path::new(&conf).parent().expect("it is in a folder");
    let heard = async {
        while loud(&written(folder)) <= HEARD {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("the device got the first sound");
}

#[tokio::test]
#[ignore = "run by without_a_device_there_is_a_fault_and_nothing_else, without a device"]
async fn finds_no_device() {
    let player = SoundPlayer::start();
    for _ in 0..2 {
        let outcome = tokio::time::timeout(PATIENCE, player.play(Sound::Bell, 100)).await;
        assert_eq!(outcome.expect("in time"), Err(SoundFault::NoDevice));
    }
}
