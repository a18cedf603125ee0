"""What core_orders does when asked, by noun: orders, tenders, papers, imports."""
