"""RT-Technologie: one order, from the first e-mail to the paid invoice."""
