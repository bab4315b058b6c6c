use chapfood_station::{Toast, ToastFault, Toaster};

/// A browser shows the station in a page; the system's pop-ups are the desktop app's. What would have been
/// shown is logged.
#[derive(Debug)]
pub(crate) struct NoPopups;

impl Toaster for NoPopups {
    async fn show(&self, toast: Toast) -> Result<(), ToastFault> {
        tracing::info!(id = toast.id, title = toast.title, "a pop-up");
        Ok(())
    }
}
