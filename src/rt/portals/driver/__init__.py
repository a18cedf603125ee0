"""The driver's portal: an installed app that works a whole day without network, and what answers it."""
