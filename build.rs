//! Migrations are embedded in the binary; a new file among them must cause a new build.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
