"""Quality filters: what a document must be to be worth reading (§3.1)."""
