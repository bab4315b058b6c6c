/// 128 random bits in hexadecimal digits: nobody has had them before.
///
/// # Errors
/// The system has no random bytes to give.
pub(crate) fn fresh_id() -> Result<String, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}
