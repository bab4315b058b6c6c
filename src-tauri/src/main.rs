//! The desktop app; see the library of the same name.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    chapfood_notifications::run()
}
