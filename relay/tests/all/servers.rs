//! Real mail servers. Ignored by default: they need root, Debian's opensmtpd, or Python's aiosmtpd.
