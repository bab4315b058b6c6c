//! Compiles tauri.conf.json, the capability and the permissions into the app.

use tauri_build::{AppManifest, Attributes};

fn main() {
    // tauri-build only watches its default places, which are not ours.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");

    let permissions = AppManifest::new().permissions_path_pattern("src-tauri/permissions/**/*.toml");
    let attributes = Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*.json")
        .app_manifest(permissions);
    if let Err(error) = tauri_build::try_build(attributes) {
        // The alternate form prints the whole chain of causes.
        println!("cargo::error={error:#}");
    }
}
